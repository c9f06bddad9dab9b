"""Stripe's own list: charges with their refunds and disputes, in the currency that the buyer paid in.

Balance transactions would be shorter to list, but they are in the account's currency, after conversion and fees: nothing
of ours could be compared with them. Stripe copies no metadata from a subscription to its charges, so their orders are
found through the invoices, which are listed too.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.money import Money
from bot.payments.statements import ReportedPayment, payment_of_facts
from bot.payments.stripe.amounts import from_stripe
from bot.payments.stripe.facts import (
    FactMapper,
    OrderIds,
    id_of,
    ids_in,
    moment,
    payment_of,
    subscription_details,
)
from bot.payments.stripe.library import Object, StripeConnection
from bot.payments.stripe.reading import Reader

if TYPE_CHECKING:
    from stripe import StripeClient

RETRIED = timedelta(days=65)
"""How long before its payment an invoice may have been made: Stripe tries to collect it for up to two months."""
DECIDED = timedelta(days=180)
"""How long a dispute may take: the list by time knows only when it began."""
FAILED = timedelta(days=60)
"""How long after it was made a refund may come back."""


@dataclass(frozen=True)
class _Invoiced:
    """The payments of a span's invoices: the order of each payment, and invoices that are payments themselves."""

    orders: dict[str, OrderIds]
    whole: list[ReportedPayment]
    parts: frozenset[str]


class StatementReader:
    """Lists from one account through one client."""

    def __init__(self, connection: StripeConnection, client: StripeClient) -> None:
        self._v1: Any = client.v1
        self._checked = connection.checked
        self._all_pages = connection.all_pages
        self._reader = Reader(connection, client)

    async def between(self, since: datetime, until: datetime) -> AsyncIterator[ReportedPayment]:
        """Every payment that was made, refunded or disputed in `[since, until)`."""
        invoiced = await self._invoiced(since, until)
        touched = await self._touched(since, until)
        params = {"created": _span(since, until), "limit": 100, "expand": ["data.payment_intent"]}
        listing = await self._v1.charges.list_async(params)
        async for item in listing.auto_paging_iter():
            charge = self._checked(item)
            payment_id = id_of(charge["payment_intent"]) or str(charge["id"])
            if payment_id in invoiced.parts or charge["status"] != "succeeded" or not charge["captured"]:
                continue
            order = _named(charge) or invoiced.orders.get(payment_id)
            changed = bool(touched.pop(payment_id, charge["amount_refunded"] or charge["disputed"]))
            money = from_stripe(charge["amount_captured"], charge["currency"])
            yield await self._whole(payment_id, money, moment(charge["created"]), order, changed=changed)
        for payment in invoiced.whole:
            if since <= payment.at < until:
                yield payment
        for payment_id in touched:
            earlier = await self.one(payment_id)
            if earlier is not None and earlier.order is not None:
                yield earlier

    async def one(self, payment_id: str) -> ReportedPayment | None:
        """One payment. Raises the library's error when there is none of that id."""
        if payment_id.startswith("in_"):
            params = {"expand": ["payments"]}
            invoice = self._checked(await self._v1.invoices.retrieve_async(payment_id, params))
            return _of_invoice(invoice)
        order = await self._reader.order_of(payment_id)
        if not payment_id.startswith("pi_"):
            charge = self._checked(await self._v1.charges.retrieve_async(payment_id))
            money = from_stripe(charge["amount_captured"], charge["currency"])
            return await self._whole(payment_id, money, moment(charge["created"]), order, changed=True)
        params = {"expand": ["latest_charge"]}
        intent = self._checked(await self._v1.payment_intents.retrieve_async(payment_id, params))
        if intent["status"] != "succeeded":
            return None
        money = from_stripe(intent["amount_received"], intent["currency"])
        at = moment(intent["latest_charge"]["created"])
        return await self._whole(payment_id, money, at, order, changed=True)

    async def _whole(
        self, payment_id: str, money: Money, at: datetime, order: OrderIds | None, *, changed: bool
    ) -> ReportedPayment:
        """The payment with its refunds and disputes; of what is not ours only the payment."""
        if order is None or not changed:
            return ReportedPayment(object_id=payment_id, money=money, at=at, order=_ids(order))
        params = {
            "payment_intent" if payment_id.startswith("pi_") else "charge": payment_id,
            "limit": 100,
        }
        refunds = await self._all_pages(await self._v1.refunds.list_async(params))
        disputes = await self._all_pages(await self._v1.disputes.list_async(params))
        mapper = FactMapper(order, payment_id)
        facts = [*mapper.refunds(payment_id, refunds), *mapper.disputes(payment_id, disputes)]
        return payment_of_facts(payment_id, money, at, _ids(order), facts)

    async def _touched(self, since: datetime, until: datetime) -> dict[str, bool]:
        """The payments of refunds and disputes that may have changed in this span."""
        touched: dict[str, bool] = {}
        for listing, before in ((self._v1.refunds, FAILED), (self._v1.disputes, DECIDED)):
            params = {"created": _span(since - before, until), "limit": 100}
            for item in await self._all_pages(await listing.list_async(params)):
                payment_id = id_of(item.get("payment_intent")) or id_of(item.get("charge"))
                if payment_id:
                    touched[payment_id] = True
        return touched

    async def _invoiced(self, since: datetime, until: datetime) -> _Invoiced:
        params = {"created": _span(since - RETRIED, until), "limit": 100, "expand": ["data.payments"]}
        orders: dict[str, OrderIds] = {}
        whole: list[ReportedPayment] = []
        parts: set[str] = set()
        for invoice in await self._all_pages(await self._v1.invoices.list_async(params)):
            order = ids_in(subscription_details(invoice).get("metadata"))
            if order is None:
                continue
            payments = _payments_of(invoice)
            orders |= dict.fromkeys(payments, order)
            payment = _of_invoice(invoice)
            if payment is not None:
                whole.append(payment)
                parts.update(payments)
        return _Invoiced(orders, whole, frozenset(parts))


def _of_invoice(invoice: Object) -> ReportedPayment | None:
    """An invoice that was paid in parts or outside Stripe: it is the payment itself. None for all others."""
    order = ids_in(subscription_details(invoice).get("metadata"))
    if invoice["status"] != "paid" or payment_of(invoice) != invoice["id"] or not invoice["amount_paid"]:
        return None
    money = from_stripe(invoice["amount_paid"], invoice["currency"])
    paid_at = moment(invoice["status_transitions"]["paid_at"])
    return ReportedPayment(object_id=str(invoice["id"]), money=money, at=paid_at, order=_ids(order))


def _payments_of(invoice: Object) -> list[str]:
    listed: Object = invoice.get("payments") or {"data": []}
    paid: list[Object] = [payment["payment"] for payment in listed["data"]]
    named = [id_of(payment.get("payment_intent") or payment.get("charge")) for payment in paid]
    return [id_ for id_ in named if id_]


def _named(charge: Object) -> OrderIds | None:
    """The order that a charge or its payment names itself: a subscription's never do."""
    intent: str | Object | None = charge["payment_intent"]
    metadata = None if intent is None or isinstance(intent, str) else intent.get("metadata")
    return ids_in(charge["metadata"]) or ids_in(metadata)


def _ids(order: OrderIds | None) -> tuple[int, int] | None:
    return (order.guild_id, order.order_id) if order else None


def _span(since: datetime, until: datetime) -> dict[str, int]:
    return {"gte": int(since.timestamp()), "lt": int(until.timestamp()) + 1}
