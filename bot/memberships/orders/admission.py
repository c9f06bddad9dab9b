"""What may stand between a payment and what it was for: seats that are gone, an exchange that is impossible by now."""

from __future__ import annotations

from datetime import datetime

from bot.cards import plain
from bot.db import Reader
from bot.errors import UserError
from bot.ids import new_id
from bot.memberships.access.entitlements import credited
from bot.memberships.access.store import entitlements
from bot.memberships.model import Order, OrderStatus, Tier
from bot.memberships.orders.store import orders


async def has_seat(db: Reader, tier: Tier, user_id: int, now: datetime) -> bool:
    """Is there a seat for this member? Who holds the tier has one, and so has who can still pay an order of it."""
    if tier.seats is None:
        return True
    taken = await entitlements.seat_holders(db, tier.guild_id, tier.id, now)
    taken |= await orders.waiting(db, tier.guild_id, tier.id, now)
    return len(taken - {user_id}) < tier.seats


async def require_seat(db: Reader, tier: Tier, user_id: int, now: datetime) -> None:
    """UserError when the tier is sold out."""
    if not await has_seat(db, tier, user_id, now):
        raise UserError(
            "{plan} is sold out: every seat is taken, or kept for somebody who is paying just now. Try again in half an hour, or ask the owner of this server.",
            plan=plain(tier.name),
        )


async def require_replaceable(db: Reader, guild_id: int, user_id: int, replaces: int, now: datetime) -> None:
    """UserError when the membership that an exchange begins with runs no more."""
    if not await credited(db, guild_id, user_id, replaces, new_id(), now):
        raise UserError(
            "The membership that you wanted to change is over or was changed meanwhile. /membership status shows what you have."
        )


async def blocking_reason(db: Reader, order: Order, now: datetime) -> str | None:
    """Why money for this order cannot buy what it was for; None when it can.

    Asked once, when the order is paid for the first time. Money that comes late finds its seat taken, perhaps; and
    credit for unused days needs the membership whose days they are: of two exchanges of one only the first counts.
    """
    if order.replaces is not None and not await credited(
        db, order.guild_id, order.user_id, order.replaces, order.id, now
    ):
        return "what it was to replace is over"
    in_time = (
        order.state in (OrderStatus.CREATED, OrderStatus.PENDING) and now <= order.expires_at
    )  # its seat was kept
    if not in_time and not await has_seat(db, order.tier, order.user_id, now):
        return "sold out"
    return None
