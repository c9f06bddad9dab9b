"""When each order's provider was asked about it, and when that is due again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, or_, select, update

from bot.db import Reader, Writer
from bot.db.sql import insert
from bot.ids import snowflake_at, snowflake_time
from bot.memberships.model import FOREVER, OrderStatus
from bot.memberships.orders.poll_plan import SLOW, Poll
from bot.memberships.orders.tables import order, payment, poll


async def due(
    db: Reader,
    *,
    providers: Collection[str],
    unpaid_for: timedelta,
    paid_for: timedelta,
    missed: timedelta,
    first: timedelta,
    now: datetime,
    real: datetime,
) -> list[Poll]:
    """The orders of these providers, in every guild, that are due to be asked about.

    Orders that may still be paid are watched until `unpaid_for` after their link closed, paid ones for `paid_for` after
    the last report or the end of what was paid, and as long as their subscription runs: times of the community. What is over since then, but not
    longer ago than `missed`, is asked about a last time: Lyceum may have been off.
    """
    unpaid = order.c.state.in_(["pending", "expired", "cancelled"])
    held = order.c.state.in_(["paid", "disputed", "review", "refunded"])
    running = held & order.c.phase.in_(["active", "ending", "past_due", "paused"])
    watched = or_(
        unpaid & (order.c.expires_at > now - unpaid_for), held & _alive_since(now - paid_for), running
    )
    over = or_(unpaid & (order.c.expires_at > now - missed), held & _alive_since(now - missed))
    ripe = or_(
        poll.c.order_id.is_(None) & (order.c.id < snowflake_at(real - first)),
        poll.c.due_at <= real,
        (poll.c.due_at > real + 2 * SLOW)
        & (poll.c.due_at < FOREVER),  # the clock was ahead when that was noted
        (poll.c.state != order.c.state) & watched,
    )
    query = (
        select(
            order.c.guild_id,
            order.c.id,
            order.c.provider,
            order.c.state,
            poll.c.state.label("asked_as"),
            poll.c.due_at,
            poll.c.wait_ms,
            watched.label("watched"),
        )
        .select_from(order.outerjoin(poll, poll.c.order_id == order.c.id))
        .where(order.c.provider_ref.is_not(None), order.c.provider.in_(providers), ripe, watched | over)
    )
    return [
        Poll(
            guild_id=row.guild_id,
            order_id=row.id,
            provider=row.provider,
            state=OrderStatus(row.state),
            made_at=snowflake_time(row.id),
            due_at=row.due_at or snowflake_time(row.id) + first,
            asked_as=None if row.asked_as is None else OrderStatus(row.asked_as),
            wait=None if row.wait_ms is None else timedelta(milliseconds=row.wait_ms),
            last=not row.watched,
        )
        for row in await db.execute(query)
    ]


async def claim(tx: Writer, asked: Poll, wait: timedelta, real: datetime) -> bool:
    """Note that the order is asked about now, and again after `wait`; False when another process was first."""
    values = {
        "state": asked.state.value,
        "due_at": real + wait,
        "wait_ms": wait // timedelta(milliseconds=1),
    }
    if asked.asked_as is None:
        row = insert(poll).values(guild_id=asked.guild_id, order_id=asked.order_id, **values)
        return (await tx.execute(row.on_conflict_do_nothing())).rowcount == 1
    same = _row_of(asked) & (poll.c.due_at == asked.due_at)
    return (await tx.execute(update(poll).where(same).values(**values))).rowcount == 1


async def retire(tx: Writer, asked: Poll) -> None:
    """Note that the order was asked about for the last time."""
    await tx.execute(update(poll).where(_row_of(asked)).values(due_at=FOREVER))


async def ask_again(tx: Writer, provider: str, missed_since: datetime, real: datetime) -> None:
    """Let orders of this provider that were asked about for the last time be due once more: Lyceum was off."""
    young = select(order.c.id).where(order.c.provider == provider, _alive_since(missed_since))
    retired = (poll.c.due_at >= FOREVER) & poll.c.order_id.in_(young)
    await tx.execute(update(poll).where(retired).values(due_at=real))


def _alive_since(moment: datetime) -> ColumnElement[bool]:
    """Was the order open, anything reported of it, or a period of it under way since then? It may be refunded still."""
    ours = payment.c.order_id == order.c.id
    reported = exists().where(ours, or_(payment.c.recorded_at > moment, payment.c.ends_at > moment))
    return or_(order.c.expires_at > moment, reported)


def _row_of(asked: Poll) -> ColumnElement[bool]:
    return (poll.c.guild_id == asked.guild_id) & (poll.c.order_id == asked.order_id)
