"""Shop cards that owners posted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, insert, select

from bot.db import Reader, Writer
from bot.memberships.catalog.tables import shop_card


async def add(tx: Writer, guild_id: int, channel_id: int, message_id: int, now: datetime) -> None:
    """Store a posted shop card."""
    await tx.execute(
        insert(shop_card).values(
            guild_id=guild_id, channel_id=channel_id, message_id=message_id, posted_at=now
        )
    )


async def cards(db: Reader, guild_id: int) -> list[tuple[int, int]]:
    """(channel, message) of each shop card, the oldest first."""
    query = select(shop_card.c.channel_id, shop_card.c.message_id).where(shop_card.c.guild_id == guild_id)
    return [
        (row.channel_id, row.message_id) for row in await db.execute(query.order_by(shop_card.c.posted_at))
    ]


async def forget(tx: Writer, guild_id: int, channel_id: int, message_id: int) -> None:
    """Remove a shop card whose message was deleted."""
    is_card = (
        (shop_card.c.guild_id == guild_id)
        & (shop_card.c.channel_id == channel_id)
        & (shop_card.c.message_id == message_id)
    )
    await tx.execute(delete(shop_card).where(is_card))
