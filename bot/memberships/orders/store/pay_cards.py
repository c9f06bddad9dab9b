"""Pay cards that may still be edited."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, insert, select

from bot.db import Reader, Writer
from bot.ids import new_id
from bot.memberships.model import PayCard
from bot.memberships.orders.tables import answer, order


async def keep_answer(
    tx: Writer, guild_id: int, order_id: int, locale: str, sealed: str, real: datetime
) -> None:
    """Store the encrypted token that edits a pay card."""
    await tx.execute(
        insert(answer).values(
            id=new_id(), guild_id=guild_id, order_id=order_id, locale=locale, sealed=sealed, made_at=real
        )
    )


async def answers(db: Reader, guild_id: int, order_id: int) -> list[PayCard]:
    """An order's pay cards that may still be edited."""
    query = select(answer).where(answer.c.guild_id == guild_id, answer.c.order_id == order_id)
    return [PayCard(row.id, row.locale, row.sealed, row.made_at) for row in await db.execute(query)]


async def answered_orders(db: Reader, guild_id: int, user_id: int) -> list[int]:
    """The ids of a member's orders with a pay card that may still be edited."""
    order_ids = select(order.c.id).where(order.c.guild_id == guild_id, order.c.user_id == user_id)
    query = (
        select(answer.c.order_id)
        .where(answer.c.guild_id == guild_id, answer.c.order_id.in_(order_ids))
        .distinct()
    )
    return list((await db.execute(query)).scalars())


async def forget_answer(tx: Writer, guild_id: int, id_: int) -> None:
    """Drop the token of one pay card."""
    await tx.execute(delete(answer).where(answer.c.guild_id == guild_id, answer.c.id == id_))


async def forget_answers(tx: Writer, before: datetime) -> None:
    """Drop every token, in all guilds, from before this time."""
    await tx.execute(delete(answer).where(answer.c.made_at < before))
