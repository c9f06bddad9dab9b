"""Looking at Stripe: whose an object is, and everything that happened at a checkout."""

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
from bot.payments.stripe.facts import FactMapper, Ours, billed, identity, moment, ours, phase_of
from bot.payments.stripe.library import Account, Object

if TYPE_CHECKING:
    from stripe import StripeClient

FRESH = timedelta(days=60)
"""For so long a payment's refunds are looked at even if its charge shows none: one may have come back."""

_CHANGED = re.compile(r"(sub_[A-Za-z0-9_]+):([1-9][0-9]{0,18})")


def changed_ref(subscription_id: str, order_id: int) -> str:
    """The ref of an order that took a subscription over."""
    return f"{subscription_id}:{order_id}"


@dataclass(frozen=True)
class EventPlace:
    """Where an order is paid: its checkout `ref`, and the subscription if there is one."""

    order: Ours
    ref: str
    subscription_id: str | None
    session: Object | None = None


class Reader:
    """One look, over one conversation."""

    def __init__(self, line: Account, client: StripeClient) -> None:
        self._line = line
        self._v1: Any = client.v1
        self._checked = line.checked
        self._every = line.every

    async def place(self, ref: str) -> EventPlace:
        """What a ref that we gave out names. NeedsAction when it is not what we made."""
        changed = _CHANGED.fullmatch(ref)
        if changed:
            subscription = await self.subscription(changed[1])
            known = ours(subscription["metadata"])
            if known is None:
                raise NeedsAction(
                    "payment-mismatch", "{reference} names no order of ours", reference=changed[1]
                )
            return EventPlace(Ours(known.guild_id, int(changed[2])), ref, changed[1])
        session = self._checked(await self._v1.checkout.sessions.retrieve_async(ref))
        order = ours(session["metadata"])
        if order is None or session["client_reference_id"] != order.reference:
            raise NeedsAction("payment-mismatch", "{reference} names no order of ours", reference=ref)
        return EventPlace(order, ref, identity(session["subscription"]), session)

    async def subscription(self, id_: str) -> Object:
        """A subscription."""
        return self._checked(await self._v1.subscriptions.retrieve_async(id_))

    async def session_of(self, order: Ours) -> Object | None:
        """The checkout that this order has: one that can be paid, or was; the newest of them. Closed ones are none."""
        since = int((snowflake_time(order.order_id) - timedelta(minutes=5)).timestamp())
        asked: Any = {"created": {"gte": since}, "limit": 100}
        sessions = await self._every(await self._v1.checkout.sessions.list_async(asked))
        return next((one for one in sessions if order.is_of(one) and one["status"] != "expired"), None)

    async def snapshot(self, ref: str) -> CheckoutSnapshot:
        """Everything that happened at a checkout."""
        place = await self.place(ref)
        teller = FactMapper(place.order, ref)
        facts: list[Fact] = []
        if place.session is not None:
            facts += teller.session(place.session)
            intent = identity(place.session["payment_intent"])
            if intent is not None:
                facts += await self._once(teller, intent, over=place.session["status"] != "open")
        if place.subscription_id is None:
            return CheckoutSnapshot(tuple(facts))
        subscription = await self.subscription(place.subscription_id)
        facts += await self._recurring(teller, subscription)
        phase = phase_of(subscription)
        if phase is None:
            return CheckoutSnapshot(tuple(facts))
        if not await self.holds(subscription, place.order):
            phase = Phase.ENDED
        return CheckoutSnapshot(tuple(facts), Subscription(ref, phase, identity(subscription["customer"])))

    async def holds(self, subscription: Object, order: Ours) -> bool:
        """Is the subscription this order's, now or after the present period? Another may have taken it over."""
        return order.is_of(subscription) or await self.scheduled(subscription, order)

    async def scheduled(self, subscription: Object, order: Ours) -> bool:
        """Will the subscription become this order's when its period ends?"""
        schedule_id = identity(subscription["schedule"])
        if schedule_id is None:
            return False
        schedule = self._checked(await self._v1.subscription_schedules.retrieve_async(schedule_id))
        return any(
            order.is_of(phase) and moment(phase["end_date"]) > real_now() for phase in schedule["phases"]
        )

    async def order_of(self, about: str) -> Ours | None:
        """The order behind any object that an event can be about."""
        prefix = about.partition("_")[0]
        match prefix:
            case "cs":
                return ours(self._checked(await self._v1.checkout.sessions.retrieve_async(about))["metadata"])
            case "sub":
                return ours((await self.subscription(about))["metadata"])
            case "in":
                return ours(
                    billed(self._checked(await self._v1.invoices.retrieve_async(about))).get("metadata")
                )
            case "pi":
                return await self._payer(about)
            case "ch" | "py":
                found = await self._v1.charges.retrieve_async(about)
            case "re" | "pyr":
                found = await self._v1.refunds.retrieve_async(about)
            case "dp" | "du":
                found = await self._v1.disputes.retrieve_async(about)
            case _:
                return None
        intent = identity(self._checked(found).get("payment_intent"))
        return await self._payer(intent) if intent else None

    async def was_refunded(self, payment_id: str, currency: str, key: str) -> bool:
        """Did we give this back under the same key before? NeedsAction when the payment is in another currency."""
        intent = self._checked(await self._v1.payment_intents.retrieve_async(payment_id))
        if intent["currency"] != currency.lower():
            raise NeedsAction(
                "payment-mismatch", "{payment} was paid in another currency", payment=payment_id
            )
        asked = {"payment_intent": payment_id, "limit": 100}
        refunds = await self._every(await self._v1.refunds.list_async(asked))
        told: list[Object] = [refund["metadata"] or {} for refund in refunds]
        return any(metadata.get("key") == key for metadata in told)

    async def refunded(self, payment_id: str) -> tuple[Fact, ...]:
        """The refunds of a payment as facts; empty when the payment is not ours."""
        place = await self._paid_at(payment_id)
        if place is None:
            return ()
        refunds = await self._every(
            await self._v1.refunds.list_async({"payment_intent": payment_id, "limit": 100})
        )
        return tuple(FactMapper(place.order, place.ref).refunds(payment_id, refunds))

    async def _payer(self, intent_id: str) -> Ours | None:
        """The order of a payment: named by itself, or by the invoice that it paid."""
        intent = self._checked(await self._v1.payment_intents.retrieve_async(intent_id))
        invoice = None if ours(intent["metadata"]) else await self._invoice_of(intent_id)
        return ours(intent["metadata"]) or ours(billed(invoice or {}).get("metadata"))

    async def _paid_at(self, intent_id: str) -> EventPlace | None:
        order = await self._payer(intent_id)
        if order is None:
            return None
        invoice = await self._invoice_of(intent_id)
        subscription_id = identity(billed(invoice or {}).get("subscription"))
        asked = {"subscription": subscription_id} if subscription_id else {"payment_intent": intent_id}
        sessions = await self._every(await self._v1.checkout.sessions.list_async({**asked, "limit": 10}))
        own = [session["id"] for session in sessions if order.is_of(session)]
        if own:
            return EventPlace(order, own[0], subscription_id)
        return (
            EventPlace(order, changed_ref(subscription_id, order.order_id), subscription_id)
            if subscription_id
            else None
        )

    async def _invoice_of(self, intent_id: str) -> Object | None:
        asked = {"payment": {"type": "payment_intent", "payment_intent": intent_id}, "limit": 1}
        payments = (await self._v1.invoice_payments.list_async(asked)).data
        if not payments:
            return None
        invoice_id = identity(self._checked(payments[0])["invoice"])
        return self._checked(await self._v1.invoices.retrieve_async(invoice_id))

    async def _once(self, teller: FactMapper, intent_id: str, *, over: bool) -> list[Fact]:
        asked = {"expand": ["latest_charge"]}
        intent = self._checked(await self._v1.payment_intents.retrieve_async(intent_id, asked))
        if not teller.order.is_of(intent):
            raise NeedsAction(
                "payment-mismatch", "{payment} names another order than its checkout", payment=intent_id
            )
        facts = list(teller.payment(intent, over=over))
        if any(fact.kind is FactKind.PAID for fact in facts):
            facts += await self._after(teller, intent_id)
        return facts

    async def _recurring(self, teller: FactMapper, subscription: Object) -> list[Fact]:
        asked = {"subscription": subscription["id"], "limit": 100, "expand": ["data.payments"]}
        invoices = await self._every(await self._v1.invoices.list_async(asked))
        for invoice in invoices:
            await self._complete(invoice)
        facts = list(teller.invoices(invoices))
        if not facts:
            return facts
        asked = {"customer": identity(subscription["customer"]), "limit": 100}
        charges = await self._every(await self._v1.charges.list_async(asked))
        for payment_id in _worth_a_look(charges, {fact.object_id for fact in facts}):
            facts += await self._after(teller, payment_id)
        return facts

    async def _complete(self, invoice: Object) -> None:
        """A list inside an object holds its first lines only."""
        if invoice["status"] == "paid" and invoice["lines"]["has_more"]:
            lines = await self._v1.invoices.line_items.list_async(invoice["id"], {"limit": 100})
            invoice["lines"] = {"data": await self._every(lines)}

    async def _after(self, teller: FactMapper, payment_id: str) -> list[Fact]:
        """What happened to a payment later."""
        asked = {"payment_intent": payment_id, "limit": 100}
        refunds = await self._every(await self._v1.refunds.list_async(asked))
        disputes = await self._every(await self._v1.disputes.list_async(asked))
        return [*teller.refunds(payment_id, refunds), *teller.disputes(payment_id, disputes)]


def _worth_a_look(charges: Iterable[Object], payments: set[str]) -> list[str]:
    """Payments whose charge shows a refund or dispute, or that are fresh. Years of renewals are not asked one by one."""
    found: dict[str, None] = {}
    for charge in charges:
        payment_id = identity(charge["payment_intent"]) or charge["id"]
        fresh = moment(charge["created"]) > real_now() - FRESH
        if payment_id in payments and (charge["amount_refunded"] or charge["disputed"] or fresh):
            found[payment_id] = None
    return list(found)
