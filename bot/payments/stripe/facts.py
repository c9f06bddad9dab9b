"""Maps Stripe's objects to facts. Pure, from plain data; the fields are those of the library's API version."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeGuard

from bot.errors import NeedsAction
from bot.money import Money
from bot.payments.json_input import LARGEST_ID
from bot.payments.port import BillingPeriod, Fact, FactKind, Phase
from bot.payments.stripe.amounts import from_stripe
from bot.payments.stripe.library import Object

_NUMBER = re.compile(r"[1-9][0-9]{0,18}")


@dataclass(frozen=True)
class OrderIds:
    """The ids by which an object at Stripe names our order."""

    guild_id: int
    order_id: int
    user_id: int = 0

    @property
    def reference(self) -> str:
        """The value of `client_reference_id`."""
        return f"{self.guild_id}-{self.order_id}"

    @property
    def metadata(self) -> dict[str, str]:
        """The metadata of every object that we create: Stripe does not copy it from one to another."""
        ids = {"guild_id": self.guild_id, "order_id": self.order_id, "user_id": self.user_id}
        return {name: str(value) for name, value in ids.items()}

    def is_of(self, stripe_object: Object) -> bool:
        """Does the metadata of this object name the order?"""
        other = ids_in(stripe_object.get("metadata"))
        return other is not None and (other.guild_id, other.order_id) == (self.guild_id, self.order_id)


def _plain(value: Any) -> TypeGuard[Object]:
    return type(value) is dict


def ids_in(metadata: Any) -> OrderIds | None:
    """The order that the metadata names; None when it is not ours."""
    if not _plain(metadata):
        return None
    values: list[Any] = [metadata.get("guild_id"), metadata.get("order_id")]
    if not all(
        type(value) is str and _NUMBER.fullmatch(value) and int(value) <= LARGEST_ID for value in values
    ):
        return None
    return OrderIds(int(values[0]), int(values[1]))


def moment(seconds: object) -> datetime:
    """A time of Stripe's, in whole seconds since 1970, as a datetime."""
    if type(seconds) is not int or not 0 < seconds < 10**11:
        raise NeedsAction("payment-mismatch", "Stripe sent an invalid time")
    return datetime.fromtimestamp(seconds, UTC)


def id_of(value: Any) -> str | None:
    """The id of an object that may be expanded or just an id."""
    id_: Any = value["id"] if _plain(value) else value
    return id_ if type(id_) is str else None


