"""How long what a discount gave lasts, whatever becomes of the membership that gave it and in which order. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.memberships.access.judging import judged
from bot.memberships.model import (
    FOREVER,
    BillingKind,
    Duration,
    Entitlement,
    EntitlementStatus,
    Funding,
    Order,
    OrderStatus,
    Outcome,
    Terms,
    Tier,
)
from bot.money import Money
from tests.memberships.shop import ANN, DAY, GUILD, MONDAY

SECOND = timedelta(seconds=1)
NOTHING = Money(0, "USD")
PAID = Outcome(
    state=OrderStatus.PAID,
    counted=(),
    extra=(),
    odd=(),
    ever=True,
    mismatched=False,
    since=None,
    until=None,
)
GOLD = Tier(
    id=1,
    guild_id=GUILD,
    name="Gold",
    description="",
    position=1,
    seats=None,
    suspended=None,
    archived=False,
    terms=Terms(version=1, roles=(50,), grace_days=3),
)


def order(kind: BillingKind) -> Order:
    return Order(
        id=5,
        guild_id=GUILD,
        user_id=ANN,
        tier=GOLD,
        price_id=1,
        state=OrderStatus.PAID,
        provider="bank",
        ref=None,
        duration=Duration(kind, days=0 if kind is BillingKind.LIFETIME else 30),
        price=NOTHING,
        renewal=None,
        credit=NOTHING,
        replaces=None,
        follows=None,
        phase=None,
        created_at=MONDAY,
        expires_at=MONDAY,
        discount=1900,
        discounted_by=4,
    )


def begun(kind: BillingKind) -> Entitlement:
    ends = order(kind).duration.end(MONDAY)
    return Entitlement(
        id=6,
        guild_id=GUILD,
        user_id=ANN,
        acquired_by=ANN,
        tier=GOLD,
        order_id=5,
        source="order",
        reason="",
        status=EntitlementStatus.LIVE,
        starts_at=MONDAY,
        ends_at=ends,
        held_until=min(ends + 3 * DAY, FOREVER),
        length=(ends - MONDAY) // SECOND,
    )


def judge(
    entitlement: Entitlement, kind: BillingKind, *, held: int, until: datetime | None, now: datetime = MONDAY
) -> Entitlement:
    funding = Funding(1900, held, until=until)
    return judged(entitlement, order(kind), PAID, funding, suspends=True, now=now)


@pytest.mark.parametrize("kind", [BillingKind.ONCE, BillingKind.LIFETIME])
@given(hours=st.lists(st.integers(1, 24 * 60), min_size=1, max_size=8))
def test_it_lasts_as_long_as_its_giver_and_never_longer_than_it_was_bought_for(
    kind: BillingKind, hours: list[int]
) -> None:
    """The giver's end moves to and fro; only where it stands at last matters."""
    entitlement = whole = begun(kind)
    for length in hours:
        until = MONDAY + timedelta(hours=length)
        entitlement = judge(entitlement, kind, held=1900, until=until)
        assert entitlement.ends_at == min(whole.ends_at, until)
        assert entitlement.held_until <= max(until, entitlement.ends_at)
        assert judge(entitlement, kind, held=1900, until=until) == entitlement

    assert judge(entitlement, kind, held=1900, until=FOREVER).ends_at == whole.ends_at


@given(steps=st.lists(st.tuples(st.integers(1, 1900), st.integers(1, 24 * 60)), min_size=1, max_size=8))
def test_a_part_of_the_days_for_a_part_of_the_price_and_all_of_them_when_it_is_back(
    steps: list[tuple[int, int]],
) -> None:
    entitlement = whole = begun(BillingKind.ONCE)
    assert whole.length is not None
    for held, length in steps:
        until = MONDAY + timedelta(hours=length)
        entitlement = judge(entitlement, BillingKind.ONCE, held=held, until=until)
        paid = MONDAY + SECOND * max(1, whole.length * held // 1900)
        assert entitlement.ends_at == min(paid, until)

    assert judge(entitlement, BillingKind.ONCE, held=1900, until=None).ends_at == whole.ends_at


def test_what_rested_has_its_days_back_but_none_after_its_giver() -> None:
    until = MONDAY + 20 * DAY
    entitlement = judge(begun(BillingKind.ONCE), BillingKind.ONCE, held=1900, until=until)
    gone = judge(entitlement, BillingKind.ONCE, held=0, until=until, now=MONDAY + 5 * DAY)
    assert gone.status is EntitlementStatus.REVOKED

    back = judge(gone, BillingKind.ONCE, held=1900, until=until, now=MONDAY + 10 * DAY)

    assert (back.status, back.ends_at) == (EntitlementStatus.LIVE, until)
    assert replace(back, cut=0).length == entitlement.length
