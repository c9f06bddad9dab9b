"""The payment facts that providers reported, and the ledger. Rows are added, never changed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from bot.db import Reader, Writer
from bot.db.sql import insert, total
from bot.memberships.orders.tables import ledger, payment
from bot.money import Money
from bot.payments.port import BillingPeriod, Fact, FactKind


@dataclass(frozen=True)
class Booking:
    """One side of a booking. `delta` is positive when the account receives; the sides of one `ref` sum to 0."""

    order_id: int
    provider: str
    ref: str
    account: str
    delta: Money
    at: datetime


async def add_fact(tx: Writer, provider: str, fact: Fact, now: datetime) -> bool:
    """Store a fact; False when this kind of fact about this object is stored already."""
    row = insert(payment).values(
        guild_id=fact.guild_id,
        order_id=fact.order_id,
        provider=provider,
        kind=fact.kind.value,
        object_id=fact.object_id,
        payment_id=fact.payment_id,
        ref=fact.ref,
        amount=fact.money.amount,
        currency=fact.money.currency,
        starts_at=fact.period and fact.period.starts_at,
        ends_at=fact.period and fact.period.ends_at,
        renewal=fact.renewal,
        at=fact.at,
        recorded_at=now,
    )
    return (await tx.execute(row.on_conflict_do_nothing())).rowcount == 1


async def known(db: Reader, guild_id: int, order_id: int) -> set[tuple[str, str]]:
    """(kind, id of the provider's object) of all facts about an order, whatever else they say."""
    query = select(payment.c.kind, payment.c.object_id).where(
        payment.c.guild_id == guild_id, payment.c.order_id == order_id
    )
    return {(kind, object_id) for kind, object_id in await db.execute(query)}


async def facts(db: Reader, guild_id: int, order_id: int) -> list[Fact]:
    """All facts about an order."""
    query = select(payment).where(payment.c.guild_id == guild_id, payment.c.order_id == order_id)
    return [_fact(row) for row in await db.execute(query)]


async def facts_by_order(
    db: Reader, guild_id: int, order_ids: Collection[int] | None = None
) -> dict[int, list[Fact]]:
    """All facts about the guild's orders, or about `order_ids` only, by order id."""
    query = select(payment).where(payment.c.guild_id == guild_id)
    if order_ids is not None:
        query = query.where(payment.c.order_id.in_(order_ids))
    by_order: dict[int, list[Fact]] = {}
    for row in await db.execute(query):
        by_order.setdefault(row.order_id, []).append(_fact(row))
    return by_order


async def came_back(db: Reader, guild_id: int, since: datetime) -> set[int]:
    """The ids of orders with a refund that failed since then, after the provider had accepted it."""
    query = select(payment.c.order_id).where(
        payment.c.guild_id == guild_id, payment.c.kind == "refund_failed", payment.c.recorded_at >= since
    )
    return set((await db.execute(query)).scalars())


async def disputed(db: Reader, guild_id: int, since: datetime) -> set[int]:
    """The ids of orders with a dispute that was opened or lost since then."""
    query = select(payment.c.order_id).where(
        payment.c.guild_id == guild_id,
        payment.c.kind.in_(["disputed", "dispute_lost"]),
        payment.c.recorded_at >= since,
    )
    return set((await db.execute(query)).scalars())


async def fact(db: Reader, guild_id: int, provider: str, kind: FactKind, object_id: str) -> Fact | None:
    """The fact of this kind about one object of the provider; None too when it belongs to another guild."""
    query = select(payment).where(
        payment.c.guild_id == guild_id,
        payment.c.provider == provider,
        payment.c.kind == kind.value,
        payment.c.object_id == object_id,
    )
    row = (await db.execute(query)).one_or_none()
    return _fact(row) if row else None


async def book(tx: Writer, provider: str, fact: Fact, accounts: dict[str, int], now: datetime) -> None:
    """Add the sides of one booking, which must sum to 0; a booking that exists already stays as it is."""
    if sum(accounts.values()) != 0:
        raise ValueError(f"a booking must sum to 0: {accounts}")
    rows: list[dict[str, Any]] = [
        {
            "guild_id": fact.guild_id,
            "provider": provider,
            "ref": f"{fact.kind}:{fact.object_id}",
            "account": account,
            "delta": delta,
            "currency": fact.money.currency,
            "order_id": fact.order_id,
            "at": now,
        }
        for account, delta in accounts.items()
    ]
    await tx.execute(insert(ledger).values(rows).on_conflict_do_nothing())


async def bookings(db: Reader, guild_id: int, order_id: int) -> list[Booking]:
    """Every side of every booking of an order, the oldest first."""
    query = select(ledger).where(ledger.c.guild_id == guild_id, ledger.c.order_id == order_id)
    return [
        _booking(row) for row in await db.execute(query.order_by(ledger.c.at, ledger.c.ref, ledger.c.account))
    ]


async def bookings_between(db: Reader, guild_id: int, since: datetime, until: datetime) -> list[Booking]:
    """Every side of every booking that was made in `[since, until)`, the oldest first."""
    query = select(ledger).where(ledger.c.guild_id == guild_id, ledger.c.at >= since, ledger.c.at < until)
    return [
        _booking(row) for row in await db.execute(query.order_by(ledger.c.at, ledger.c.ref, ledger.c.account))
    ]


async def bookings_by_order(
    db: Reader, guild_id: int, order_ids: Collection[int]
) -> dict[int, list[Booking]]:
    """Every side of every booking of these orders, by order id."""
    query = select(ledger).where(ledger.c.guild_id == guild_id, ledger.c.order_id.in_(order_ids))
    by_order: dict[int, list[Booking]] = {}
    for row in await db.execute(query):
        by_order.setdefault(row.order_id, []).append(_booking(row))
    return by_order


async def balances(db: Reader, guild_id: int) -> dict[str, list[Money]]:
    """The balance of each account, one amount per currency."""
    query = select(ledger.c.account, ledger.c.currency, total(ledger.c.delta)).where(
        ledger.c.guild_id == guild_id
    )
    by_account: dict[str, list[Money]] = {}
    for account, currency, amount in await db.execute(query.group_by(ledger.c.account, ledger.c.currency)):
        by_account.setdefault(account, []).append(Money(amount, currency))
    return by_account


def _booking(row: Row[Any]) -> Booking:
    return Booking(row.order_id, row.provider, row.ref, row.account, Money(row.delta, row.currency), row.at)


def _fact(row: Row[Any]) -> Fact:
    money = Money(row.amount, row.currency)
    period = None if row.starts_at is None else BillingPeriod(row.starts_at, row.ends_at)
    return Fact(
        kind=FactKind(row.kind),
        object_id=row.object_id,
        guild_id=row.guild_id,
        order_id=row.order_id,
        ref=row.ref,
        money=money,
        at=row.at,
        payment_id=row.payment_id,
        period=period,
        renewal=row.renewal,
    )
