"""The queries of unmatched payments that an owner has closed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import insert, select

from bot.db import Reader, Writer
from bot.memberships.backoffice.tables import closed_unmatched
from bot.payments.port import Unmatched


async def closed(db: Reader, guild_id: int, keys: Collection[str]) -> set[str]:
    """Which of these payments were closed."""
    query = select(closed_unmatched.c.key).where(
        closed_unmatched.c.guild_id == guild_id, closed_unmatched.c.key.in_(keys)
    )
    return set((await db.execute(query)).scalars())


async def close(
    tx: Writer, guild_id: int, key: str, payment: Unmatched, *, actor: int, reason: str, now: datetime
) -> None:
    """Take the payment off the list for good."""
    await tx.execute(
        insert(closed_unmatched).values(
            guild_id=guild_id,
            key=key,
            provider=payment.provider,
            object_id=payment.object_id,
            actor=actor,
            reason=reason,
            closed_at=now,
        )
    )
