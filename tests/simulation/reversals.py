"""What was done with money is undone at the bank: a refund comes back, a dispute is won after all."""

from __future__ import annotations

from bot.payments.port import Fact, FactKind
from tests.simulation.fake_provider import SimulatedProvider, ids_of


def fail_refund(provider: SimulatedProvider, refund: Fact) -> None:
    """A refund that was made comes back: the bank did not take it."""
    till, _ = provider._payment(refund.payment_id or "")
    provider.tally.failed_refunds += 1
    provider._happen(
        till,
        FactKind.REFUND_FAILED,
        "re",
        refund.money,
        payment_id=refund.payment_id,
        object_id=refund.object_id,
    )


def refunds(provider: SimulatedProvider) -> list[Fact]:
    """The refunds that may still come back."""
    polled = {fact.object_id for fact in provider.returnable()}
    return [
        fact
        for till in provider.tills.values()
        for fact in till.facts
        if fact.kind is FactKind.REFUNDED
        and fact.object_id not in ids_of(till, FactKind.REFUND_FAILED)
        and fact.payment_id in polled
    ]


def win(provider: SimulatedProvider, dispute: Fact) -> None:
    """A dispute is won, perhaps by an appeal after it was lost."""
    till, _ = provider._payment(dispute.payment_id or "")
    provider.tally.appeals += 1
    provider._happen(
        till,
        FactKind.DISPUTE_WON,
        "dp",
        dispute.money,
        payment_id=dispute.payment_id,
        object_id=dispute.object_id,
    )


def undecided(provider: SimulatedProvider) -> list[Fact]:
    """The disputes that may still be won: open ones, and lost ones by an appeal."""
    polled = {fact.object_id for fact in provider.returnable()}
    return [
        fact
        for till in provider.tills.values()
        for fact in till.facts
        if fact.kind is FactKind.DISPUTED
        and fact.object_id not in ids_of(till, FactKind.DISPUTE_WON)
        and fact.payment_id in polled
    ]
