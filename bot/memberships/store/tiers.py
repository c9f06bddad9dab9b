"""What is for sale."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from bot.db import Reader, Writer
from bot.memberships.model import Tier
from bot.memberships.tables import tier
from bot.money import Money

PREFIX = "its_tier_"


async def add(tx: Writer, new: Tier, name_key: str, now: datetime) -> None:
    """Put a tier up for sale."""
    await tx.execute(
        insert(tier).values(
            id=new.id,
            guild_id=new.guild_id,
            name=new.name,
            name_key=name_key,
            amount=new.price.amount,
            currency=new.price.currency,
            days=new.days,
            role_id=new.role_id,
            created_at=now,
            archived_at=None,
        )
    )


async def archive(tx: Writer, guild_id: int, tier_id: int, now: datetime) -> bool:
    """Take it off sale; False when it was not on sale."""
    on_sale = (tier.c.guild_id == guild_id) & (tier.c.id == tier_id) & tier.c.archived_at.is_(None)
    return (await tx.execute(update(tier).where(on_sale).values(archived_at=now))).rowcount == 1


async def all_of(db: Reader, guild_id: int, *, archived: bool = False) -> list[Tier]:
    """The tiers on sale (with `archived`, all), cheapest first within a currency."""
    query = select(tier).where(tier.c.guild_id == guild_id)
    if not archived:
        query = query.where(tier.c.archived_at.is_(None))
    rows = await db.execute(
        query.order_by(tier.c.archived_at.is_not(None), tier.c.currency, tier.c.amount, tier.c.id)
    )
    return [read(row) for row in rows]


async def find(db: Reader, guild_id: int, name_key: str) -> Tier | None:
    """The tier on sale of that name."""
    named = (tier.c.guild_id == guild_id) & (tier.c.name_key == name_key) & tier.c.archived_at.is_(None)
    row = (await db.execute(select(tier).where(named))).one_or_none()
    return read(row) if row else None


def read(row: Row[Any], prefix: str = "") -> Tier:
    """The tier in a row whose columns carry this prefix."""
    told = row._mapping
    return Tier(
        told[prefix + "id"],
        told[prefix + "guild_id"],
        told[prefix + "name"],
        Money(told[prefix + "amount"], told[prefix + "currency"]),
        told[prefix + "days"],
        told[prefix + "role_id"],
        told[prefix + "archived_at"] is not None,
    )


def labelled() -> list[Any]:
    """The columns of a tier, for a query that joins it: `read(row, PREFIX)` takes them."""
    return [column.label(PREFIX + column.name) for column in tier.c]
