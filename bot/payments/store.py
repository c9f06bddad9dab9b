"""The queries of the inbox."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from bot.db import Reader, Writer
from bot.db.sql import insert
from bot.money import Money
from bot.payments.port import Fact, FactKind, ProviderNotice, Unmatched
from bot.payments.tables import inbox


@dataclass(frozen=True)
class Arrival:
    """A verified event that is not stored yet. `sha256` is of its body, `at` the community's time."""

    provider: str
    notice: ProviderNotice
    sha256: str
    at: datetime

    @property
    def order(self) -> tuple[int, int] | None:
        """(guild id, order id) of the fact; None when it carries none."""
        fact = self.notice.fact
        return (fact.guild_id, fact.order_id) if fact else None

    @property
    def guild_id(self) -> int:
        """0 when the event does not say."""
        return self.notice.fact.guild_id if self.notice.fact else 0


async def insert_new(
    tx: Writer, arrivals: Sequence[Arrival], unknown: Collection[tuple[int, int]]
) -> set[str]:
    """Store the events, those about `unknown` orders as unmatched. Returns the keys of those that are new."""
    rows = [_row(arrival, unmatched=arrival.order in unknown) for arrival in arrivals]
    statement = insert(inbox).on_conflict_do_nothing().returning(inbox.c.provider, inbox.c.event_id)
    return {event_key(provider, event_id) for provider, event_id in await tx.execute(statement, rows)}


def event_key(provider: str, event_id: str) -> str:
    """The key of an event, unique among all providers."""
    return f"{provider}:{event_id}"


def _row(arrival: Arrival, *, unmatched: bool) -> dict[str, Any]:
    notice, fact = arrival.notice, arrival.notice.fact
    means_something = fact is not None or notice.about is not None
    return {
        "provider": arrival.provider,
        "event_id": notice.event_id,
        "guild_id": arrival.guild_id,
        "kind": notice.kind,
        "sha256": arrival.sha256,
        "state": "unmatched" if unmatched else "new" if means_something else "ignored",
        "about": notice.about,
        "fact": fact and fact.kind.value,
        "object_id": fact and fact.object_id,
        "payment_id": fact and fact.payment_id,
        "order_id": fact and fact.order_id,
        "ref": fact and fact.ref,
        "amount": fact and fact.money.amount,
        "currency": fact and fact.money.currency,
        "at": fact and fact.at,
        "received_at": arrival.at,
    }


async def unsettled(db: Reader, guild_id: int, provider: str, event_id: str) -> Fact | str | None:
    """The fact of a stored event, or the object to fetch; None when the event is settled already."""
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
        kind=FactKind(row.fact),
        object_id=row.object_id,
        guild_id=row.guild_id,
        order_id=row.order_id,
        ref=row.ref,
        money=money,
        at=row.at,
        payment_id=row.payment_id,
    )


async def close(tx: Writer, guild_id: int, provider: str, event_id: str, *, matched: bool) -> None:
    """Mark the event as settled, or as unmatched when it is about no order of ours."""
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


async def ignore(tx: Writer, guild_id: int, provider: str, event_id: str) -> None:
    """Mark the event as none of ours. What it is about is no business of ours either, and is not kept."""
    own = (inbox.c.guild_id == guild_id) & (inbox.c.provider == provider) & (inbox.c.event_id == event_id)
    await tx.execute(update(inbox).where(own, inbox.c.state == "new").values(state="ignored", about=None))


async def unmatched(
    db: Reader, guild_id: int, limit: int = 1000, *, unnamed: bool = False
) -> list[Unmatched]:
    """Events that named this guild but no order of it, newest first.

    With `unnamed` also those that named no guild. That is only for a Lyceum that serves a single guild: among
    several, such an event may be another guild's.
    """
    query = select(inbox).where(
        inbox.c.state == "unmatched", inbox.c.guild_id.in_([guild_id, 0] if unnamed else [guild_id])
    )
    newest = query.order_by(inbox.c.received_at.desc(), inbox.c.event_id).limit(limit)
    return [
        Unmatched(
            row.provider,
            row.event_id,
            row.kind,
            row.about or row.object_id,
            Money(row.amount, row.currency) if row.amount else None,
            row.received_at,
        )
        for row in await db.execute(newest)
    ]


async def count_open(db: Reader) -> int:
    """The number of events that are stored but not settled, in all guilds. The health page shows it."""
    return (await db.execute(select(func.count()).where(inbox.c.state == "new"))).scalar_one()
