"""What Stripe's objects mean in our words: pure, from plain data, with fields where the library's API version has them."""

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
class Ours:
    """Our order behind one of Stripe's objects."""

    guild_id: int
    order_id: int
    user_id: int = 0

    @property
    def reference(self) -> str:
        """What `client_reference_id` says."""
        return f"{self.guild_id}-{self.order_id}"

    @property
    def metadata(self) -> dict[str, str]:
        """What goes onto every object: Stripe copies it to no other."""
        told = {"guild_id": self.guild_id, "order_id": self.order_id, "user_id": self.user_id}
        return {name: str(value) for name, value in told.items()}

    def is_of(self, found: Object) -> bool:
        """Does this object say that it belongs to the order?"""
        other = ours(found.get("metadata"))
        return other is not None and (other.guild_id, other.order_id) == (self.guild_id, self.order_id)


def _plain(value: Any) -> TypeGuard[Object]:
    return type(value) is dict


def ours(metadata: Any) -> Ours | None:
    """The order that an object's metadata names; None when they are not ours."""
    if not _plain(metadata):
        return None
    told: list[Any] = [metadata.get("guild_id"), metadata.get("order_id")]
    if not all(
        type(value) is str and _NUMBER.fullmatch(value) and int(value) <= LARGEST_ID for value in told
    ):
        return None
    return Ours(int(told[0]), int(told[1]))


def moment(seconds: object) -> datetime:
    """Stripe's time, whole seconds since 1970."""
    if type(seconds) is not int or not 0 < seconds < 10**11:
        raise NeedsAction("payment-mismatch", "Stripe told a time that is none")
    return datetime.fromtimestamp(seconds, UTC)


def identity(value: Any) -> str | None:
    """The id of what may be expanded."""
    found: Any = value["id"] if _plain(value) else value
    return found if type(found) is str else None


@dataclass(frozen=True)
class FactMapper:
    """Makes the facts of one order at one checkout."""

    order: Ours
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
        """What was given back. A refund that came back is told twice: that it was made, and that it failed."""
        for refund in refunds:
            money, at = from_stripe(refund["amount"], refund["currency"]), moment(refund["created"])
            yield self.fact(FactKind.REFUNDED, refund["id"], money, at, payment_id)
            if refund["status"] in ("failed", "canceled"):
                yield self.fact(FactKind.REFUND_FAILED, refund["id"], money, at, payment_id)

    def disputes(self, payment_id: str, disputes: Iterable[Object]) -> Iterator[Fact]:
        """Disputes that moved money. An inquiry (`warning_…`) and what was prevented never do."""
        for dispute in disputes:
            if not dispute["balance_transactions"]:
                continue
            status = dispute["status"]
            money, at = from_stripe(dispute["amount"], dispute["currency"]), moment(dispute["created"])
            yield self.fact(FactKind.DISPUTED, dispute["id"], money, at, payment_id)
            if status == "won":
                yield self.fact(FactKind.DISPUTE_WON, dispute["id"], money, at, payment_id)
            elif status == "lost" or status.startswith("appeal_"):  # an appeal follows a loss
                yield self.fact(FactKind.DISPUTE_LOST, dispute["id"], money, at, payment_id)

    def invoices(self, invoices: Sequence[Object]) -> Iterator[Fact]:
        """The payments of a subscription: one for each paid invoice that is this order's."""
        mine = [invoice for invoice in invoices if self.order.is_of(billed(invoice))]
        for n, invoice in enumerate(sorted(mine, key=lambda one: (one["created"], one["id"]))):
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


def billed(invoice: Object) -> Object:
    """The subscription behind an invoice, with the metadata that it had when the invoice was finalised."""
    parent: Object = invoice.get("parent") or {}
    details: Object = parent.get("subscription_details") or {}
    return details


def payment_of(invoice: Object) -> str:
    """What a refund will name: the one payment of an invoice; the invoice itself if it was paid in parts or elsewhere."""
    listed: Object = invoice.get("payments") or {"data": []}
    paid: list[Object] = [one["payment"] for one in listed["data"] if one["status"] == "paid"]
    named = [identity(one.get("payment_intent") or one.get("charge")) for one in paid]
    return named[0] if len(named) == 1 and named[0] else str(invoice["id"])


def period_of(invoice: Object) -> BillingPeriod:
    """The time that was paid for. It stands at the lines: an invoice's own period is the one before."""
    lines: list[Object] = invoice["lines"]["data"]
    spans = [
        line["period"]
        for line in lines
        if line["amount"] > 0 and _parent(line) == "subscription_item_details"
    ] or [line["period"] for line in lines]
    if not spans:
        raise NeedsAction("payment-mismatch", "{invoice} says not what it is for", invoice=invoice["id"])
    return BillingPeriod(
        moment(min(span["start"] for span in spans)), moment(max(span["end"] for span in spans))
    )


def _parent(line: Object) -> Any:
    parent: Object = line.get("parent") or {}
    return parent.get("type")


def phase_of(subscription: Object) -> Phase | None:
    """Where a subscription stands; None before its first payment."""
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
