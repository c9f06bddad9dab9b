"""Reading from Stripe: which order an object belongs to, and everything that happened at a checkout."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.clock import real_now
from bot.errors import NeedsAction
from bot.ids import snowflake_time
from bot.payments.port import CheckoutSnapshot, Fact, FactKind, Phase, Subscription
from bot.payments.stripe.facts import (
    FactMapper,
    OrderIds,
    id_of,
    ids_in,
    moment,
    phase_of,
    subscription_details,
)
from bot.payments.stripe.library import Object, StripeConnection

if TYPE_CHECKING:
    from stripe import StripeClient

RECENT = timedelta(days=60)
"""How long a payment's refunds are fetched even if its charge shows none: one may have come back."""

_CHANGED = re.compile(r"(sub_[A-Za-z0-9_]+):([1-9][0-9]{0,18})")


def changed_ref(subscription_id: str, order_id: int) -> str:
    """The ref of an order that took over a subscription."""
    return f"{subscription_id}:{order_id}"


@dataclass(frozen=True)
class ResolvedRef:
    """What a `ref` names: the order, its session unless the order took a subscription over, and its subscription, if any."""

    order: OrderIds
    ref: str
    subscription_id: str | None
    session: Object | None = None


class Reader:
    """Reads from one account through one client."""

    def __init__(self, connection: StripeConnection, client: StripeClient) -> None:
        self._v1: Any = client.v1
        self._checked = connection.checked
        self._all_pages = connection.all_pages

    async def resolve(self, ref: str) -> ResolvedRef:
        """Fetch what a ref of ours names. NeedsAction when it names no order of ours."""
        match = _CHANGED.fullmatch(ref)
        if match:
            subscription = await self.subscription(match[1])
            ids = ids_in(subscription["metadata"])
            if ids is None:
                raise NeedsAction(
                    "payment-mismatch", "{reference} names no order of ours", reference=match[1]
                )
            return ResolvedRef(OrderIds(ids.guild_id, int(match[2])), ref, match[1])
        session = self._checked(await self._v1.checkout.sessions.retrieve_async(ref))
        order = ids_in(session["metadata"])
        if order is None or session["client_reference_id"] != order.reference:
            raise NeedsAction("payment-mismatch", "{reference} names no order of ours", reference=ref)
        return ResolvedRef(order, ref, id_of(session["subscription"]), session)

    async def subscription(self, id_: str) -> Object:
        """Fetch a subscription."""
        return self._checked(await self._v1.subscriptions.retrieve_async(id_))

    async def session_of(self, order: OrderIds) -> Object | None:
        """The newest checkout session of this order that can be paid or was paid; None when all have expired."""
        since = int((snowflake_time(order.order_id) - timedelta(minutes=5)).timestamp())
        params: Any = {"created": {"gte": since}, "limit": 100}
        sessions = await self._all_pages(await self._v1.checkout.sessions.list_async(params))
        return next(
            (session for session in sessions if order.is_of(session) and session["status"] != "expired"), None
        )

    async def snapshot(self, ref: str) -> CheckoutSnapshot:
        """Everything that happened at a checkout."""
        resolved = await self.resolve(ref)
        mapper = FactMapper(resolved.order, ref)
        facts: list[Fact] = []
        if resolved.session is not None:
            facts += mapper.session(resolved.session)
            intent = id_of(resolved.session["payment_intent"])
            if intent is not None:
                facts += await self._payment_facts(mapper, intent, over=resolved.session["status"] != "open")
        if resolved.subscription_id is None:
            return CheckoutSnapshot(tuple(facts))
        subscription = await self.subscription(resolved.subscription_id)
        facts += await self._invoice_facts(mapper, subscription)
        phase = phase_of(subscription)
        if phase is None:
            return CheckoutSnapshot(tuple(facts))
        if not await self.holds(subscription, resolved.order):
            phase = Phase.ENDED
        return CheckoutSnapshot(tuple(facts), Subscription(ref, phase, id_of(subscription["customer"])))

    async def holds(self, subscription: Object, order: OrderIds) -> bool:
        """Does the subscription belong to this order, now or after its period? Another order may have taken it over."""
        return order.is_of(subscription) or await self.scheduled(subscription, order)

    async def scheduled(self, subscription: Object, order: OrderIds) -> bool:
        """Will the subscription belong to this order when its period ends?"""
        schedule_id = id_of(subscription["schedule"])
        if schedule_id is None:
            return False
        schedule = self._checked(await self._v1.subscription_schedules.retrieve_async(schedule_id))
        return any(
            order.is_of(phase) and moment(phase["end_date"]) > real_now() for phase in schedule["phases"]
        )

    async def order_of(self, about: str) -> OrderIds | None:
        """The order behind any object that an event can be about."""
        prefix = about.partition("_")[0]
        match prefix:
            case "cs":
                return ids_in(
                    self._checked(await self._v1.checkout.sessions.retrieve_async(about))["metadata"]
                )
            case "sub":
                return ids_in((await self.subscription(about))["metadata"])
            case "in":
                return ids_in(
                    subscription_details(self._checked(await self._v1.invoices.retrieve_async(about))).get(
                        "metadata"
                    )
                )
            case "pi":
                return await self._order_of_payment(about)
            case "ch" | "py":
                answer = await self._v1.charges.retrieve_async(about)
            case "re" | "pyr":
                answer = await self._v1.refunds.retrieve_async(about)
            case "dp" | "du":
                answer = await self._v1.disputes.retrieve_async(about)
            case _:
                return None
        intent = id_of(self._checked(answer).get("payment_intent"))
        return await self._order_of_payment(intent) if intent else None

    async def was_refunded(self, payment_id: str, currency: str, key: str) -> bool:
        """Was a refund with this key made before? NeedsAction when the payment is in another currency."""
        intent = self._checked(await self._v1.payment_intents.retrieve_async(payment_id))
        if intent["currency"] != currency.lower():
            raise NeedsAction(
                "payment-mismatch", "{payment} was paid in another currency", payment=payment_id
            )
        params = {"payment_intent": payment_id, "limit": 100}
        refunds = await self._all_pages(await self._v1.refunds.list_async(params))
        metadata_of_refunds: list[Object] = [refund["metadata"] or {} for refund in refunds]
        return any(metadata.get("key") == key for metadata in metadata_of_refunds)

    async def refunded(self, payment_id: str) -> tuple[Fact, ...]:
        """The refunds of a payment as facts; empty when the payment is not ours."""
        paid_at = await self._checkout_of_payment(payment_id)
        if paid_at is None:
            return ()
        refunds = await self._all_pages(
            await self._v1.refunds.list_async({"payment_intent": payment_id, "limit": 100})
        )
        return tuple(FactMapper(paid_at.order, paid_at.ref).refunds(payment_id, refunds))

    async def _order_of_payment(self, intent_id: str) -> OrderIds | None:
        """The order of a payment, from its own metadata or from the invoice that it paid."""
        intent = self._checked(await self._v1.payment_intents.retrieve_async(intent_id))
        invoice = None if ids_in(intent["metadata"]) else await self._invoice_of(intent_id)
        return ids_in(intent["metadata"]) or ids_in(subscription_details(invoice or {}).get("metadata"))

    async def _checkout_of_payment(self, intent_id: str) -> ResolvedRef | None:
        order = await self._order_of_payment(intent_id)
        if order is None:
            return None
        invoice = await self._invoice_of(intent_id)
        subscription_id = id_of(subscription_details(invoice or {}).get("subscription"))
        params = {"subscription": subscription_id} if subscription_id else {"payment_intent": intent_id}
        sessions = await self._all_pages(await self._v1.checkout.sessions.list_async({**params, "limit": 10}))
        own = [session["id"] for session in sessions if order.is_of(session)]
        if own:
            return ResolvedRef(order, own[0], subscription_id)
        return (
            ResolvedRef(order, changed_ref(subscription_id, order.order_id), subscription_id)
            if subscription_id
            else None
        )

    async def _invoice_of(self, intent_id: str) -> Object | None:
        params = {"payment": {"type": "payment_intent", "payment_intent": intent_id}, "limit": 1}
        payments = (await self._v1.invoice_payments.list_async(params)).data
        if not payments:
            return None
        invoice_id = id_of(self._checked(payments[0])["invoice"])
        return self._checked(await self._v1.invoices.retrieve_async(invoice_id))

    async def _payment_facts(self, mapper: FactMapper, intent_id: str, *, over: bool) -> list[Fact]:
        params = {"expand": ["latest_charge"]}
        intent = self._checked(await self._v1.payment_intents.retrieve_async(intent_id, params))
        if not mapper.order.is_of(intent):
            raise NeedsAction(
                "payment-mismatch", "{payment} names another order than its checkout", payment=intent_id
            )
        facts = list(mapper.payment(intent, over=over))
        if any(fact.kind is FactKind.PAID for fact in facts):
            facts += await self._refunds_and_disputes(mapper, intent_id)
        return facts

    async def _invoice_facts(self, mapper: FactMapper, subscription: Object) -> list[Fact]:
        params = {"subscription": subscription["id"], "limit": 100, "expand": ["data.payments"]}
        invoices = await self._all_pages(await self._v1.invoices.list_async(params))
        for invoice in invoices:
            await self._load_all_lines(invoice)
        facts = list(mapper.invoices(invoices))
        if not facts:
            return facts
        params = {"customer": id_of(subscription["customer"]), "limit": 100}
        charges = await self._all_pages(await self._v1.charges.list_async(params))
        for payment_id in _payments_to_check(charges, {fact.object_id for fact in facts}):
            facts += await self._refunds_and_disputes(mapper, payment_id)
        return facts

    async def _load_all_lines(self, invoice: Object) -> None:
        """Load the rest of an invoice's lines: a list inside an object contains only the first ones."""
        if invoice["status"] == "paid" and invoice["lines"]["has_more"]:
            lines = await self._v1.invoices.line_items.list_async(invoice["id"], {"limit": 100})
            invoice["lines"] = {"data": await self._all_pages(lines)}

    async def _refunds_and_disputes(self, mapper: FactMapper, payment_id: str) -> list[Fact]:
        """The refunds and disputes of a payment."""
        params = {"payment_intent": payment_id, "limit": 100}
        refunds = await self._all_pages(await self._v1.refunds.list_async(params))
        disputes = await self._all_pages(await self._v1.disputes.list_async(params))
        return [*mapper.refunds(payment_id, refunds), *mapper.disputes(payment_id, disputes)]


def _payments_to_check(charges: Iterable[Object], payments: set[str]) -> list[str]:
    """Payments whose charge shows a refund or dispute, or is recent. Years of renewals are not fetched one by one."""
    to_check: dict[str, None] = {}
    for charge in charges:
        payment_id = id_of(charge["payment_intent"]) or charge["id"]
        is_recent = moment(charge["created"]) > real_now() - RECENT
        if payment_id in payments and (charge["amount_refunded"] or charge["disputed"] or is_recent):
            to_check[payment_id] = None
    return list(to_check)
