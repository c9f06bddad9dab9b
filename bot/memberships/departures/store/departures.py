"""Departures, what becomes of the subscriptions behind them, and the subscriptions that would charge again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, insert, select, update

from bot.db import Reader, Writer
from bot.db.sql import upsert
from bot.memberships.access.tables import entitlement
from bot.memberships.departures.departure import (
    Cause,
    DepartedSubscription,
    Departure,
    DepartureAction,
    RenewingOrder,
)
from bot.memberships.departures.tables import departed_subscription, departure
from bot.memberships.model import RENEWING, OrderStatus
from bot.memberships.orders.tables import order

UNPAID = (OrderStatus.CREATED, OrderStatus.PENDING, OrderStatus.EXPIRED, OrderStatus.CANCELLED)
"""An order in one of these states has charged nobody: a planned change that the provider drops with its subscription."""


def _renewing(guild_id: int) -> Select[int, int, int]:
    return (
        select(order.c.id, order.c.user_id.label("payer"), entitlement.c.user_id.label("holder"))
        .outerjoin(entitlement, entitlement.c.order_id == order.c.id)
        .where(
            order.c.guild_id == guild_id,
            order.c.renewal_amount.is_not(None),
            order.c.phase.in_([phase.value for phase in RENEWING]),
            order.c.state.not_in([state.value for state in UNPAID]),
        )
    )


async def renewing(db: Reader, guild_id: int) -> list[RenewingOrder]:
    """Every subscription of the guild that will charge again."""
    return [RenewingOrder(*row) for row in await db.execute(_renewing(guild_id).order_by(order.c.id))]


async def renewing_of(db: Reader, guild_id: int, user_id: int) -> list[RenewingOrder]:
    """The subscriptions that will charge again and that this person pays, or whose membership they have."""
    rows = [
        row
        for person in (order.c.user_id, entitlement.c.user_id)
        for row in await db.execute(_renewing(guild_id).where(person == user_id))
    ]
    return [RenewingOrder(*row) for row in sorted({tuple(row) for row in rows})]


async def add(tx: Writer, new: Departure) -> None:
    """Store a departure; the index refuses a second open one of this person."""
    await tx.execute(
        insert(departure).values(
            id=new.id,
            guild_id=new.guild_id,
            user_id=new.user_id,
            cause=new.cause.value,
            heard_at=new.heard_at,
            settled_at=new.settled_at,
            returned_at=new.returned_at,
        )
    )


async def find(db: Reader, guild_id: int, departure_id: int) -> Departure | None:
    """The departure with this id."""
    query = select(departure).where(departure.c.guild_id == guild_id, departure.c.id == departure_id)
    row = (await db.execute(query)).one_or_none()
    return _departure(row) if row else None


async def open_of(db: Reader, guild_id: int, user_id: int) -> Departure | None:
    """The departure from which this person has not come back."""
    query = select(departure).where(
        departure.c.guild_id == guild_id, departure.c.user_id == user_id, departure.c.returned_at.is_(None)
    )
    row = (await db.execute(query)).one_or_none()
    return _departure(row) if row else None


async def is_banned(db: Reader, guild_id: int, user_id: int) -> bool:
    """Is this person away because of a ban, as far as Lyceum had a reason to remember it?"""
    known = await open_of(db, guild_id, user_id)
    return known is not None and known.cause is Cause.BAN


async def away(db: Reader, guild_id: int) -> set[int]:
    """The people with an open departure."""
    query = select(departure.c.user_id).where(
        departure.c.guild_id == guild_id, departure.c.returned_at.is_(None)
    )
    return set((await db.execute(query)).scalars())


async def hear(tx: Writer, old: Departure, cause: Cause, now: datetime) -> None:
    """Store what was heard about an open departure."""
    own = (departure.c.guild_id == old.guild_id) & (departure.c.id == old.id)
    await tx.execute(update(departure).where(own).values(cause=cause.value, heard_at=now))


async def settle(tx: Writer, old: Departure, cause: Cause, now: datetime) -> None:
    """Store that it is decided what follows from a departure, and the cause by which it was decided."""
    own = (departure.c.guild_id == old.guild_id) & (departure.c.id == old.id)
    await tx.execute(update(departure).where(own).values(cause=cause.value, settled_at=now))


async def close(tx: Writer, guild_id: int, user_id: int, now: datetime) -> bool:
    """The person is back; False when they had no open departure."""
    own = (
        (departure.c.guild_id == guild_id)
        & (departure.c.user_id == user_id)
        & departure.c.returned_at.is_(None)
    )
    return (await tx.execute(update(departure).where(own).values(returned_at=now))).rowcount == 1


async def put(tx: Writer, new: DepartedSubscription) -> None:
    """Store what becomes of a subscription, in place of what was decided before."""
    values = {
        "guild_id": new.guild_id,
        "departure_id": new.departure_id,
        "order_id": new.order_id,
        "cause": new.cause.value,
        "action": new.action.value,
        "notice": new.notice,
        "decided_by": new.decided_by,
        "ended_at": new.ended_at,
    }
    replaced = ("cause", "action", "notice", "decided_by", "ended_at")
    await tx.execute(upsert(departed_subscription, replace=replaced).values(**values))


async def decide(tx: Writer, old: DepartedSubscription, action: DepartureAction, decided_by: int) -> bool:
    """Store what a staff member decided; False when it was decided otherwise meanwhile."""
    unchanged = (
        (departed_subscription.c.guild_id == old.guild_id)
        & (departed_subscription.c.departure_id == old.departure_id)
        & (departed_subscription.c.order_id == old.order_id)
        & (departed_subscription.c.action == old.action.value)
    )
    change = update(departed_subscription).where(unchanged)
    return (await tx.execute(change.values(action=action.value, decided_by=decided_by))).rowcount == 1


async def ended(tx: Writer, old: DepartedSubscription, now: datetime) -> None:
    """Store that the provider was told to end this subscription."""
    own = (
        (departed_subscription.c.guild_id == old.guild_id)
        & (departed_subscription.c.departure_id == old.departure_id)
        & (departed_subscription.c.order_id == old.order_id)
        & (departed_subscription.c.action == DepartureAction.END.value)
    )
    await tx.execute(update(departed_subscription).where(own).values(ended_at=now))


async def kept_by_payer(tx: Writer, guild_id: int, order_id: int, payer: int) -> None:
    """Its payer lets a renewal go on that was turned off after a departure."""
    ended = (
        (departed_subscription.c.guild_id == guild_id)
        & (departed_subscription.c.order_id == order_id)
        & departed_subscription.c.ended_at.is_not(None)
    )
    kept = {"action": DepartureAction.KEEP.value, "decided_by": payer, "ended_at": None}
    await tx.execute(update(departed_subscription).where(ended).values(**kept))


async def of_departure(db: Reader, guild_id: int, departure_id: int) -> dict[int, DepartedSubscription]:
    """What becomes of each subscription after a departure, by order id."""
    query = select(departed_subscription).where(
        departed_subscription.c.guild_id == guild_id,
        departed_subscription.c.departure_id == departure_id,
    )
    return {row.order_id: _subscription(row) for row in await db.execute(query)}


async def of_notice(db: Reader, guild_id: int, notice: int) -> list[DepartedSubscription]:
    """The subscriptions that one card tells of."""
    query = select(departed_subscription).where(
        departed_subscription.c.guild_id == guild_id, departed_subscription.c.notice == notice
    )
    rows = await db.execute(query.order_by(departed_subscription.c.order_id))
    return [_subscription(row) for row in rows]


async def ended_for(db: Reader, guild_id: int, user_id: int) -> set[int]:
    """The orders whose renewal was turned off because this person had left."""
    query = (
        select(departed_subscription.c.order_id)
        .join(departure, departure.c.id == departed_subscription.c.departure_id)
        .where(
            departure.c.guild_id == guild_id,
            departure.c.user_id == user_id,
            departed_subscription.c.ended_at.is_not(None),
        )
    )
    return set((await db.execute(query)).scalars())


def _departure(row: Row[Any]) -> Departure:
    return Departure(
        id=row.id,
        guild_id=row.guild_id,
        user_id=row.user_id,
        cause=Cause(row.cause),
        heard_at=row.heard_at,
        settled_at=row.settled_at,
        returned_at=row.returned_at,
    )


def _subscription(row: Row[Any]) -> DepartedSubscription:
    return DepartedSubscription(
        guild_id=row.guild_id,
        departure_id=row.departure_id,
        order_id=row.order_id,
        cause=Cause(row.cause),
        action=DepartureAction(row.action),
        notice=row.notice,
        decided_by=row.decided_by,
        ended_at=row.ended_at,
    )
