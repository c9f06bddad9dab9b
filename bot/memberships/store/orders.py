"""What was ordered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, insert, select, update

from bot.db import Reader, Writer
from bot.memberships.model import Order
from bot.memberships.state import State
from bot.memberships.store import tiers
from bot.memberships.tables import order, tier
from bot.money import Money


async def add(tx: Writer, new: Order) -> None:
    """A purchase begins."""
    await tx.execute(
        insert(order).values(
            id=new.id,
            guild_id=new.guild_id,
            user_id=new.user_id,
            tier_id=new.tier.id,
            state=new.state.value,
            provider=new.provider,
            provider_ref=new.ref,
            amount=new.price.amount,
            currency=new.price.currency,
            days=new.days,
            created_at=new.created_at,
            expires_at=new.expires_at,
            changed_at=new.created_at,
        )
    )


def _orders() -> Select[Any]:
    return select(order, *tiers.labelled()).join(tier)


async def find(db: Reader, guild_id: int, order_id: int) -> Order | None:
    """One order of this guild."""
    row = (
        await db.execute(_orders().where(order.c.guild_id == guild_id, order.c.id == order_id))
    ).one_or_none()
    return _order(row) if row else None


async def numbered(db: Reader, guild_id: int, number: str) -> Order | None:
    """The order of this guild with the number that somebody sent us, whatever it is they sent."""
    is_one = number.isascii() and number.isdigit() and len(number) <= 19
    return await find(db, guild_id, int(number)) if is_one and int(number) < 2**63 else None


async def of_member(db: Reader, guild_id: int, user_id: int, limit: int = 10) -> list[Order]:
    """A member's orders, newest first."""
    query = _orders().where(order.c.guild_id == guild_id, order.c.user_id == user_id)
    return [_order(row) for row in await db.execute(query.order_by(order.c.id.desc()).limit(limit))]


async def latest(db: Reader, guild_id: int, states: Sequence[State], limit: int) -> list[Order]:
    """The guild's orders in these states, newest first."""
    query = _orders().where(
        order.c.guild_id == guild_id, order.c.state.in_([state.value for state in states])
    )
    return [_order(row) for row in await db.execute(query.order_by(order.c.id.desc()).limit(limit))]


async def watched(db: Reader, unpaid_since: datetime, paid_since: datetime) -> list[Order]:
    """What polling looks at, in every guild: orders that may still be paid, and paid ones that may be refunded."""
    unpaid = order.c.state.in_(["pending", "expired"]) & (order.c.expires_at > unpaid_since)
    held = order.c.state.in_(["paid", "review"]) & (order.c.created_at > paid_since)
    query = _orders().where(order.c.provider_ref.is_not(None), unpaid | held)
    return [_order(row) for row in await db.execute(query.order_by(order.c.id))]


async def set_ref(tx: Writer, guild_id: int, order_id: int, ref: str) -> None:
    """Remember the provider's checkout, once."""
    own = (order.c.guild_id == guild_id) & (order.c.id == order_id) & order.c.provider_ref.is_(None)
    await tx.execute(update(order).where(own).values(provider_ref=ref))


async def set_state(tx: Writer, guild_id: int, order_id: int, old: State, new: State, now: datetime) -> bool:
    """Move an order on, if it still stands where we saw it."""
    own = (order.c.guild_id == guild_id) & (order.c.id == order_id) & (order.c.state == old.value)
    return (await tx.execute(update(order).where(own).values(state=new.value, changed_at=now))).rowcount == 1


def _order(row: Row[Any]) -> Order:
    price = Money(row.amount, row.currency)
    return Order(
        row.id, row.guild_id, row.user_id, tiers.read(row, tiers.PREFIX), State(row.state), row.provider, row.provider_ref,
        price, row.days, row.created_at, row.expires_at,
    )  # fmt: skip
