"""The queries of the inbox."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects.sqlite import insert

from bot.db import Reader, Writer
from bot.money import Money
from bot.payments.port import Fact, Kind, Notice
from bot.payments.tables import inbox


async def keep(tx: Writer, provider: str, notice: Notice, sha256: str, now: datetime) -> bool:
    """Store the event; False when it is here already."""
    fact = notice.fact
    row = insert(inbox).values(
        provider=provider,
        event_id=notice.event_id,
        guild_id=fact.guild_id if fact else 0,
        kind=notice.kind,
        sha256=sha256,
        state="new" if fact or notice.about else "ignored",
        about=notice.about,
        fact=fact and fact.kind.value,
        object_id=fact and fact.object_id,
        payment_id=fact and fact.payment_id,
        order_id=fact and fact.order_id,
        ref=fact and fact.ref,
        amount=fact and fact.money.amount,
        currency=fact and fact.money.currency,
        at=fact and fact.at,
        received_at=now,
    )
    return (await tx.execute(row.on_conflict_do_nothing())).rowcount == 1


async def said(db: Reader, guild_id: int, provider: str, event_id: str) -> Fact | str | None:
    """What the stored event said while it is not settled yet: a fact, or the object to look at again."""
    query = select(inbox).where(
        inbox.c.guild_id == guild_id,
        inbox.c.provider == provider,
        inbox.c.event_id == event_id,
        inbox.c.state == "new",
    )
    row = (await db.execute(query)).one_or_none()
    if row is None:
        return None
    if row.about is not None:
        return str(row.about)
    money = Money(row.amount, row.currency)
    return Fact(
        Kind(row.fact), row.object_id, row.guild_id, row.order_id, row.ref, money, row.at, row.payment_id
    )


async def close(tx: Writer, guild_id: int, provider: str, event_id: str, *, matched: bool) -> None:
    """Settled, or about no order that we know."""
    await tx.execute(
        update(inbox)
        .where(
            inbox.c.guild_id == guild_id,
            inbox.c.provider == provider,
            inbox.c.event_id == event_id,
            inbox.c.state == "new",
        )
        .values(state="settled" if matched else "unmatched")
    )


async def count_open(db: Reader) -> int:
    """Events stored but not settled, in all guilds: the health page's figure."""
    return (await db.execute(select(func.count()).where(inbox.c.state == "new"))).scalar_one()
