"""What was promised in days is given in days, whatever order refunds, failures and disputes come in."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.memberships.access.judging import judged
from bot.memberships.access.queueing import laid_out
from bot.memberships.model import (
    BillingKind,
    Duration,
    Entitlement,
    EntitlementStatus,
    Funding,
    Order,
    OrderStatus,
    Terms,
    Tier,
)
from bot.memberships.orders.order_state import ExpectedPayment, order_state
from bot.money import Money
from bot.payments.port import Fact, FactKind
from tests.memberships.shop import ANN, DAY, GOLD, GUILD, MONDAY, Shop

PRICE = Money(1900, "USD")
WHOLE = Funding(1900, 1900)
TIER = Tier(
    id=1,
    guild_id=GUILD,
    name="Gold",
    description="",
    position=1,
    seats=None,
    suspended=None,
    archived=False,
    terms=Terms(version=1, roles=(GOLD,)),
)
LENGTHS = {1: 30, 2: 20, 3: 10}
STORIES = (
    (FactKind.PAID,),
    (FactKind.PAID, FactKind.REFUNDED),
    (FactKind.PAID, FactKind.REFUNDED, FactKind.REFUND_FAILED),
    (FactKind.PAID, FactKind.DISPUTED),
    (FactKind.PAID, FactKind.DISPUTED, FactKind.DISPUTE_WON),
    (FactKind.PAID, FactKind.DISPUTED, FactKind.DISPUTE_LOST),
    (FactKind.PAID, FactKind.DISPUTED, FactKind.DISPUTE_LOST, FactKind.DISPUTE_WON),
    (FactKind.PAID, FactKind.REFUNDED, FactKind.DISPUTED, FactKind.DISPUTE_WON, FactKind.REFUND_FAILED),
)


@dataclass
class Member:
    """One member's purchases of one tier: what they have, and for how long each of it was given."""

    now: datetime = MONDAY
    facts: dict[int, list[Fact]] = field(default_factory=dict[int, list[Fact]])
    has: dict[int, Entitlement] = field(default_factory=dict[int, Entitlement])
    given: dict[int, timedelta] = field(default_factory=dict[int, timedelta])

    def until(self, goal: datetime) -> None:
        """Time goes on; AssertionError when two are given at once, or none although one could be."""
        while self.now < goal:
            dates = [date for one in self.has.values() for date in (one.starts_at, one.ends_at)]
            then = min([goal, *(date for date in dates if date > self.now)])
            live = [
                one
                for one in self.has.values()
                if one.status is EntitlementStatus.LIVE and one.ends_at > self.now
            ]
            running = [one for one in live if one.starts_at <= self.now]
            assert len(running) == (1 if live else 0), (self.now, live)
            for one in running:
                self.given[one.id] = self.given.get(one.id, timedelta(0)) + (then - self.now)
            self.now = then

    def hear(self, number: int, kind: FactKind) -> None:
        """Something is told about an order."""
        fact = fact_of(number, kind, self.now)
        self.facts.setdefault(number, []).append(fact)
        order = order_of(number)
        outcome = order_state(ExpectedPayment(PRICE, None, order.ref), self.facts[number])
        if not outcome.ever:
            return
        entitlement = self.has.get(number)
        if entitlement is None:
            live = [one.ends_at for one in self.has.values() if one.status is EntitlementStatus.LIVE]
            starts = max([self.now, *live])
            entitlement = new(number, starts)
        should = judged(entitlement, order, outcome, WHOLE, suspends=True, now=self.now)
        self.has[number] = should
        for moved in laid_out(list(self.has.values()), self.now):
            self.has[moved.id] = moved


def order_of(number: int) -> Order:
    return Order(
        id=number,
        guild_id=GUILD,
        user_id=ANN,
        tier=TIER,
        price_id=1,
        state=OrderStatus.PENDING,
        provider="bank",
        ref=f"co_{number}",
        duration=Duration(BillingKind.ONCE, LENGTHS[number]),
        price=PRICE,
        renewal=None,
        credit=Money(0, "USD"),
        replaces=None,
        follows=None,
        phase=None,
        created_at=MONDAY,
        expires_at=MONDAY,
    )


