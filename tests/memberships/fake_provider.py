"""A payment provider in memory: it takes single and recurring payments, changes subscriptions, and may be unreachable."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.errors import NeedsAction, RetryLater, UserError
from bot.memberships.model import BillingKind, Duration, Order
from bot.memberships.orders.order_state import refunded
from bot.money import Money
from bot.payments.port import (
    BillingPeriod,
    Checkout,
    CheckoutSnapshot,
    Fact,
    FactKind,
    Headers,
    InvalidWebhook,
    Phase,
    ProviderNotice,
    Purchase,
    Recurrence,
    Subscription,
)
from bot.payments.statements import ReportedPayment
from tests.memberships.fake_server import GUILD, MONDAY
from tests.payments.statement import all_payments, payments_between


@dataclass(kw_only=True)
class FakeProvider:
    """A provider that has the facts that tests give it (`known`, by ref). `away`: it does not answer."""

    known: dict[str, list[Fact]] = field(default_factory=dict[str, list[Fact]])
    refunds: list[str] = field(default_factory=list[str])
    asked: int = 0
    away: bool = False
    name: str = "bank"
    play_money: bool = False
    acknowledgement: bytes = b"ok"
    receives_webhooks: bool = True
    subscriptions: dict[str, Subscription] = field(default_factory=dict[str, Subscription])
    closed: list[str] = field(default_factory=list[str])
    changes: list[tuple[str, Purchase, bool]] = field(default_factory=list[tuple[str, Purchase, bool]])
    proration: Money = field(default_factory=lambda: Money(1000, "USD"))
    quoted: int = 0
    now: Callable[[], datetime] = lambda: MONDAY
    broken_card: bool = False
    lost_answers: int = 0
    foreign: list[ReportedPayment] = field(default_factory=list[ReportedPayment])
    touched: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """(what was asked for, whose customer it concerned) of every call about a customer."""

    def supports(self, money: Money, recurrence: Recurrence) -> bool:
        return money.currency != "XPF"

    async def create_checkout(self, purchase: Purchase) -> Checkout:
        if self.away:
            raise RetryLater("the bank is away")
        self._touch("checkout", purchase.customer)
        self.known.setdefault(f"co_{purchase.order_id}", [])
        return Checkout(
            f"co_{purchase.order_id}", purchase.expires_at, url=f"https://bank.example/{purchase.order_id}"
        )

    def verify(self, headers: Headers, body: bytes, now: datetime) -> ProviderNotice:
        raise InvalidWebhook("this bank sends none")

    async def fetch(self, ref: str) -> CheckoutSnapshot:
        self.asked += 1
        if self.away:
            raise RetryLater("the bank is away")
        return CheckoutSnapshot(tuple(self.known[ref]), self.subscriptions.get(ref))

    async def order_of(self, about: str) -> tuple[int, int] | None:
        matching = (fact for facts in self.known.values() for fact in facts if fact.object_id == about)
        fact = next(matching, None)
        return (fact.guild_id, fact.order_id) if fact else None

    async def close_checkout(self, ref: str) -> None:
        self.closed.append(ref)
        if ref in self.subscriptions and not self.known[ref]:  # a planned change whose time has not come
            self.subscriptions[ref] = Subscription(ref, Phase.ENDED, self.customer(ref))

    def customer(self, ref: str) -> str:
        """Who is charged for this subscription."""
        return (self.subscriptions[ref].customer if ref in self.subscriptions else None) or "cus_1"

    def _touch(self, verb: str, customer: str | None) -> None:
        if customer is not None:
            self.touched.append((verb, customer))

    async def statement(self, since: datetime, until: datetime) -> AsyncIterator[ReportedPayment]:
        if self.away:
            raise RetryLater("the bank is away")
        everything = [fact for facts in self.known.values() for fact in facts]
        for payment in [*payments_between(everything, since, until), *self.foreign]:
            yield payment

    async def reported(self, payment_id: str) -> ReportedPayment | None:
        if self.away:
            raise RetryLater("the bank is away")
        everything = [fact for facts in self.known.values() for fact in facts]
        return next((one for one in all_payments(everything) if one.object_id == payment_id), None)

    async def quote_change(self, ref: str, to: Purchase) -> Money:
        if self.away:
            raise RetryLater("the bank is away")
        self.quoted += 1
        self._touch("quote", self.customer(ref))
        return self.proration

    async def change(self, ref: str, to: Purchase, *, at_once: bool) -> Checkout:
        """Charge the difference at once, or let the new subscription wait for `renew`. An order changes it only once."""
        if self.away:
            raise RetryLater("the bank is away")
        if self.broken_card:
            raise UserError("Your card did not pay the difference, so nothing has changed.")
        new = f"co_{to.order_id}"
        if new in self.known:
            return Checkout(new, to.expires_at)
        self._change(ref, to, new, at_once=at_once)
        if self.lost_answers:
            self.lost_answers -= 1
            raise RetryLater("the line was cut", timedelta(0))
        return Checkout(new, to.expires_at)

    def _change(self, ref: str, to: Purchase, new: str, *, at_once: bool) -> None:
        self.changes.append((ref, to, at_once))
        self.known[new] = []
        customer = self.customer(ref)
        self._touch("change", customer)
        self.subscriptions[new] = Subscription(new, Phase.ACTIVE, customer)
        if at_once:
            self.subscriptions[ref] = Subscription(ref, Phase.ENDED, customer)
            self.take(to, new, to.money, self.now())

    def take(
        self, of: Purchase | Order, ref: str, money: Money, starts: datetime, *, renewal: bool = False
    ) -> Fact:
        """Take the payment for one period of a subscription."""
        months = of.months if isinstance(of, Purchase) else of.duration.months
        order_id = of.order_id if isinstance(of, Purchase) else of.id
        period = BillingPeriod(starts, Duration(BillingKind.RECURRING, months=months).end(starts))
        id_ = f"pay_{ref}_{len(self.known[ref])}"
        fact = Fact(
            kind=FactKind.PAID,
            object_id=id_,
            guild_id=GUILD,
            order_id=order_id,
            ref=ref,
            money=money,
            at=self.now(),
            payment_id=None,
            period=period,
            renewal=renewal,
        )
        self.known[ref].append(fact)
        return fact

    async def set_ending(self, ref: str, ending: bool) -> None:
        if self.away:
            raise RetryLater("the bank is away")
        phase = Phase.ENDING if ending else Phase.ACTIVE
        customer = self.customer(ref)
        self._touch("end" if ending else "keep", customer)
        self.subscriptions[ref] = Subscription(f"sub_{ref}", phase, customer)

    async def portal(self, customer: str, back: str) -> str | None:
        self._touch("portal", customer)
        return f"https://bank.example/portal/{customer}"

    async def refund(self, payment_id: str, money: Money, key: str) -> tuple[Fact, ...]:
        """Idempotent by key, like every provider's."""
        [paid] = [fact for facts in self.known.values() for fact in facts if fact.object_id == payment_id]
        before = [fact for fact in self.known[paid.ref] if fact.payment_id == payment_id]
        if key not in self.refunds:
            left = paid.money.amount - refunded(before)[payment_id, paid.money.currency]
            if not left:
                return ()
            if money.amount > left:
                raise NeedsAction("payment-refused", "More than is left of this payment.")
            number = f"_{len(before) + 1}" if before else ""
            given = replace(
                paid,
                kind=FactKind.REFUNDED,
                object_id=f"re_{payment_id}{number}",
                money=money,
                payment_id=payment_id,
            )
            self.refunds.append(key)
            self.known[paid.ref].append(given)
        return tuple(
            fact
            for fact in self.known[paid.ref]
            if fact.payment_id == payment_id and fact.kind is FactKind.REFUNDED
        )
