"""What a provider in memory lists: its payments, from the facts that it knows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.payments.port import Fact, FactKind
from bot.payments.statements import ReportedPayment, payment_of_facts


def all_payments(facts: Iterable[Fact]) -> list[ReportedPayment]:
    """Every payment, whole."""
    known = list(facts)
    return [
        payment_of_facts(fact.object_id, fact.money, fact.at, (fact.guild_id, fact.order_id), known)
        for fact in known
        if fact.kind is FactKind.PAID
    ]


def payments_between(facts: Iterable[Fact], since: datetime, until: datetime) -> list[ReportedPayment]:
    """The payments that were made, refunded or disputed in `[since, until)`."""
    known = list(facts)
    moved = {fact.payment_id or fact.object_id for fact in known if since <= fact.at < until}
    return [payment for payment in all_payments(known) if payment.object_id in moved]
