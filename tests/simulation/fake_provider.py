"""A payment provider that outlives the bot's processes; its webhooks come late, twice, or never."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from dateutil.relativedelta import relativedelta

from bot.errors import NeedsAction, RetryLater, UserError
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
from tests.payments.statement import all_payments, payments_between
from tests.simulation.life import Life
from tests.simulation.loop import START
from tests.simulation.options import Options, Tally


@dataclass
class Till:
    """One checkout and all that happened there."""

    purchase: Purchase
    facts: list[Fact] = field(default_factory=list[Fact])
    phase: Phase | None = None
    closed: bool = False
    shown: bool = False  # has the member the link?
    after: str | None = None  # the checkout whose subscription this one replaces when its period ends


@dataclass
class Letter:
    """A webhook on its way."""

    event_id: str
    fact: Fact
    due: datetime
    delivered: bool = False
    tries: int = 0


class SimulatedProvider:
    """The provider and the webhooks that it sends. `life` is the process that is calling."""

    name = "bank"
    play_money = False
    acknowledgement = b"ok"
    receives_webhooks = True

    def __init__(
        self, options: Options, dice: random.Random, tally: Tally, now: Callable[[], datetime]
    ) -> None:
        self._options = options
        self._dice = dice
        self.tally = tally
        self._now = now
        self.life = Life(None)
        self.tills: dict[str, Till] = {}
        self.letters: list[Letter] = []
        self.acknowledged: set[str] = set()
        self.returned: dict[str, Fact] = {}  # by idempotency key
        self.calm = False
        self.last_event = START
        self._count = 0

    # --- what the bot asks

    def supports(self, money: Money, recurrence: Recurrence) -> bool:
        return True

    async def create_checkout(self, purchase: Purchase) -> Checkout:
        await self._line()
        ref = f"co_{purchase.order_id}"
        self.tills.setdefault(ref, Till(purchase))
        self._fail("after")
        return Checkout(ref, purchase.expires_at, url=f"https://bank.example/{ref}")

    async def close_checkout(self, ref: str) -> None:
        await self._line()
        till = self.tills[ref]
        if till.after is not None:  # a planned change whose time has not come
            till.after, till.phase = None, Phase.ENDED
        till.closed = self._dice.random() < 0.5  # else a payment is already on its way
        self._fail("after")

    def verify(self, headers: Headers, body: bytes, now: datetime) -> ProviderNotice:
        letter = next((letter for letter in self.letters if letter.event_id == json.loads(body)["id"]), None)
        if letter is None:
            raise InvalidWebhook("not ours")
        about = letter.fact.period is not None or letter.fact.kind is FactKind.DISPUTED
        if about:  # like Stripe: look again
            return ProviderNotice(letter.event_id, "changed", about=letter.fact.object_id)
        return ProviderNotice(letter.event_id, letter.fact.kind.value, fact=letter.fact)

    async def order_of(self, about: str) -> tuple[int, int] | None:
        await self._line()
        for till in self.tills.values():
            if any(fact.object_id == about for fact in till.facts):
                return till.purchase.guild_id, till.purchase.order_id
        return None

    async def fetch(self, ref: str) -> CheckoutSnapshot:
        await self._line()
        till = self.tills[ref]
        subscription = None if till.phase is None else Subscription(f"sub_{ref}", till.phase, "cus_1")
        return CheckoutSnapshot(tuple(till.facts), subscription)

    async def refund(self, payment_id: str, money: Money, key: str) -> tuple[Fact, ...]:
        await self._line()
        if key not in self.returned:
            till, paid = self._payment(payment_id)
            if self.left(till, paid) < money.amount:
                raise NeedsAction("payment-refused", "More than is left of this payment.")
            self.returned[key] = self._give_back(till, paid, money)
        self._fail("after")
        return (self.returned[key],)

    async def statement(self, since: datetime, until: datetime) -> AsyncIterator[ReportedPayment]:
        await self._line()
        for payment in payments_between(self._everything(), since, until):
            yield payment

    async def reported(self, payment_id: str) -> ReportedPayment | None:
        await self._line()
        return next((one for one in all_payments(self._everything()) if one.object_id == payment_id), None)

    def _everything(self) -> list[Fact]:
        return [fact for till in self.tills.values() for fact in till.facts]

    async def quote_change(self, ref: str, to: Purchase) -> Money:
        await self._line()
        return self._difference(self._going_on(ref), to)

    async def change(self, ref: str, to: Purchase, *, at_once: bool) -> Checkout:
        await self._line()
        new = f"co_{to.order_id}"
        if new not in self.tills:
            old = self._going_on(ref)
            if at_once and to.money != self._difference(old, to):
                raise UserError("The price of the change is different now. Ask for the change again.")
            old.phase = Phase.ACTIVE
            self._drop_planned(ref)
            made = self.tills[new] = Till(to, phase=Phase.ACTIVE, after=None if at_once else ref)
            if at_once:
                old.phase = Phase.ENDED
                self.tally.payments += 1
                ends = self._now() + relativedelta(months=to.months)
                self._happen(made, FactKind.PAID, "pay", to.money, period=BillingPeriod(self._now(), ends))
        self._fail("after")
        return Checkout(new, to.expires_at)

    def _going_on(self, ref: str) -> Till:
        if self.tills[ref].phase not in (Phase.ACTIVE, Phase.ENDING):
            raise NeedsAction("payment-refused", "This subscription is over.")
        return self.tills[ref]

    def _difference(self, old: Till, to: Purchase) -> Money:
        new, had = to.renewal or to.money, old.purchase.renewal or old.purchase.money
        return Money(max(1, new.amount - had.amount // 2), new.currency)

    def _drop_planned(self, ref: str) -> None:
        for till in self.tills.values():
            if till.after == ref:
                till.after, till.phase = None, Phase.ENDED

    async def set_ending(self, ref: str, ending: bool) -> None:
        await self._line()
        if self.tills[ref].phase in (Phase.ACTIVE, Phase.ENDING):
            self._drop_planned(ref)
            self.tills[ref].phase = Phase.ENDING if ending else Phase.ACTIVE
        self._fail("after")

    async def portal(self, customer: str, back: str) -> str | None:
        return None

    # --- what people and time do there

    def pay(self, ref: str, money: Money | None = None) -> Fact | None:
        """Somebody pays. A closed checkout takes no money; an expired one that was not closed does."""
        till = self.tills[ref]
        asked = till.purchase
        # Long after its end a checkout takes no money: polling has stopped by then, and a lost webhook would lose it.
        over = self._now() > asked.expires_at + timedelta(hours=40)
        if till.closed or till.phase is not None or (over and self._options.lost_webhooks):
            return None
        period = None
        if asked.recurrence is Recurrence.RECURRING:
            till.phase = Phase.ACTIVE
            period = BillingPeriod(self._now(), self._now() + relativedelta(months=asked.months))
        self.tally.payments += 1
        return self._happen(till, FactKind.PAID, "pay", money or asked.money, period=period)

    def renew(self, ref: str) -> Fact | None:
        """The next period of a subscription is paid."""
        till = self.tills[ref]
        if till.phase is not Phase.ACTIVE or till.purchase.renewal is None:
            return None
        last = max(fact.period.ends_at for fact in till.facts if fact.period and fact.kind is FactKind.PAID)
        self.tally.renewals += 1
        period = BillingPeriod(last, last + relativedelta(months=till.purchase.months))
        return self._happen(till, FactKind.PAID, "pay", till.purchase.renewal, period=period, renewal=True)

    def renewals(self) -> list[datetime]:
        """When subscriptions are due for their next payment."""
        going_on = (Phase.ACTIVE, Phase.ENDING)
        return [
            self.renewals_of(till)
            for till in self.tills.values()
            if till.phase in going_on and till.after is None and till.facts
        ]

    def renew_due(self) -> None:
        """Take the payments that are due; some subscribers end their subscription instead."""
        for ref, till in self.tills.items():
            if till.phase not in (Phase.ACTIVE, Phase.ENDING) or till.after is not None or not till.facts:
                continue
            if self.renewals_of(till) > self._now():
                continue
            following = next((other for other in self.tills.values() if other.after == ref), None)
            if till.phase is Phase.ENDING:
                till.phase = Phase.ENDED
            elif following is not None:
                starts = self.renewals_of(till)
                till.phase, following.after = Phase.ENDED, None
                period = BillingPeriod(starts, starts + relativedelta(months=following.purchase.months))
                self.tally.payments += 1
                self._happen(following, FactKind.PAID, "pay", following.purchase.money, period=period)
            elif self._dice.random() < 0.9:
                self.renew(ref)
            else:
                till.phase = Phase.ENDED

    def renewals_of(self, till: Till) -> datetime:
        """The end of what this subscription has paid for."""
        return max(fact.period.ends_at for fact in till.facts if fact.period)

    def give_up(self, now: datetime) -> None:
        """Drop undelivered webhooks after three days of repeating them."""
        stale = [
            letter for letter in self.letters if not letter.delivered and letter.due < now - timedelta(days=3)
        ]
        self.tally.given_up += len(stale)
        self.letters = [letter for letter in self.letters if letter not in stale]

    def decline(self, ref: str) -> None:
        """A payment attempt fails."""
        till = self.tills[ref]
        self._happen(till, FactKind.DECLINED, "att", till.purchase.money)

    def give_back(self, payment_id: str, part: float = 1.0) -> None:
        """A refund made at the provider itself, not by the bot."""
        till, paid = self._payment(payment_id)
        amount = min(self.left(till, paid), max(1, int(paid.money.amount * part)))
        if amount > 0:
            self._give_back(till, paid, Money(amount, paid.money.currency))

    def dispute(self, payment_id: str, *, won: bool | None) -> None:
        """The payer's bank takes the money back; `won` None leaves it open."""
        till, paid = self._payment(payment_id)
        if self.left(till, paid) < paid.money.amount:
            return
        self.tally.disputes += 1
        opened = self._happen(till, FactKind.DISPUTED, "dp", paid.money, payment_id=payment_id)
        if won is not None:
            kind = FactKind.DISPUTE_WON if won else FactKind.DISPUTE_LOST
            self._happen(till, kind, "dp", paid.money, payment_id=payment_id, object_id=opened.object_id)

    def payments(self) -> list[Fact]:
        """All that was ever paid."""
        return [fact for till in self.tills.values() for fact in till.facts if fact.kind is FactKind.PAID]

    def returnable(self) -> list[Fact]:
        """Payments that may be refunded or disputed; when webhooks are lost, only those that polling still looks at."""
        oldest = self._now() - timedelta(days=30 if self._options.lost_webhooks else 400)
        return [fact for fact in self.payments() if self.tills[fact.ref].purchase.expires_at > oldest]

    def left(self, till: Till, paid: Fact) -> int:
        """How much of a payment was not refunded."""
        refunded = sum(
            fact.money.amount
            for fact in till.facts
            if fact.kind is FactKind.REFUNDED
            and fact.payment_id == paid.object_id
            and fact.object_id not in ids_of(till, FactKind.REFUND_FAILED)
        )
        return paid.money.amount - refunded

    def _payment(self, payment_id: str) -> tuple[Till, Fact]:
        for till in self.tills.values():
            for fact in till.facts:
                if fact.kind is FactKind.PAID and fact.object_id == payment_id:
                    return till, fact
        raise NeedsAction("payment-refused", "There is no such payment.")

    def _give_back(self, till: Till, paid: Fact, money: Money) -> Fact:
        self.tally.refunds += 1
        return self._happen(till, FactKind.REFUNDED, "re", money, payment_id=paid.object_id)

    def _happen(
        self,
        till: Till,
        kind: FactKind,
        prefix: str,
        money: Money,
        *,
        payment_id: str | None = None,
        period: BillingPeriod | None = None,
        renewal: bool = False,
        object_id: str = "",
    ) -> Fact:
        self._count += 1
        asked = till.purchase
        fact = Fact(
            kind=kind,
            object_id=object_id or f"{prefix}_{self._count}",
            guild_id=asked.guild_id,
            order_id=asked.order_id,
            ref=f"co_{asked.order_id}",
            money=money,
            at=self._now(),
            payment_id=payment_id,
            period=period,
            renewal=renewal,
        )
        till.facts.append(fact)
        self.last_event = self._now()
        self._post(fact)
        return fact

    def _post(self, fact: Fact) -> None:
        options, dice = self._options, self._dice
        if dice.random() < options.lost_webhooks:
            self.tally.lost += 1
            return
        late = timedelta(0)
        if dice.random() < options.late_webhooks and not self.calm:  # the final check would not wait for it
            late = timedelta(minutes=dice.choice([1, 30, 600, 3000]))
            self.tally.reorderings += 1
        copies = 2 if dice.random() < options.double_webhooks else 1
        self.tally.duplicates += copies - 1
        for n in range(copies):
            again = timedelta(minutes=dice.choice([0, 5, 1440]) * n)
            self._count += 1
            # The copy is the same event, or another event about the same object.
            event_id = f"evt_{self._count}" if n == 0 or dice.random() < 0.5 else self.letters[-1].event_id
            self.letters.append(Letter(event_id, replace(fact), self._now() + late + again))

    async def _line(self) -> None:
        self.life.step("provider")
        await asyncio.sleep(self._dice.random())
        self.life.step("provider")
        self._fail("before")

    def _fail(self, when: str) -> None:
        self.life.step(f"provider.{when}")
        if not self.calm and self._dice.random() < self._options.provider_5xx / 2:
            self.tally.errors_5xx += 1
            raise RetryLater(
                f"the bank answered 500 {when} it did it", timedelta(seconds=self._dice.randint(1, 60))
            )


def ids_of(till: Till, kind: FactKind) -> set[str]:
    """The objects of which this is known."""
    return {fact.object_id for fact in till.facts if fact.kind is kind}
