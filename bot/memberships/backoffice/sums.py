"""What one step of a comparison adds to its sums. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.memberships.backoffice.books_report import Comparison
from bot.memberships.backoffice.comparison import Difference, Line, Mismatch, Records, portions_of, share
from bot.memberships.backoffice.gathering import Listed
from bot.money import Money


def strays(
    listed: Listed, known: Mapping[int, Records], comparison: Comparison, since: datetime, until: datetime
) -> list[Difference]:
    """Payments that name an order of this guild which is not in the database, or is another provider's."""
    found: list[Difference] = []
    for name, payments in listed.items():
        for payment in payments.values():
            if payment is None or payment.order is None:
                continue
            records = known.get(payment.order[1])
            if records is not None and records.order.provider == name:
                continue
            came, back = payment.money.amount, payment.given_back
            if since <= payment.at < until:
                comparison.add(name, payment.money.currency, Line(came=came, given_back=back))
            if came > back:
                stray = Difference(
                    mismatch=Mismatch.NO_ORDER,
                    provider=name,
                    object_id=payment.object_id,
                    order_id=payment.order[1],
                    payment_id=payment.object_id,
                    theirs=Money(came - back, payment.money.currency),
                )
                found.append(stray)
    return found


def add_up(comparison: Comparison, records: Records, since: datetime, until: datetime) -> None:
    """Add the payments of this span to the sums of their provider."""
    provider, listed = records.order.provider, records.listed or {}
    kept = portions_of(records)
    for payment_id, portion in kept.items():
        if since <= portion.payment.at < until:
            currency, line = share(portion, listed.get(payment_id), lists=records.listed is not None)
            comparison.add(provider, currency, line)
    for payment_id, payment in listed.items():
        if payment is not None and payment_id not in kept and since <= payment.at < until:
            line = Line(came=payment.money.amount, given_back=payment.given_back)
            comparison.add(provider, payment.money.currency, line)
