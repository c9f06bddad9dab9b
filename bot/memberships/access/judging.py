"""What an order's entitlement should be, by what its payments say. Pure.

The time of what was bought at once runs only while it is given. Suspended or revoked because of its money, it keeps the
days that it had left then, and has them again when the money is back. A subscription's periods are its provider's.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.memberships.model import FOREVER, Entitlement, EntitlementStatus, Funding, Order, Outcome, Terms
from bot.payments.port import Fact, Phase

SECOND = timedelta(seconds=1)
RENEWAL = timedelta(days=1)
"""How late a renewal may be paid while a subscription goes on: Stripe charges about an hour after the period's end."""


def later(moment: datetime, by: timedelta) -> datetime:
    """That much later, for ever at most: what is free for ever is as long as the calendar until it is cut."""
    return FOREVER if by > FOREVER - moment else moment + by


def held_until(terms: Terms, ends_at: datetime, phase: Phase | None = None) -> datetime:
    """How long the roles stay: to the end plus the grace. A cancelled subscription has no grace: no payment is awaited.

    While a subscription goes on, its next payment comes a little after the period's end.
    """
    if ends_at >= FOREVER or phase in (Phase.ENDING, Phase.ENDED):
        return ends_at
    grace = timedelta(days=terms.grace_days)
    return min(ends_at + (max(grace, RENEWAL) if phase is Phase.ACTIVE else grace), FOREVER)


def status_of(
    outcome: Outcome, funding: Funding, *, suspends: bool, forever: bool, now: datetime
) -> EntitlementStatus:
    """Live, suspended or revoked, by the money alone. What is for ever cannot be shortened: it rests, unless paid in full."""
    if not outcome.stands:
        return EntitlementStatus.REVOKED
    if suspends and outcome.rests(now):
        return EntitlementStatus.SUSPENDED
    if funding.held < funding.full and (forever or funding.held <= 0):
        gone = funding.held <= 0 and not funding.undecided
        return EntitlementStatus.REVOKED if gone else EntitlementStatus.SUSPENDED
    return EntitlementStatus.LIVE


def judged(
    entitlement: Entitlement,
    order: Order,
    outcome: Outcome,
    funding: Funding,
    *,
    suspends: bool,
    now: datetime,
) -> Entitlement:
    """The entitlement with the status and dates that it should have now."""
    status = status_of(outcome, funding, suspends=suspends, forever=entitlement.forever, now=now)
    if order.renewal is not None:
        should = _of_periods(entitlement, order, outcome, funding, status)
    elif entitlement.length is not None:
        should = _of_time(entitlement, order, outcome, funding, status, now)
    else:
        should = entitlement
    if status is EntitlementStatus.LIVE and now >= should.held_until:
        status = EntitlementStatus.ENDED
    return replace(should, status=status)


def period_ends(fact: Fact, funding: Funding) -> datetime | None:
    """The end of what a payment of a recurring order gives: of the first one, what its money and credit pay."""
    if fact.period is None:
        return None
    if fact.renewal:
        return fact.period.ends_at
    starts, ends = fact.period.starts_at, fact.period.ends_at
    return ends if funding.held >= funding.full else starts + funding.part((ends - starts) // SECOND) * SECOND


def _of_periods(
    entitlement: Entitlement, order: Order, outcome: Outcome, funding: Funding, status: EntitlementStatus
) -> Entitlement:
    if status is EntitlementStatus.REVOKED or outcome.since is None:
        return entitlement
    starts = min(outcome.since, entitlement.starts_at)
    ends = max(
        [end for fact in (*outcome.counted, *outcome.resting) if (end := period_ends(fact, funding))],
        default=entitlement.ends_at,
    )
    ends = max(ends, starts + SECOND)
    held = held_until(entitlement.tier.terms, ends, order.phase)
    return replace(entitlement, starts_at=starts, ends_at=ends, held_until=held)


def _of_time(
    entitlement: Entitlement,
    order: Order,
    outcome: Outcome,
    funding: Funding,
    status: EntitlementStatus,
    now: datetime,
) -> Entitlement:
    starts, length, taken = entitlement.starts_at, entitlement.length or 0, entitlement.taken_at
    cut = entitlement.cut
    if (
        outcome.stands and funding.held > 0
    ):  # with nothing left it ends or rests, and its days are as they were
        most = cut + (entitlement.ends_at - starts) // SECOND - 1
        cut = min(length - funding.part(length), most)
    ends = later(entitlement.ends_at, (entitlement.cut - cut) * SECOND)
    if status is not EntitlementStatus.LIVE:
        if entitlement.status in (EntitlementStatus.LIVE, EntitlementStatus.ENDED):
            taken = now
    elif paid_again(entitlement, outcome, now):
        # All the days from now, not what is left of those that were given back.
        starts, taken = max(now, starts), None
        full = min(order.duration.end(starts) + order.extra * SECOND, FOREVER)
        length = (full - starts) // SECOND
        cut = length - funding.part(length)
        ends = starts + (length - cut) * SECOND
    elif taken is not None:
        left = ends - max(starts, taken)
        if left > timedelta(0):
            starts = starts if starts < taken else max(starts, now)
            ends = later(max(starts, now), left)
        taken = None
    until = funding.until
    if until is not None and ends > max(until, starts + SECOND):  # it ends with what gave it for nothing
        over = -((max(until, starts + SECOND) - ends) // SECOND)
        ends, cut = ends - over * SECOND, cut + over
    held = entitlement.held_until
    if ends != entitlement.ends_at:
        held = held_until(entitlement.tier.terms, ends, order.phase)
    if until is not None:
        held = max(ends, min(held, until))
    return replace(
        entitlement, starts_at=starts, ends_at=ends, held_until=held, length=length, cut=cut, taken_at=taken
    )


def paid_again(entitlement: Entitlement, outcome: Outcome, now: datetime) -> bool:
    """Was it taken away, and paid once more after that?"""
    if entitlement.status is not EntitlementStatus.REVOKED:
        return False
    if entitlement.taken_at is not None:
        return any(fact.at > entitlement.taken_at for fact in outcome.counted)
    return any(fact.at > entitlement.starts_at for fact in outcome.counted) and now > entitlement.starts_at