@dataclass(frozen=True)
class FactMapper:
    """Maps Stripe's objects to the facts of one order at one checkout."""

    order: OrderIds
    ref: str

    def fact(
        self,
        kind: FactKind,
        object_id: str,
        money: Money,
        at: datetime,
        payment_id: str | None = None,
        **more: Any,
    ) -> Fact:
        """One fact about this order."""
        return Fact(
            kind=kind,
            object_id=object_id,
            guild_id=self.order.guild_id,
            order_id=self.order.order_id,
            ref=self.ref,
            money=money,
            at=at,
            payment_id=payment_id,
            **more,
        )

    def session(self, session: Object) -> Iterator[Fact]:
        """A checkout that nobody paid in time, or that we closed."""
        if session["status"] == "expired" and session["payment_status"] == "unpaid":
            total = from_stripe(session["amount_total"], session["currency"])
            yield self.fact(FactKind.EXPIRED, session["id"], total, moment(session["expires_at"]))

    def payment(self, intent: Object, *, over: bool) -> Iterator[Fact]:
        """A one-time payment, with its `latest_charge` expanded. `over`: nothing more can be paid at its checkout."""
        charge: Object | None = intent.get("latest_charge")
        if charge is None:
            return
        at = moment(charge["created"])
        if intent["status"] == "succeeded":
            money = from_stripe(intent["amount_received"], intent["currency"])
            yield self.fact(FactKind.PAID, intent["id"], money, at)
        elif charge["status"] == "failed" and over:
            yield self.fact(
                FactKind.DECLINED, charge["id"], from_stripe(charge["amount"], charge["currency"]), at
            )

    def refunds(self, payment_id: str, refunds: Iterable[Object]) -> Iterator[Fact]:
        """The refunds. One that came back gives two facts: that it was made, and that it failed."""
        for refund in refunds:
            money, at = from_stripe(refund["amount"], refund["currency"]), moment(refund["created"])
            yield self.fact(FactKind.REFUNDED, refund["id"], money, at, payment_id)
            if refund["status"] in ("failed", "canceled"):
                yield self.fact(FactKind.REFUND_FAILED, refund["id"], money, at, payment_id)

    def disputes(self, payment_id: str, disputes: Iterable[Object]) -> Iterator[Fact]:
        """Disputes that moved money. An inquiry (`warning_…`) and a prevented dispute never do."""
        for dispute in disputes:
            if not dispute["balance_transactions"]:
                continue
            status = dispute["status"]
            money, at = from_stripe(dispute["amount"], dispute["currency"]), moment(dispute["created"])
            yield self.fact(FactKind.DISPUTED, dispute["id"], money, at, payment_id)
            if status == "won":
                yield self.fact(FactKind.DISPUTE_WON, dispute["id"], money, _reinstated(dispute), payment_id)
            elif status == "lost" or status.startswith("appeal_"):  # an appeal follows a loss
                yield self.fact(FactKind.DISPUTE_LOST, dispute["id"], money, at, payment_id)

    def invoices(self, invoices: Sequence[Object]) -> Iterator[Fact]:
        """The payments of a subscription: one for each paid invoice of this order."""
        of_order = [invoice for invoice in invoices if self.order.is_of(subscription_details(invoice))]
        for n, invoice in enumerate(
            sorted(of_order, key=lambda invoice: (invoice["created"], invoice["id"]))
        ):
            if invoice["status"] != "paid":
                continue
            money = from_stripe(invoice["amount_paid"], invoice["currency"])
            if money.amount == 0:  # paid out of a credit: nothing moved
                continue
            yield self.fact(
                FactKind.PAID,
                payment_of(invoice),
                money,
                moment(invoice["status_transitions"]["paid_at"]),
                period=period_of(invoice),
                renewal=n > 0 and invoice["billing_reason"] == "subscription_cycle",
            )


def _reinstated(dispute: Object) -> datetime:
    """When a won dispute's money came back, by its balance transactions: an appeal may be won long after a loss."""
    moved: list[Object] = dispute["balance_transactions"]
    return moment(max([dispute["created"], *(row["created"] for row in moved if row["amount"] > 0)]))


def subscription_details(invoice: Object) -> Object:
    """The subscription of an invoice, with the metadata that it had when the invoice was finalised."""
    parent: Object = invoice.get("parent") or {}
    details: Object = parent.get("subscription_details") or {}
    return details


def payment_of(invoice: Object) -> str:
    """The id of an invoice's only payment; the invoice's own id if it was paid in parts or outside Stripe."""
    listed: Object = invoice.get("payments") or {"data": []}
    paid: list[Object] = [payment["payment"] for payment in listed["data"] if payment["status"] == "paid"]
    named = [id_of(payment.get("payment_intent") or payment.get("charge")) for payment in paid]
    return named[0] if len(named) == 1 and named[0] else str(invoice["id"])


def period_of(invoice: Object) -> BillingPeriod:
    """The time that an invoice was paid for, from its lines: its own period is the one before."""
    lines: list[Object] = invoice["lines"]["data"]
    spans = [
        line["period"]
        for line in lines
        if line["amount"] > 0 and _parent(line) == "subscription_item_details"
    ] or [line["period"] for line in lines]
    if not spans:
        raise NeedsAction("payment-mismatch", "{invoice} does not say what it is for", invoice=invoice["id"])
    return BillingPeriod(
        moment(min(span["start"] for span in spans)), moment(max(span["end"] for span in spans))
    )


def _parent(line: Object) -> Any:
    parent: Object = line.get("parent") or {}
    return parent.get("type")


def phase_of(subscription: Object) -> Phase | None:
    """The phase of a subscription; None before its first payment."""
    status = subscription["status"]
    if status in ("canceled", "incomplete_expired"):
        return Phase.ENDED
    if status == "incomplete":
        return None
    if status in ("past_due", "unpaid"):
        return Phase.PAST_DUE
    if status == "paused" or subscription.get("pause_collection"):
        return Phase.PAUSED
    ending = subscription["cancel_at_period_end"] or subscription.get("cancel_at")
    return Phase.ENDING if ending else Phase.ACTIVE
