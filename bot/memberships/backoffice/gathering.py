"""All records of the money of a span: each provider's own list, and beside it our facts and our ledger."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from bot.db import Database
from bot.memberships.backoffice.comparison import Difference, Mismatch, Records
from bot.memberships.orders.settlement import Settlement
from bot.memberships.orders.store import ledger, movement, orders
from bot.payments.port import Fact, FactKind, PaymentProvider
from bot.payments.statements import ReportedPayment, statements_of

Listed = dict[str, dict[str, ReportedPayment | None]]
"""By provider, the payments that it listed or was asked about; None for those that it does not know."""


class Gathering:
    """Reads what is to be compared; changes nothing."""

    def __init__(
        self, db: Database, providers: Mapping[str, PaymentProvider], settlement: Settlement
    ) -> None:
        self._db = db
        self._providers = providers
        self._settlement = settlement

    async def listed(
        self, guild_id: int, name: str, since: datetime, until: datetime
    ) -> tuple[dict[str, ReportedPayment | None], int] | None:
        """A provider's list of this span for this guild, and how many payments in it are nobody's; None without a list."""
        statements = statements_of(self._providers[name])
        if statements is None:
            return None
        payments: dict[str, ReportedPayment | None] = {}
        foreign = 0
        async for payment in statements.statement(since, until):
            if payment.order is None:
                foreign += since <= payment.at < until
            elif payment.order[0] == guild_id:
                payments[payment.object_id] = payment
        return payments, foreign

    async def records(
        self,
        guild_id: int,
        since: datetime,
        until: datetime,
        listed: Listed,
        differed: Collection[Difference],
        *,
        last: bool,
    ) -> dict[int, Records]:
        """Every order that moved in this span, by our own records or by a provider's; at the `last`, all that `differed`."""
        reported = [payment for payments in listed.values() for payment in payments.values() if payment]
        ids = {payment.order[1] for payment in reported if payment.order}
        ids |= {one.order_id for one in differed} if last else set()
        async with self._db.read() as db:
            ids |= await movement.moved(db, guild_id, since, until)
        records = await self._loaded(guild_id, ids)
        for id_, of_order in records.items():
            payments = listed.get(of_order.order.provider)
            if payments is None:
                continue
            own = {key: one for key, one in payments.items() if one and one.order == (guild_id, id_)}
            wanted = {one.payment_id for one in differed if one.order_id == id_ and one.payment_id}
            wanted |= _moved(of_order.facts, since, until)
            records[id_] = replace(of_order, listed=await self._asked(of_order, own, wanted - own.keys()))
        return records

    async def again(self, guild_id: int, known: Mapping[int, Records]) -> dict[int, Records]:
        """These orders once more, after something was settled; the providers are not asked again."""
        loaded = await self._loaded(guild_id, known.keys())
        return {id_: replace(records, listed=known[id_].listed) for id_, records in loaded.items()}

    async def strays(self, listed: Listed, differed: Iterable[Difference], known: Collection[int]) -> None:
        """Ask once more about payments that named no order here, and add them to the lists."""
        for one in differed:
            payments = listed.get(one.provider)
            if one.mismatch is Mismatch.NO_ORDER and payments is not None and one.order_id not in known:
                statements = statements_of(self._providers[one.provider])
                if statements is not None and one.object_id not in payments:
                    payments[one.object_id] = await statements.reported(one.object_id)

    async def _asked(
        self, records: Records, own: dict[str, ReportedPayment], wanted: Collection[str]
    ) -> dict[str, ReportedPayment | None]:
        """An order's payments as listed, and those that are `wanted` besides, asked for one by one."""
        statements = statements_of(self._providers[records.order.provider])
        assert statements is not None  # noqa: S101 # it gave the list
        listed: dict[str, ReportedPayment | None] = dict(own)
        for payment_id in sorted(wanted):
            listed[payment_id] = await statements.reported(payment_id)
        return listed

    async def _loaded(self, guild_id: int, ids: Collection[int]) -> dict[int, Records]:
        async with self._db.read() as db:
            found = await orders.by_ids(db, guild_id, ids)
            facts = await ledger.facts_by_order(db, guild_id, found.keys())
            bookings = await ledger.bookings_by_order(db, guild_id, found.keys())
        return {
            id_: Records(
                order=order,
                expected=self._settlement.due(order),
                facts=facts.get(id_, []),
                bookings=bookings.get(id_, []),
                listed=None,
            )
            for id_, order in found.items()
        }


def _moved(facts: Iterable[Fact], since: datetime, until: datetime) -> set[str]:
    """The payments that these facts are about, if anything happened to them in `[since, until)`."""
    about = {fact.payment_id or fact.object_id for fact in facts if since <= fact.at < until}
    return about & {fact.object_id for fact in facts if fact.kind is FactKind.PAID}
