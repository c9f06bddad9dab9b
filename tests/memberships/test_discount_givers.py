"""Which memberships give a discount, and what becomes of it when staff, an upgrade or a correction changes them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from bot.memberships.access.access_admin import Staff
from bot.memberships.changes.quote import Quote
from bot.memberships.model import BillingKind, OrderStatus
from bot.memberships.orders.checkouts import PendingOrder
from bot.memberships.orders.tables import order as order_table
from bot.money import Money
from tests.memberships.changes import confirm
from tests.memberships.discounts import free, money_back, price_of, shelf, spans
from tests.memberships.orders import transfer
from tests.memberships.shop import ANN, BOB, DAY, GOLD, GUILD, HELPER, MONDAY, OLIVIA, SILVER, Shop, tier_edit

OWNER = Staff(OLIVIA, owner=True)


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


async def test_orders_from_before_it_was_kept_are_judged_as_before(shop: Shop) -> None:
    await shelf(shop, 50)
    silver = await shop.buy(ANN, "Silver", "pay_silver")
    await shop.buy(ANN, "Gold", "pay_gold")
    async with shop.db.write() as tx:
        await tx.execute(update(order_table).values(discounted_by=None))

    await money_back(shop, silver)

    assert await spans(shop, GOLD) == [("live", MONDAY, MONDAY + 30 * DAY)]


async def test_a_payment_that_was_noted_by_mistake_gave_no_discount(shop: Shop) -> None:
    await shelf(shop, 50)
    silver = await transfer(shop, ANN, "Silver")
    marks = shop.service.offline_payments
    await marks.mark(GUILD, str(silver.id), OLIVIA, "came")
    told = await shop.service.buy(GUILD, ANN, "Gold", str((await price_of(shop, "Gold")).id), "bank")
    assert isinstance(told, PendingOrder)
    await shop.settle(shop.paid(told.order, "pay_gold"))

    await marks.correct(GUILD, str(silver.id), OLIVIA, "the wrong order")

    assert await spans(shop, GOLD) == [("live", MONDAY, MONDAY + 15 * DAY)]
    await marks.mark(GUILD, str(silver.id), OLIVIA, "came after all")
    assert await spans(shop, GOLD) == [("live", MONDAY, MONDAY + 30 * DAY)]


async def test_a_giver_whose_terms_changed_is_followed_all_the_same(shop: Shop) -> None:
    await shelf(shop, 50)
    silver = await shop.buy(ANN, "Silver", "pay_silver")
    await shop.buy(ANN, "Gold", "pay_gold")
    proposal = await shop.service.tier_editing.propose(GUILD, "Silver", tier_edit(discount=0), OLIVIA, True)
    assert proposal.draft is not None
    await shop.service.tier_editing.apply(GUILD, proposal.draft, everybody=True, actor=OLIVIA, owner=True)

    await money_back(shop, silver)

    assert await spans(shop, GOLD) == [("live", MONDAY, MONDAY + 15 * DAY)]