def new(number: int, starts: datetime) -> Entitlement:
    length = LENGTHS[number] * DAY
    return Entitlement(
        id=number,
        guild_id=GUILD,
        user_id=ANN,
        acquired_by=ANN,
        tier=TIER,
        order_id=number,
        source="order",
        reason="",
        status=EntitlementStatus.LIVE,
        starts_at=starts,
        ends_at=starts + length,
        held_until=starts + length,
        length=length // timedelta(seconds=1),
    )


def fact_of(number: int, kind: FactKind, at: datetime) -> Fact:
    paid = Fact(
        kind=kind,
        object_id=f"pay_{number}",
        guild_id=GUILD,
        order_id=number,
        ref=f"co_{number}",
        money=PRICE,
        at=MONDAY - DAY,
    )
    if kind is FactKind.PAID:
        return paid
    name = "re" if kind in (FactKind.REFUNDED, FactKind.REFUND_FAILED) else "dp"
    return replace(paid, object_id=f"{name}_{number}", payment_id=paid.object_id, at=at)


@st.composite
def lives(draw: st.DrawFn) -> list[tuple[int, int, FactKind]]:
    """(hour, order, what is told) of two or three purchases, each with its own story, told in any order."""
    told: list[tuple[int, int, FactKind]] = []
    for number in range(1, draw(st.integers(2, 3)) + 1):
        story = draw(st.sampled_from(STORIES))
        if FactKind.DISPUTE_WON not in story:  # which of two decisions is the later one is told by `at`
            story = tuple(draw(st.permutations(story)))
        hours = sorted(draw(st.lists(st.integers(0, 24 * 70), min_size=len(story), max_size=len(story))))
        told += [(hour, number, kind) for hour, kind in zip(hours, story, strict=True)]
    return sorted(told, key=lambda one: one[0])


@settings(max_examples=400, deadline=None)
@given(lives())
def test_each_day_that_is_paid_is_given_once(told: list[tuple[int, int, FactKind]]) -> None:
    member = Member()
    for hour, number, kind in told:
        member.until(MONDAY + timedelta(hours=hour))
        member.hear(number, kind)
    member.until(MONDAY + 400 * DAY)

    for number, entitlement in member.has.items():
        bought, given = LENGTHS[number] * DAY, member.given.get(number, timedelta(0))
        outcome = order_state(ExpectedPayment(PRICE, None, f"co_{number}"), member.facts[number])
        if outcome.state is OrderStatus.PAID:
            assert given == bought, (number, entitlement)
        else:
            assert given <= bought, (number, entitlement)


def test_control_an_incremental_gap_gives_too_little() -> None:
    """The property sees what the old rule did: the second purchase moved forward, and stayed there."""
    member = Member()
    member.hear(1, FactKind.PAID)
    member.hear(2, FactKind.PAID)
    second = member.has[2]
    member.has[2] = replace(second, starts_at=MONDAY, ends_at=MONDAY + 20 * DAY, held_until=MONDAY + 20 * DAY)

    try:
        member.until(MONDAY + DAY)
    except AssertionError:
        return
    raise AssertionError("two were given at once, and nobody saw it")


async def test_a_refund_that_fails_lets_the_second_wait_again(shop: Shop) -> None:
    await shop.tier()
    first = await shop.buy(id_="pay_1")
    await shop.buy(id_="pay_2")
    await shop.turn(10 * DAY)
    [paid] = shop.provider.known[first.ref or ""]
    refund = shop.refunded(paid, at=shop.moment)

    await shop.settle(refund)
    await shop.worker.run_due()
    assert [(status, end) for status, _, end in await shop.held_entitlements()] == [
        ("revoked", MONDAY + 30 * DAY),
        ("live", MONDAY + 40 * DAY),
    ]
    await shop.turn(2 * DAY)
    await shop.settle(replace(refund, kind=FactKind.REFUND_FAILED))
    await shop.worker.run_due()

    assert [status for status, _, _ in await shop.held_entitlements()] == ["live", "live"]
    assert max(end for _, _, end in await shop.held_entitlements()) == MONDAY + 60 * DAY
    await shop.turn(48 * DAY - timedelta(seconds=1))
    assert shop.server.held[ANN] == {GOLD}
    await shop.turn(timedelta(seconds=1))
    assert shop.server.held[ANN] == set()
