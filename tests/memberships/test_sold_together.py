"""Several open links of one member: what may not stand together is decided again when the money comes."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.db import Reader
from bot.errors import UserError
from bot.memberships.model import BillingKind, Order, OrderRequest, OrderStatus, Price, Refusal, Search
from bot.memberships.orders import cards as order_cards
from bot.memberships.orders.cards import OrderReceipt
from bot.memberships.orders.checkouts import PendingOrder
from bot.money import Money
from bot.payments.port import Fact, FactKind, Phase, Subscription
from tests.memberships.changes import EN, confirm, monthly, quote
from tests.memberships.changes import shelf as shelf_of_two
from tests.memberships.shop import ANN, DAY, GOLD, GUILD, OLIVIA, Shop, shown

LINKS = ("days", "month", "quarter", "year ahead", "for ever")


async def shelf(shop: Shop) -> dict[str, Price]:
    """Gold in every way."""
    await shop.tier("Gold", GOLD, price="19.00", days=30)
    [gold] = await shop.service.catalog.products(GUILD)
    return {
        "days": gold.prices[0],
        "month": await shop.price("Gold", "18", months=1, way=BillingKind.RECURRING),
        "quarter": await shop.price("Gold", "50", months=3, way=BillingKind.RECURRING),
        "year ahead": await shop.price("Gold", "150", months=12, way=BillingKind.PREPAID),
        "for ever": await shop.price("Gold", "500", way=BillingKind.LIFETIME),
    }


async def links(shop: Shop, *prices: Price) -> list[Order]:
    """Open links that all work: the member had them before anything closed one."""
    return [(await shop.bill(price=price)).order for price in prices]


def paid(shop: Shop, order: Order) -> Fact:
    """The provider takes the money; nobody is told yet."""
    ref = order.ref or ""
    if order.renewal is not None:
        shop.provider.subscriptions[ref] = Subscription(ref, Phase.ACTIVE, "cus_1")
        return shop.provider.take(order, ref, order.price, shop.moment)
    return shop.paid(order, f"pay_{order.id}")


def renewing(shop: Shop) -> int:
    """How many subscriptions will charge again, as the provider sees it."""
    return sum(sub.phase is Phase.ACTIVE for sub in shop.provider.subscriptions.values())


@pytest.mark.parametrize("bought", [*itertools.permutations(LINKS, 2), LINKS, LINKS[::-1]])
async def test_whatever_is_paid_in_whatever_order_only_what_is_sold_together_stands(
    shop: Shop, bought: tuple[str, ...]
) -> None:
    prices = await shelf(shop)
    orders = await links(shop, *(prices[name] for name in bought))
    for order in orders:
        paid(shop, order)
    for order in orders:
        await shop.news(order)

    kept = [name for name, order in zip(bought, orders, strict=True) if await _is_paid(shop, order)]
    assert kept[0] == bought[0]
    assert renewing(shop) <= 1
    ways = set(kept)
    assert not ({"month", "quarter"} <= ways)
    assert len(ways) == 1 or ways <= {"days", "year ahead"}, ways
    for name, order in zip(bought, orders, strict=True):
        if name not in kept:
            assert (await shop.look(order)).state is OrderStatus.REFUNDED, name
    money = sum(
        fact.money.amount * (1 if fact.kind is FactKind.PAID else -1)
        for facts in shop.provider.known.values()
        for fact in facts
    )
    assert money == sum(
        order.price.amount for name, order in zip(bought, orders, strict=True) if name in kept
    )
    assert await shop.stuck() == []


async def _is_paid(shop: Shop, order: Order) -> bool:
    return (await shop.look(order)).state is OrderStatus.PAID


async def test_two_first_payments_at_the_same_instant_make_one_subscription(shop: Shop) -> None:
    prices = await shelf(shop)
    orders = await links(shop, prices["month"], prices["quarter"])
    for order in orders:
        paid(shop, order)

    await asyncio.gather(*(shop.service.checkouts.refresh(order) for order in orders))
    await shop.worker.run_due()

    states = sorted([(await shop.look(order)).state.value for order in orders])
    assert states == ["paid", "refunded"]
    assert renewing(shop) == 1


async def test_a_subscription_that_cannot_stand_is_ended_and_its_payer_is_told_why(shop: Shop) -> None:
    prices = await shelf(shop)
    first, second = await links(shop, prices["month"], prices["quarter"])
    for order in (first, second):
        paid(shop, order)
        await shop.news(order)

    refused = await shop.look(second)
    assert refused.refused is Refusal.SUBSCRIBED
    assert refused.phase is Phase.ENDING
    receipt = OrderReceipt(refused, None, held=True, playing=False)
    assert "already had a subscription" in shown(order_cards.receipt(EN, receipt))
    [letter] = [shown(card) for _, card in shop.server.letters.values()]
    assert "already had a subscription" in letter
    assert "$50.00" in letter


async def test_a_new_link_closes_the_one_that_could_no_longer_stand_beside_it(shop: Shop) -> None:
    prices = await shelf(shop)
    month, days, quarter = await links(shop, prices["month"], prices["days"], prices["quarter"])
    await shop.worker.run_due()

    assert [(await shop.look(order)).state.value for order in (month, days, quarter)] == [
        "cancelled",
        "cancelled",
        "pending",
    ]
    assert set(shop.provider.closed) == {month.ref, days.ref}
    assert (await shop.bill(price=prices["month"])).order.id != month.id


async def test_days_and_months_ahead_keep_their_links_beside_each_other(shop: Shop) -> None:
    prices = await shelf(shop)
    orders = await links(shop, prices["days"], prices["year ahead"])
    await shop.worker.run_due()
    assert shop.provider.closed == []
    for order in orders:
        paid(shop, order)
        await shop.news(order)
    assert [status for status, _, _ in await shop.held_entitlements()] == ["live", "live"]


async def test_a_link_that_becomes_payable_after_it_was_closed_is_closed_at_the_provider(shop: Shop) -> None:
    """The answer of the provider comes after the member has asked for another link."""
    prices = await shelf(shop)
    shop.provider.away = True
    with pytest.raises(Exception, match="away"):
        await shop.bill(price=prices["month"])
    [early] = (await shop.service.status(GUILD, ANN)).orders
    shop.provider.away = False
    await shop.bill(price=prices["quarter"])
    await shop.service.checkouts.pending_order(early)
    await shop.worker.run_due()
    assert shop.provider.closed == [f"co_{early.id}"]


async def test_paying_one_link_closes_those_that_it_excludes(shop: Shop) -> None:
    silver, gold = await monthly(shop)
    days = (await shop.bill(plan="Gold", price=(await _price(shop, "Gold")))).order
    exchange = await shop.subscribe(ANN, "Silver", silver)
    bill = await confirm(shop, await quote(shop, "Gold", gold))
    await shop.worker.run_due()
    assert bill is not None and exchange.phase is Phase.ACTIVE
    assert (await shop.look(days)).state is OrderStatus.CANCELLED
    assert days.ref in shop.provider.closed


async def _price(shop: Shop, plan: str) -> Price:
    products = await shop.service.catalog.products(GUILD)
    return next(one.prices[0] for one in products if one.tier.name == plan)


async def test_of_two_changes_of_one_membership_the_second_goes_back(shop: Shop) -> None:
    await shelf_of_two(shop)
    await shop.buy(ANN, "Silver")
    gold = await _price(shop, "Gold")
    dear = await shop.price("Gold", "190", months=12, way=BillingKind.PREPAID)
    first, second = (
        await confirm(shop, await quote(shop, "Gold", gold)),
        await confirm(shop, await quote(shop, "Gold", dear)),
    )
    assert isinstance(first, PendingOrder) and isinstance(second, PendingOrder)
    for pending in (first, second):
        await shop.settle(shop.paid(pending.order, f"pay_{pending.order.id}"))
    await shop.worker.run_due()
    assert (await shop.look(first.order)).state is OrderStatus.PAID
    assert (await shop.look(second.order)).refused is Refusal.CHANGED
    assert (await shop.look(second.order)).state is OrderStatus.REFUNDED


async def test_paid_in_time_is_honoured_though_the_shop_has_changed(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order()
    await shop.service.catalog.archive(GUILD, "Gold", OLIVIA)
    paid(shop, order)
    assert (await shop.news(order)).state is OrderStatus.PAID
    assert shop.server.held[ANN] == {GOLD}


async def test_paid_late_is_judged_by_what_is_sold_now(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order()
    await shop.service.catalog.archive(GUILD, "Gold", OLIVIA)
    await shop.turn(timedelta(hours=2))
    paid(shop, order)
    late = await shop.news(order)
    assert (late.state, late.refused) == (OrderStatus.REFUNDED, Refusal.NOT_SOLD)


async def test_paid_in_time_and_heard_of_late_is_honoured(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order()
    paid(shop, order)
    shop.provider.away = True
    await shop.service.catalog.archive(GUILD, "Gold", OLIVIA)
    await shop.turn(timedelta(hours=2))
    shop.provider.away = False
    assert (await shop.news(order)).state is OrderStatus.PAID


async def test_what_is_given_for_nothing_is_judged_before_it_is_given(shop: Shop) -> None:
    """A member with a disputed subscription, which will go on if the dispute is won."""
    prices = await shelf(shop)
    order = await shop.subscribe(price=prices["month"])
    [payment] = shop.provider.known[order.ref or ""]
    shop.provider.known[order.ref or ""].append(
        Fact(
            kind=FactKind.DISPUTED,
            object_id="dp_1",
            guild_id=GUILD,
            order_id=order.id,
            ref=order.ref or "",
            money=order.price,
            at=shop.moment,
            payment_id=payment.object_id,
        )
    )
    await shop.news(order)
    with pytest.raises(UserError, match="renews by itself"):
        await shop.bill(price=prices["quarter"])


async def test_a_subscription_is_not_kept_beside_what_was_bought_after_it(shop: Shop) -> None:
    prices = await shelf(shop)
    order = await shop.subscribe(price=prices["month"])
    await shop.service.renewals.stop(GUILD, ANN, order.id, None)
    ahead = (await shop.bill(price=prices["days"])).order
    paid(shop, ahead)
    await shop.news(ahead)

    with pytest.raises(UserError, match="cannot go on"):
        await shop.service.renewals.keep(GUILD, ANN, order.id)
    await shop.phase(order, Phase.ACTIVE)  # kept on the provider's own page
    assert shop.provider.subscriptions[order.ref or ""].phase is Phase.ENDING


async def test_a_renewal_that_was_not_paid_can_be_ended_before_another_begins(shop: Shop) -> None:
    prices = await shelf(shop)
    order = await shop.subscribe(price=prices["month"])
    await shop.turn(31 * DAY)
    await shop.phase(order, Phase.PAST_DUE)
    await shop.turn(3 * DAY)
    assert shop.server.held[ANN] == set()

    with pytest.raises(UserError, match="was not paid"):
        await shop.bill(price=prices["quarter"])
    [paid] = (await shop.service.renewals.endings(GUILD, ANN)).paying
    await shop.service.renewals.stop(GUILD, ANN, paid.order.id, None)
    assert (await shop.bill(price=prices["quarter"])).order.id != order.id


async def test_a_refused_plan_for_later_does_not_end_what_runs(shop: Shop) -> None:
    """Two planned changes of one subscription are paid: the second goes back, and the first follows the subscription."""
    await monthly(shop)
    order = await shop.subscribe(ANN, "Gold", await _recurring(shop, "Gold"))
    silver = await _price(shop, "Silver")
    ahead = await shop.price("Silver", "80", months=12, way=BillingKind.PREPAID)
    plans = [await confirm(shop, await quote(shop, "Silver", price)) for price in (silver, ahead)]
    for plan in plans:
        assert isinstance(plan, PendingOrder)
        await shop.settle(shop.paid(plan.order, f"pay_{plan.order.id}"))
    await shop.worker.run_due()
    [first, second] = [await shop.look(plan.order) for plan in plans if isinstance(plan, PendingOrder)]
    assert (first.state, second.state) == (OrderStatus.PAID, OrderStatus.REFUNDED)
    assert second.refused is Refusal.PLANNED
    assert shop.server.held[ANN] == {GOLD}
    assert (await shop.look(order)).phase is Phase.ENDING


async def _recurring(shop: Shop, plan: str) -> Price:
    products = await shop.service.catalog.products(GUILD)
    return next(
        price
        for one in products
        if one.tier.name == plan
        for price in one.prices
        if price.duration.kind is BillingKind.RECURRING
    )


async def test_a_payer_who_left_is_honoured_and_stands_on_the_owner_s_list(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order()
    left = shop.server.held.pop(ANN)
    paid(shop, order)
    assert (await shop.news(order)).state is OrderStatus.PAID
    [waiting] = (await shop.service.backoffice.listing(GUILD, Search())).waiting
    assert (waiting.finding, waiting.order and waiting.order.id) == ("payer-gone", order.id)

    shop.server.held[ANN] = left
    await shop.service.member_joined(GUILD, ANN)
    await shop.patience()
    assert (await shop.service.backoffice.listing(GUILD, Search())).waiting == ()
    assert shop.server.held[ANN] == {GOLD}


@pytest.mark.parametrize(
    "spoilt",
    [{"dangerous": ("ban_members",)}, {"managed": True}, {"position": 99}],
    ids=lambda spoilt: next(iter(spoilt)),
)
async def test_a_role_that_may_not_be_given_any_more_stands_there_until_it_is_mended(
    shop: Shop, spoilt: dict[str, Any]
) -> None:
    await shop.tier()
    order = await shop.order()
    whole = shop.server.all_roles[GOLD]
    shop.server.all_roles[GOLD] = replace(whole, **spoilt)
    await shop.service.roles_changed(GUILD)
    paid(shop, order)
    assert (await shop.news(order)).state is OrderStatus.PAID
    [waiting] = (await shop.service.backoffice.listing(GUILD, Search())).waiting
    assert (waiting.finding, waiting.order and waiting.order.id) == ("paid-role-refused", order.id)
    assert shop.server.held[ANN] == set()

    shop.server.all_roles[GOLD] = whole
    await shop.service.roles_changed(GUILD)
    await shop.patience()
    assert (await shop.service.backoffice.listing(GUILD, Search())).waiting == ()
    assert shop.server.held[ANN] == {GOLD}


async def test_a_role_deleted_before_the_payment_stands_on_the_owner_s_list(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order()
    gone = shop.server.all_roles.pop(GOLD)
    await shop.service.roles_changed(GUILD)
    paid(shop, order)
    assert (await shop.news(order)).state is OrderStatus.PAID
    [waiting] = (await shop.service.backoffice.listing(GUILD, Search())).waiting
    assert (waiting.finding, waiting.order and waiting.order.id) == ("paid-role-deleted", order.id)

    shop.server.all_roles[GOLD] = gone
    await shop.service.roles_changed(GUILD)
    await shop.patience()
    assert (await shop.service.backoffice.listing(GUILD, Search())).waiting == ()


async def test_a_payer_banned_meanwhile_gets_the_money_back(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order()

    async def banned(db: Reader, guild_id: int, user_id: int) -> bool:
        return (guild_id, user_id) == (GUILD, ANN)

    shop.service.settlement.is_banned = banned
    paid(shop, order)
    refused = await shop.news(order)
    assert (refused.state, refused.refused) == (OrderStatus.REFUNDED, Refusal.BANNED)
    assert shop.server.held[ANN] == set()


async def test_what_costs_nothing_is_judged_too_and_leaves_no_order(shop: Shop) -> None:
    """A whole discount pays for it, while a subscription to the same membership was paid just now."""
    prices = await shelf(shop)
    await shop.subscribe(price=prices["month"])
    [gold] = await shop.service.catalog.products(GUILD)
    request = OrderRequest(
        tier=gold.tier, price=prices["days"], user_id=ANN, due=Money(0, "USD"), discount=1900
    )

    with pytest.raises(UserError, match="nothing was started"):
        await shop.service.checkouts.open(request, shop.provider)

    assert len((await shop.service.status(GUILD, ANN)).orders) == 1
    assert [state for state, _, _ in await shop.held_entitlements()] == ["live"]
