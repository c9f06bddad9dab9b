"""Discounts are bound to what gives them: a membership that was paid for, and stays paid."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from bot.errors import UserError
from bot.i18n import Catalog
from bot.memberships.access.access_admin import Staff
from bot.memberships.access.store import entitlements
from bot.memberships.backoffice import answers as backoffice_answers
from bot.memberships.changes.quote import Quote
from bot.memberships.model import BillingKind, Order, OrderStatus, Price
from bot.memberships.orders.checkouts import PendingOrder
from bot.memberships.orders.purchasing import Activated
from bot.memberships.orders.tables import order as order_table
from bot.money import Money
from bot.payments.port import Fact, FactKind
from tests.memberships.changes import confirm
from tests.memberships.orders import read, transfer
from tests.memberships.shop import ANN, BOB, DAY, GOLD, GUILD, HELPER, MONDAY, OLIVIA, SILVER, Shop

OWNER = Staff(OLIVIA, owner=True)


async def shelf(shop: Shop, percent: int, *, days: int = 30) -> None:
    """Silver gives so much off Gold: $19.00 each; Silver for so many days, Gold for thirty."""
    await shop.tier("Silver", SILVER, days=days)
    await shop.terms("Silver", discount=percent)
    await shop.tier("Gold", GOLD)


async def price_of(shop: Shop, plan: str) -> Price:
    tier = await shop.service.catalog.find(GUILD, plan)
    [product] = [one for one in await shop.service.catalog.products(GUILD) if one.tier.id == tier.id]
    return product.prices[0]


async def free(shop: Shop, plan: str = "Gold", price: Price | None = None) -> Order:
    """Gold for nothing."""
    told = await shop.service.buy(GUILD, ANN, plan, str((price or await price_of(shop, plan)).id))
    await shop.worker.run_due()
    assert isinstance(told, Activated), told
    assert told.order is not None
    return told.order


async def spans(shop: Shop, role: int, user: int = ANN) -> list[tuple[str, datetime, datetime]]:
    """What the member has or had of the tier that gives this role."""
    async with shop.db.read() as db:
        found = await entitlements.of_member(db, GUILD, user)
    return [(one.status.value, one.starts_at, one.ends_at) for one in found if role in one.tier.terms.roles]


async def money_back(shop: Shop, order: Order) -> Fact:
    """The bank gives back what was paid for this order."""
    [paid] = [fact for fact in shop.provider.known[order.ref or ""] if fact.kind is FactKind.PAID]
    back = shop.refunded(paid, f"re_{order.id}")
    await shop.settle(back)
    await shop.worker.run_due()
    return back


async def test_a_discount_of_everything_is_no_mint(shop: Shop) -> None:
    await shelf(shop, 100)
    await shop.buy(ANN, "Silver", "pay_silver")
    await free(shop)

    for _ in range(3):
        with pytest.raises(UserError, match="once at a time"):
            await shop.service.buy(GUILD, ANN, "Gold")

    assert await spans(shop, GOLD) == [("live", MONDAY, MONDAY + 30 * DAY)]


async def test_what_was_got_for_nothing_ends_with_what_gave_it(shop: Shop) -> None:
    await shelf(shop, 100)
    lifetime = await shop.price("Gold", "190", way=BillingKind.LIFETIME)
    await shop.buy(ANN, "Silver", "pay_silver")

    await free(shop, price=lifetime)
    assert await spans(shop, GOLD) == [("live", MONDAY, MONDAY + 30 * DAY)]

    await shop.buy(ANN, "Silver", "pay_more")  # Silver goes on, and Gold begins anew when it is over
    await shop.turn(30 * DAY)
    assert shop.server.held[ANN] == {SILVER}
    await free(shop, price=lifetime)
    await shop.turn(30 * DAY)
    assert shop.server.held[ANN] == set()


async def test_a_subscription_that_renews_goes_on_giving_it(shop: Shop) -> None:
    await shelf(shop, 100)
    monthly = await shop.price("Silver", "15", months=1, way=BillingKind.RECURRING)
    lifetime = await shop.price("Gold", "190", way=BillingKind.LIFETIME)
    silver = await shop.subscribe(ANN, "Silver", monthly)
    await free(shop, price=lifetime)
    [(_, _, first)] = await spans(shop, GOLD)

    await shop.turn(30 * DAY)
    await shop.renew(silver)

    [(status, _, later)] = await spans(shop, GOLD)
    assert status == "live"
    assert later > first + 28 * DAY
    await shop.turn(40 * DAY)
    assert shop.server.held[ANN] == set()


async def test_it_ends_when_the_money_behind_goes_back_and_comes_back_with_it(shop: Shop) -> None:
    await shelf(shop, 100)
    silver = await shop.buy(ANN, "Silver", "pay_silver")
    await free(shop)
    await shop.turn(10 * DAY)

    back = await money_back(shop, silver)
    assert shop.server.held[ANN] == set()
    assert [status for status, _, _ in await spans(shop, GOLD)] == ["revoked"]

    await shop.settle(replace(back, kind=FactKind.REFUND_FAILED))
    await shop.worker.run_due()
    assert shop.server.held[ANN] == {GOLD, SILVER}
    assert await spans(shop, GOLD) == [("live", MONDAY, MONDAY + 30 * DAY)]


async def test_a_part_of_the_price_pays_a_part_of_the_days_once_the_discount_is_gone(shop: Shop) -> None:
    await shelf(shop, 50)
    silver = await shop.buy(ANN, "Silver", "pay_silver")
    gold = await shop.buy(ANN, "Gold", "pay_gold")
    assert gold.price == Money(950, "USD")

    back = await money_back(shop, silver)
    assert await spans(shop, GOLD) == [("live", MONDAY, MONDAY + 15 * DAY)]
    assert shop.server.held[ANN] == {GOLD}

    await shop.settle(replace(back, kind=FactKind.REFUND_FAILED))
    assert await spans(shop, GOLD) == [("live", MONDAY, MONDAY + 30 * DAY)]


async def test_a_lost_dispute_takes_the_discount_and_a_won_one_gives_it_again(shop: Shop) -> None:
    await shelf(shop, 50)
    silver = await shop.buy(ANN, "Silver", "pay_silver")
    await shop.buy(ANN, "Gold", "pay_gold")
    [paid] = shop.provider.known[silver.ref or ""]
    disputed = replace(paid, kind=FactKind.DISPUTED, object_id="dp_1", payment_id=paid.object_id)

    await shop.settle(disputed)
    await shop.settle(replace(disputed, kind=FactKind.DISPUTE_LOST, at=MONDAY + timedelta(minutes=1)))
    assert await spans(shop, GOLD) == [("live", MONDAY, MONDAY + 15 * DAY)]

    await shop.settle(replace(disputed, kind=FactKind.DISPUTE_WON, at=MONDAY + timedelta(minutes=2)))
    assert await spans(shop, GOLD) == [("live", MONDAY, MONDAY + 30 * DAY)]


async def test_what_was_got_for_nothing_rests_while_a_bank_decides(shop: Shop) -> None:
    await shelf(shop, 100)
    silver = await shop.buy(ANN, "Silver", "pay_silver")
    await free(shop)
    [paid] = shop.provider.known[silver.ref or ""]
    disputed = replace(paid, kind=FactKind.DISPUTED, object_id="dp_1", payment_id=paid.object_id)

    await shop.settle(disputed)
    await shop.worker.run_due()
    assert shop.server.held[ANN] == set()
    assert [status for status, _, _ in await spans(shop, GOLD)] == ["suspended"]

    await shop.settle(replace(disputed, kind=FactKind.DISPUTE_WON))
    await shop.worker.run_due()
    assert shop.server.held[ANN] == {GOLD, SILVER}


async def test_the_regular_end_of_what_gave_it_takes_no_day_that_was_paid_for(shop: Shop) -> None:
    await shelf(shop, 50, days=10)
    await shop.buy(ANN, "Silver", "pay_silver")
    await shop.buy(ANN, "Gold", "pay_gold")

    await shop.turn(20 * DAY)

    assert shop.server.held[ANN] == {GOLD}


async def test_a_link_opened_with_a_discount_is_worth_nothing_once_that_is_gone(shop: Shop) -> None:
    await shelf(shop, 50)
    silver = await shop.buy(ANN, "Silver", "pay_silver")
    gold = await shop.order(ANN, "Gold")
    assert gold.price == Money(950, "USD")
    await money_back(shop, silver)

    await shop.settle(shop.paid(gold, "pay_gold"))
    await shop.worker.run_due()

    assert shop.server.held[ANN] == set()
    assert (await shop.look(gold)).state is OrderStatus.REFUNDED
    assert (await shop.bill(ANN, "Gold")).order.price == Money(1900, "USD")


async def test_two_links_with_one_discount_both_hold(shop: Shop) -> None:
    """A part off is as the terms say: off every purchase while the membership runs."""
    await shelf(shop, 50)
    monthly = await shop.price("Gold", "18", months=1, way=BillingKind.PREPAID)
    await shop.buy(ANN, "Silver", "pay_silver")
    once = (await shop.bill(ANN, "Gold", await price_of(shop, "Gold"))).order
    prepaid = (await shop.bill(ANN, "Gold", monthly)).order

    await shop.settle(shop.paid(once, "pay_1"))
    await shop.settle(shop.paid(prepaid, "pay_2"))

    assert [state for state, _, _ in await spans(shop, GOLD)] == ["live", "live"]


async def test_a_trial_takes_nothing_off(shop: Shop) -> None:
    await shelf(shop, 100)
    trial = await shop.price("Silver", "0", days=7, way=BillingKind.TRIAL)
    await shop.service.buy(GUILD, ANN, "Silver", str(trial.id))

    assert (await shop.bill(ANN, "Gold")).order.price == Money(1900, "USD")


async def test_what_staff_gave_takes_off_what_its_terms_say(shop: Shop) -> None:
    await shelf(shop, 50)
    await shop.service.access_admin.grant(GUILD, ANN, "Silver", "30", "helped a lot", OWNER)

    assert (await shop.bill(ANN, "Gold")).order.price == Money(950, "USD")


async def test_discounts_do_not_chain(shop: Shop) -> None:
    """Silver gives Gold for nothing, and Gold would give Silver for nothing: once round, and no further."""
    await shelf(shop, 100)
    await shop.terms("Gold", discount=100)
    await shop.buy(ANN, "Silver", "pay_silver")
    await free(shop)

    assert (await shop.bill(ANN, "Silver")).order.price == Money(1900, "USD")


async def test_nor_does_one_that_was_bought_at_a_discount(shop: Shop) -> None:
    await shelf(shop, 90)
    await shop.terms("Gold", discount=90)
    await shop.buy(ANN, "Silver", "pay_silver")
    await shop.buy(ANN, "Gold", "pay_gold")

    assert (await shop.bill(ANN, "Silver")).order.price == Money(1900, "USD")


async def test_days_of_grace_take_nothing_off(shop: Shop) -> None:
    await shelf(shop, 50, days=10)
    await shop.terms("Silver", discount=50, grace_days=5)
    await shop.buy(ANN, "Silver", "pay_silver")
    await shop.turn(11 * DAY)
    assert shop.server.held[ANN] == {SILVER}

    assert (await shop.bill(ANN, "Gold")).order.price == Money(1900, "USD")


async def test_staff_who_end_the_giver_end_what_it_gave_for_nothing_and_take_no_paid_day(shop: Shop) -> None:
    await shelf(shop, 100)
    await shop.tier("Bronze", HELPER)
    await shop.buy(ANN, "Silver", "pay_silver")
    await free(shop)
    await shop.terms("Silver", discount=50)
    await shop.turn(timedelta(days=1))

    await shop.service.access_admin.revoke(GUILD, ANN, "Silver", "spam", OWNER)
    await shop.worker.run_due()

    assert shop.server.held[ANN] == set()


async def test_what_was_handed_over_goes_on_as_it_was(shop: Shop) -> None:
    await shelf(shop, 100)
    silver = await shop.buy(ANN, "Silver", "pay_silver")
    await free(shop)

    await shop.service.access_admin.transfer(GUILD, ANN, BOB, "a new account", OWNER)
    await shop.worker.run_due()
    assert shop.server.held[BOB] == {GOLD, SILVER}

    await money_back(shop, silver)
    assert shop.server.held[BOB] == set()


async def test_a_larger_membership_in_its_place_goes_on_giving_or_does_not(shop: Shop) -> None:
    await shelf(shop, 100)
    await shop.tier("Plus", HELPER, "60.00")
    silver = await shop.buy(ANN, "Silver", "pay_silver")
    await free(shop)
    await shop.turn(DAY)

    quote = await shop.service.change_pricing.propose(GUILD, ANN, "Plus", None, "Silver")
    assert isinstance(quote, Quote)
    made = await confirm(shop, quote)
    assert isinstance(made, PendingOrder)
    plus = made.order
    await shop.settle(shop.paid(plus, "pay_plus"))
    await shop.worker.run_due()
    assert HELPER in shop.server.held[ANN]
    assert GOLD not in shop.server.held[ANN]  # Plus gives nothing off

    await money_back(shop, plus)
    assert shop.server.held[ANN] == {GOLD, SILVER}
    assert (await shop.look(silver)).state is OrderStatus.PAID


async def test_nobody_gives_days_away_for_what_costs_nothing(shop: Shop) -> None:
    await shelf(shop, 100)
    await shop.tier("Bronze", HELPER, "5.00")
    await shop.buy(ANN, "Bronze", "pay_bronze")
    await shop.buy(ANN, "Silver", "pay_silver")

    with pytest.raises(UserError, match="costs you nothing"):
        await shop.service.change_pricing.propose(GUILD, ANN, "Gold", None, "Bronze")


async def test_a_transfer_in_parts_keeps_its_discount_to_the_last_part(shop: Shop) -> None:
    await shelf(shop, 50)
    silver = await shop.buy(ANN, "Silver", "pay_silver")
    await transfer(shop, ANN, "Gold")
    told = await shop.service.buy(GUILD, ANN, "Gold", str((await price_of(shop, "Gold")).id), "manual")
    assert isinstance(told, PendingOrder)
    marks = shop.service.offline_payments
    await marks.mark(GUILD, str(told.order.id), OLIVIA, "came", "5")
    await money_back(shop, silver)

    marked = await marks.mark(GUILD, str(told.order.id), OLIVIA, "the rest")
    await shop.worker.run_due()

    assert marked.order.state is OrderStatus.REVIEW
    assert shop.server.held[ANN] == set()
    assert await shop.stuck() == ["order.refund", "order.refund"]


async def test_the_refund_s_preview_says_what_goes_with_the_discount(shop: Shop, texts: Catalog) -> None:
    await shelf(shop, 100)
    silver = await shop.buy(ANN, "Silver", "pay_silver")
    await free(shop)

    draft = await shop.service.refunds.draft(GUILD, str(silver.id), OLIVIA, "she asked")

    assert sorted(draft.going) == [GOLD, SILVER]
    told = read(backoffice_answers.refund_drafted(texts.of("en"), draft))
    assert "Its discount goes with it" in told
    assert "**Gold**" in told


async def test_two_presses_at_once_give_it_once(shop: Shop) -> None:
    await shelf(shop, 100)
    await shop.buy(ANN, "Silver", "pay_silver")

    told = await asyncio.gather(
        *(shop.service.buy(GUILD, ANN, "Gold") for _ in range(3)), return_exceptions=True
    )

    assert sorted(type(one).__name__ for one in told) == ["Activated", "UserError", "UserError"]
    assert [status for status, _, _ in await spans(shop, GOLD) if status == "live"] == ["live"]


async def test_orders_from_before_it_was_kept_are_judged_as_before(shop: Shop) -> None:
    await shelf(shop, 50)
    silver = await shop.buy(ANN, "Silver", "pay_silver")
    await shop.buy(ANN, "Gold", "pay_gold")
    async with shop.db.write() as tx:
        await tx.execute(update(order_table).values(discounted_by=None))

    await money_back(shop, silver)

    assert await spans(shop, GOLD) == [("live", MONDAY, MONDAY + 30 * DAY)]


async def test_a_plan_for_later_that_costs_nothing_needs_its_giver_until_then(shop: Shop) -> None:
    await shelf(shop, 100)
    await shop.tier("Bronze", HELPER, "40.00")
    await shop.buy(ANN, "Bronze", "pay_bronze")
    await shop.buy(ANN, "Silver", "pay_silver")

    with pytest.raises(UserError, match="ends before"):
        await shop.service.change_pricing.propose(GUILD, ANN, "Gold", None, "Bronze")
