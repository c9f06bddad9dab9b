"""What can prevent a paid order: a tier that is sold out, an exchange that is no longer possible."""

from __future__ import annotations

from datetime import datetime

from bot.cards import plain
from bot.db import Reader
from bot.errors import UserError
from bot.ids import new_id
from bot.memberships.access.entitlements import credited
from bot.memberships.access.store import entitlements
from bot.memberships.model import Order, OrderStatus, Tier
from bot.memberships.orders import discounts
from bot.memberships.orders.store import orders


async def is_seat_free(db: Reader, tier: Tier, user_id: int, now: datetime) -> bool:
    """Is a seat left for this member? Holders of the tier take one, as do members who can still pay an order of it."""
    if tier.seats is None:
        return True
    taken = await entitlements.seat_holders(db, tier.guild_id, tier.id, now)
    taken |= await orders.members_with_open_order(db, tier.guild_id, tier.id, now)
    return len(taken - {user_id}) < tier.seats


async def require_seat(db: Reader, tier: Tier, user_id: int, now: datetime) -> None:
    """UserError when the tier is sold out."""
    if not await is_seat_free(db, tier, user_id, now):
        raise UserError(
            "{plan} is sold out: every seat is taken, or kept for somebody who is paying just now. Try again in half an hour, or ask the owner of this server.",
            plan=plain(tier.name),
        )


async def require_replaceable(db: Reader, guild_id: int, user_id: int, replaces: int, now: datetime) -> None:
    """UserError when the membership to be exchanged is no longer running."""
    if not await credited(db, guild_id, user_id, replaces, new_id(), now):
        raise UserError(
            "The membership that you wanted to change is over or was changed meanwhile. /membership status shows what you have."
        )


async def blocking_reason(db: Reader, order: Order, now: datetime) -> str | None:
    """Why this paid order cannot be fulfilled; None when it can.

    Asked once, when the order is first paid. The discount that made its price may be gone. A late payment may find its seat taken. An exchange needs the membership
    whose unused days it credits: of two exchanges of one membership only the first counts.
    """
    over = await discounts.obstacle(db, order, now)
    if over is not None:
        return over
    if order.replaces is not None and not await credited(
        db, order.guild_id, order.user_id, order.replaces, order.id, now
    ):
        return "what it was to replace is over"
    in_time = (
        order.state in (OrderStatus.CREATED, OrderStatus.PENDING) and now <= order.expires_at
    )  # its seat is reserved until then
    if not in_time and not await is_seat_free(db, order.tier, order.user_id, now):
        return "sold out"
    return None
