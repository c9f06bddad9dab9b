"""Which orders had any movement of money in a span of time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, select

from bot.db import Reader
from bot.memberships.orders.tables import ledger, order, payment


async def moved(db: Reader, guild_id: int, since: datetime, until: datetime) -> set[int]:
    """The orders that a fact or a booking was about in `[since, until)`, or whose state changed then."""

    def within(column: ColumnElement[datetime]) -> ColumnElement[bool]:
        return (column >= since) & (column < until)

    queries = (
        select(payment.c.order_id).where(
            payment.c.guild_id == guild_id, within(payment.c.at) | within(payment.c.recorded_at)
        ),
        select(ledger.c.order_id).where(ledger.c.guild_id == guild_id, within(ledger.c.at)),
        select(order.c.id).where(order.c.guild_id == guild_id, within(order.c.changed_at)),
    )
    return {order_id for query in queries for order_id in (await db.execute(query)).scalars()}
