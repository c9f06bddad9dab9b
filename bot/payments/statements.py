"""What a provider lists of its own accord: every payment over a span of time, with what became of it.

A third small protocol beside `PaymentProvider` and `Subscriptions`, for providers that keep such a list. The owner's
books are compared with it, because our own facts cannot tell what they lack. Fees and payouts are no part of it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from bot.money import Money
from bot.payments.port import Fact, FactKind, PaymentProvider


@dataclass(frozen=True, kw_only=True)
class ReportedRefund:
    """A refund as its provider lists it. `failed`: it came back, so that nothing was given back."""

    object_id: str
    money: Money
    failed: bool = False


@dataclass(frozen=True, kw_only=True)
class ReportedDispute:
    """A dispute that moved money. `decision` is DISPUTED while it is open, else DISPUTE_WON or DISPUTE_LOST."""

    object_id: str
    money: Money
    decision: FactKind = FactKind.DISPUTED


@dataclass(frozen=True, kw_only=True)
class ReportedPayment:
    """A payment as its provider lists it now. `order` is (guild id, order id); None when it names no order of ours."""

    object_id: str
    money: Money
    at: datetime
    order: tuple[int, int] | None
    refunds: tuple[ReportedRefund, ...] = ()
    disputes: tuple[ReportedDispute, ...] = ()

    @property
    def given_back(self) -> int:
        """What went back for good, in the payment's currency: refunds that did not fail, and lost disputes."""
        refunds = [refund.money for refund in self.refunds if not refund.failed]
        lost = [dispute.money for dispute in self.disputes if dispute.decision is FactKind.DISPUTE_LOST]
        return sum(money.amount for money in (*refunds, *lost) if money.currency == self.money.currency)


@runtime_checkable
class Statements(Protocol):
    """A provider that lists what it knows. Calls over the network raise RetryLater or NeedsAction."""

    def statement(self, since: datetime, until: datetime) -> AsyncIterator[ReportedPayment]:
        """Every payment that was made, refunded or disputed in `[since, until)`, each whole and as it stands now.

        The list is fetched page by page. Payments of the same account that are not ours are in it, without an order.
        """
        ...

    async def reported(self, payment_id: str) -> ReportedPayment | None:
        """One payment as it stands now; None when the provider has no such payment."""
        ...


def statements_of(provider: PaymentProvider | None) -> Statements | None:
    """The provider as one that lists what it knows; None for all others."""
    return provider if isinstance(provider, Statements) else None


def payment_of_facts(
    payment_id: str, money: Money, at: datetime, order: tuple[int, int] | None, facts: Iterable[Fact]
) -> ReportedPayment:
    """A payment with the refunds and disputes that these facts are about. A dispute won after an appeal is won."""
    about = [fact for fact in facts if fact.payment_id == payment_id]
    kinds: dict[str, set[FactKind]] = {}
    for fact in about:
        kinds.setdefault(fact.object_id, set()).add(fact.kind)
    refunds = {fact.object_id: fact.money for fact in about if fact.kind is FactKind.REFUNDED}
    disputes = {fact.object_id: fact.money for fact in about if fact.kind is FactKind.DISPUTED}
    return ReportedPayment(
        object_id=payment_id,
        money=money,
        at=at,
        order=order,
        refunds=tuple(
            ReportedRefund(object_id=id_, money=back, failed=FactKind.REFUND_FAILED in kinds[id_])
            for id_, back in refunds.items()
        ),
        disputes=tuple(
            ReportedDispute(object_id=id_, money=contested, decision=_decision(kinds[id_]))
            for id_, contested in disputes.items()
        ),
    )


def _decision(kinds: set[FactKind]) -> FactKind:
    decided = (kind for kind in (FactKind.DISPUTE_WON, FactKind.DISPUTE_LOST) if kind in kinds)
    return next(decided, FactKind.DISPUTED)
