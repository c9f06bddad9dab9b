"""What is sold on its own goes the one way that memberships go, and is none."""

from __future__ import annotations

import itertools
from zoneinfo import ZoneInfo

import pytest

from bot.cards import Card
from bot.errors import UserError
from bot.i18n import Catalog, Language
from bot.memberships.access import cards as access_cards
from bot.memberships.access.access_admin import Staff
from bot.memberships.access.store import entitlements
from bot.memberships.backoffice import answers as backoffice_answers
from bot.memberships.backoffice import detail_cards
from bot.memberships.changes import cards as change_cards
from bot.memberships.changes import status_cards
from bot.memberships.model import FOREVER, BillingKind, ExpiryAction, OrderStatus, Search
from bot.memberships.orders import cards as order_cards
from bot.memberships.orders.cards import OrderReceipt
from bot.memberships.orders.checkouts import PendingOrder
from bot.memberships.orders.purchasing import Activated, PurchaseChoice
from bot.memberships.reminders import cards as reminder_cards
from bot.memberships.reminders.cards import ReminderKind
from bot.money import Money
from bot.payments.manual.provider import ManualProvider
from bot.payments.port import FactKind
from tests.memberships.changes import EN
from tests.memberships.discounts import money_back
from tests.memberships.items import ASYNC, RUST, TITLES, bought, happens, link, offer, owned, sale
from tests.memberships.removing import for_sale
from tests.memberships.shop import (
    ANN,
    BOB,
    DAY,
    GOLD,
    GUILD,
    HELPER,
    MONDAY,
    OLIVIA,
    SILVER,
    Shop,
    shown,
)

ZH = Catalog("en", ZoneInfo("UTC")).of("zh-CN")


async def test_whoever_pays_has_it_and_no_role(shop: Shop) -> None:
    order = await bought(shop, await offer(shop))

    assert order.state is OrderStatus.PAID
    assert await owned(shop) == {ASYNC}
    assert await owned(shop, BOB) == frozenset()
    assert await shop.held_entitlements() == [("live", MONDAY, FOREVER)]
    assert shop.server.held[ANN] == set()
    assert (await shop.balances())["clearing:bank"] == [Money(2900, "USD")]
    assert all(line.closed for line in await shop.service.backoffice.totals(GUILD))


async def test_days_are_over_at_their_end_and_added_while_they_run(shop: Shop) -> None:
    month = await offer(shop, "10", 30)
    await bought(shop, month)
    await bought(shop, month)

    await shop.turn(60 * DAY - DAY)
    assert await owned(shop) == {ASYNC}
    await shop.turn(DAY)
    assert await owned(shop) == frozenset()


@pytest.mark.parametrize("days", [None, 30])
async def test_money_that_goes_back_takes_it_and_a_refund_that_fails_gives_it_again(
    shop: Shop, days: int | None
) -> None:
    order = await bought(shop, await offer(shop, days=days))

    await happens(shop, order, FactKind.REFUNDED)
    assert await owned(shop) == frozenset()
    assert (await shop.look(order)).state is OrderStatus.REFUNDED

    await happens(shop, order, FactKind.REFUND_FAILED)
    assert await owned(shop) == {ASYNC}


async def test_it_rests_while_its_payment_is_disputed(shop: Shop) -> None:
    order = await bought(shop, await offer(shop))

    await happens(shop, order, FactKind.DISPUTED)
    assert await owned(shop) == frozenset()
    assert [state for state, *_ in await shop.held_entitlements()] == ["suspended"]
    await happens(shop, order, FactKind.DISPUTE_WON)

    assert await owned(shop) == {ASYNC}


async def test_what_is_for_ever_is_not_sold_again_and_not_into_days_that_run(shop: Shop) -> None:
    ever, month = await offer(shop), await offer(shop, "10", 30)
    await bought(shop, month)
    with pytest.raises(UserError, match="Buy it for ever once those days are over"):
        await link(shop, ever)

    await shop.turn(30 * DAY)
    await bought(shop, ever)

    for made in (ever, month):
        with pytest.raises(UserError, match="for ever, so there is nothing more to buy"):
            await link(shop, made)


async def test_of_two_open_links_the_one_that_is_paid_too_late_goes_back(shop: Shop) -> None:
    ever, month = await offer(shop), await offer(shop, "10", 30)
    first, second = await link(shop, month), await link(shop, ever)
    await shop.settle(shop.paid(second, "pay_2"))
    await shop.settle(shop.paid(first, "pay_1"))
    await shop.worker.run_due()

    assert (await shop.look(second)).state is OrderStatus.PAID
    assert (await shop.look(first)).state in (OrderStatus.REVIEW, OrderStatus.REFUNDED)
    assert [state for state, *_ in await shop.held_entitlements()].count("live") == 1


async def test_items_and_memberships_stand_beside_each_other_in_every_order(shop: Shop) -> None:
    await shop.tier("Gold", GOLD)
    lifetime = await shop.price("Gold", "99", way=BillingKind.LIFETIME)
    asyncio_, rust = await offer(shop), await offer(shop, course=RUST)

    for user, steps in enumerate(itertools.permutations(("gold", "asyncio", "rust")), start=20):
        shop.server.held[user] = set()
        for step in steps:
            if step == "gold":
                order = (await shop.bill(user, "Gold", lifetime)).order
                await shop.settle(shop.paid(order, f"pay_{order.id}"))
                await shop.worker.run_due()
            else:
                await bought(shop, asyncio_ if step == "asyncio" else rust, user)

        held = await shop.held_entitlements(user)
        assert [one[0] for one in held] == ["live"] * 3
        assert await owned(shop, user) == {ASYNC, RUST}
        assert shop.server.held[user] == {GOLD}


async def test_the_end_of_a_course_touches_no_membership_and_no_fallback(shop: Shop) -> None:
    await shop.tier("Silver", SILVER, days=30)
    await shop.terms("Silver", after=ExpiryAction.FALLBACK, after_role=HELPER)
    month = await offer(shop, "10", 10)
    await shop.buy(ANN, "Silver")
    await bought(shop, month)

    await shop.turn(10 * DAY)
    assert shop.server.held[ANN] == {SILVER}
    assert await owned(shop) == frozenset()

    await bought(shop, month)
    await shop.turn(20 * DAY)  # a course does not keep the role from coming
    assert shop.server.held[ANN] == {HELPER}


async def test_a_discount_counts_for_courses_too_and_ends_with_what_gave_it(shop: Shop) -> None:
    await shop.tier("Silver", SILVER)
    await shop.terms("Silver", discount=25)
    made = await offer(shop, "20")
    silver = await shop.buy(ANN, "Silver", "pay_silver")
    assert (await link(shop, made)).price == Money(1500, "USD")

    await shop.terms("Silver", discount=100)
    free = await shop.buy(BOB, "Silver", "pay_silver_2")
    told = await shop.service.purchasing.press(GUILD, BOB, made.id, None)
    await shop.worker.run_due()
    assert isinstance(told, Activated)
    assert await owned(shop, BOB) == {ASYNC}

    await money_back(shop, free)
    assert await owned(shop, BOB) == frozenset()
    assert silver.state is OrderStatus.PAID


async def test_lists_of_memberships_leave_it_out(shop: Shop) -> None:
    await shop.tier("Gold", GOLD)
    made = await offer(shop)
    await bought(shop, made)
    service = shop.service

    assert [one.product.tier.name for one in await service.offers(GUILD, ANN)] == ["Gold"]
    assert [tier.name for tier in await service.plans(GUILD)] == ["Gold"]
    assert "Asyncio" not in shown(await service.shop_cards.card(GUILD, EN))
    assert await service.paying(GUILD, shop.moment) == 0
    for typed in (TITLES[ASYNC], str(made.price.tier_id)):
        with pytest.raises(UserError, match="There is no plan called"):
            await service.catalog.find(GUILD, typed)
        with pytest.raises(UserError, match="There is no plan called"):
            await service.catalog.add_price(
                GUILD, typed, price="1", currency="USD", days=1, months=None, way=None, actor=OLIVIA
            )
    assert (await service.access_admin.importable(GUILD, "Gold"))[1] == []
    assert await service.change_pricing.choices(GUILD, ANN) == []
    assert (await service.renewals.endings(GUILD, ANN)).held == ()
    assert not (await service.explain(GUILD, ANN)).wanted
    status = shown(status_cards.status(EN, await service.status(GUILD, ANN)))
    assert status.startswith("## What you have\n**Asyncio in practice**")


async def test_nothing_is_exchanged_for_it_and_it_for_nothing(shop: Shop) -> None:
    await shop.tier("Gold", GOLD)
    await shop.tier("Silver", SILVER, price="99")
    made = await offer(shop)
    await bought(shop, made)
    [gold, silver] = await shop.service.catalog.products(GUILD)
    await shop.buy(ANN, "Gold")
    async with shop.db.read() as db:
        held = {one.tier.name: one.id for one in await entitlements.of_member(db, GUILD, ANN)}

    with pytest.raises(UserError, match="sold on its own"):
        await shop.service.change_pricing.press(GUILD, ANN, held["Gold"], made.id)
    with pytest.raises(UserError, match=r"is over or was changed|no such membership"):
        await shop.service.change_pricing.press(GUILD, ANN, held[TITLES[ASYNC]], silver.prices[0].id)
    assert gold.tier.name == "Gold"


async def test_a_course_may_be_called_like_a_membership_and_like_another_course(shop: Shop) -> None:
    await shop.tier(TITLES[ASYNC], GOLD)
    await bought(shop, await offer(shop))
    async with shop.db.write() as tx:
        await sale(shop).rename(tx, GUILD, ASYNC, TITLES[RUST])
    await offer(shop, course=RUST)
    await shop.tier(TITLES[RUST], SILVER)

    assert (await shop.service.catalog.find(GUILD, TITLES[RUST])).item is None
    [order] = (await shop.service.backoffice.listing(GUILD, Search(ANN))).orders
    assert order.tier.name == TITLES[RUST]


async def test_a_price_that_is_taken_away_leaves_what_was_bought(shop: Shop) -> None:
    made = await offer(shop)
    await bought(shop, made)
    late = await link(shop, made, BOB)
    async with shop.db.write() as tx:
        assert await sale(shop).remove_price(tx, GUILD, ASYNC, str(made.id), OLIVIA) == ()

    assert await owned(shop) == {ASYNC}
    assert await sale(shop).offers(GUILD) == {}
    with pytest.raises(UserError, match="not sold at that price any more"):
        await shop.service.purchasing.press(GUILD, BOB, made.id, None)
    with pytest.raises(UserError, match="not sold on its own"):
        await sale(shop).buy(GUILD, BOB, ASYNC)
    await shop.settle(shop.paid(late, "pay_late"))  # the link was open
    await shop.worker.run_due()
    assert await owned(shop, BOB) == {ASYNC}


async def test_the_same_price_again_takes_its_place(shop: Shop) -> None:
    await offer(shop, "29")
    await offer(shop, "39")
    await offer(shop, "10", 30)

    offers = (await sale(shop).offers(GUILD))[ASYNC]

    assert [one.words(EN) for one in offers] == ["$10.00 for 30 days", "$39.00 once, for ever"]
    told = await sale(shop).buy(GUILD, ANN, ASYNC)
    assert isinstance(told, PurchaseChoice)
    assert told.actions == tuple(one.action for one in offers)


@pytest.mark.parametrize(
    ("price", "currency", "days", "said"),
    [
        ("0", "USD", None, "must be above 0"),
        ("much", "USD", None, "is not a price"),
        ("29", "RMB", None, "CNY"),
        ("29", "USD", 0, "between 1 and"),
        ("29", "USD", 99_999, "between 1 and"),
    ],
)
async def test_a_wrong_price_is_refused_and_nothing_is_sold(
    shop: Shop, price: str, currency: str, days: int | None, said: str
) -> None:
    with pytest.raises(UserError, match=said):
        async with shop.db.write() as tx:
            await sale(shop).add_price(
                tx, GUILD, ASYNC, "A", price=price, currency=currency, days=days, actor=OLIVIA
            )

    assert await sale(shop).offers(GUILD) == {}


async def test_staff_give_it_take_it_and_hand_it_over(shop: Shop) -> None:
    await offer(shop)
    owner, admin = Staff(OLIVIA, owner=True), shop.service.access_admin
    await admin.grant(GUILD, ANN, TITLES[ASYNC], "30", "won the contest", owner)
    assert await owned(shop) == {ASYNC}

    await admin.transfer(GUILD, ANN, BOB, "another account", owner)
    assert await owned(shop) == frozenset()
    assert await owned(shop, BOB) == {ASYNC}

    await admin.revoke(GUILD, BOB, TITLES[ASYNC], "spam", owner)
    assert await owned(shop, BOB) == frozenset()
    with pytest.raises(UserError, match="cannot do this for yourself"):
        await admin.grant(GUILD, ANN, TITLES[ASYNC], "30", "me", Staff(ANN, owner=False))


async def test_its_days_are_reminded_of_with_its_own_command(shop: Shop) -> None:
    await shop.service.reminders.choose(GUILD, ANN, True)
    await bought(shop, await offer(shop, "10", 30))

    await shop.turn(31 * DAY)

    cards = [shown(card) for _, card in shop.server.letters.values()]
    assert any("/course buy" in words for words in cards)
    assert not any("embership buy" in words or "your roles" in words for words in cards)


async def test_no_card_calls_it_a_membership_or_speaks_of_roles(shop: Shop) -> None:
    """Every card that an order of a course comes to, in both languages."""
    ever, month = await offer(shop), await offer(shop, "10", 30)
    cards: list[Card] = []
    for t in (EN, ZH):
        told = await shop.service.purchasing.press(GUILD, ANN, ever.id, None)
        assert isinstance(told, PendingOrder)
        cards += [order_cards.pay(t, told), order_cards.pay(t, told, looked=True)]
        choice = await sale(shop).buy(GUILD, ANN, ASYNC)
        assert isinstance(choice, PurchaseChoice)
        cards.append(change_cards.choice(t, choice))
        for made, user in ((ever, ANN), (month, BOB)):
            order = await bought(shop, made, user)
            cards += await _receipts(shop, t, order.id, user)
            cards.append(access_cards.explanation(t, await shop.service.explain(GUILD, user)))
            drafted = await shop.service.refunds.draft(GUILD, str(order.id), OLIVIA, "she asked", None)
            cards.append(backoffice_answers.refund_drafted(t, drafted))
            await happens(shop, order, FactKind.DISPUTED)
            cards += await _receipts(shop, t, order.id, user)
            await happens(shop, order, FactKind.DISPUTE_WON)
            if made is month:
                ahead = await shop.service.purchasing.press(GUILD, user, made.id, None)
                assert isinstance(ahead, PendingOrder)
                cards.append(order_cards.pay(t, ahead))
                later = await bought(shop, made, user)
                cards += await _receipts(shop, t, later.id, user)
                await happens(shop, later, FactKind.REFUNDED)
                held = (await shop.service.status(GUILD, user)).held[-1]
                cards += [
                    reminder_cards.reminder(t, held.entitlement, held.order, kind)
                    for kind in (ReminderKind.BEFORE, ReminderKind.OVER)
                ]
            await happens(shop, order, FactKind.REFUNDED)
            cards += await _receipts(shop, t, order.id, user)

    for words in map(shown, cards):
        kept = words.replace("/membership reminders", "")
        assert "embership" not in kept, words
        assert "会员" not in kept, words
        assert " role" not in kept, words
        assert "<@&" not in kept, words


async def _receipts(shop: Shop, t: Language, order_id: int, user: int) -> list[Card]:
    checked = await shop.service.check(GUILD, user, str(order_id))
    assert isinstance(checked, OrderReceipt)
    details = await shop.service.backoffice.detail(GUILD, str(order_id))
    return [order_cards.receipt(t, checked), detail_cards.order_detail(t, details)]


async def test_paid_by_hand_in_parts_it_opens_with_the_last_part(shop: Shop) -> None:
    shop.providers["manual"] = ManualProvider("To Olivia, account 12345", ["USD"])
    made = await offer(shop)
    told = await shop.service.purchasing.press(GUILD, ANN, made.id, "manual")
    assert isinstance(told, PendingOrder)
    number = str(told.order.id)

    first = await shop.service.offline_payments.mark(GUILD, number, OLIVIA, "came", "9")
    assert await owned(shop) == frozenset()
    second = await shop.service.offline_payments.mark(GUILD, number, OLIVIA, "came", "20")
    await shop.worker.run_due()

    assert await owned(shop) == {ASYNC}
    for t in (EN, ZH):
        for note in (first, second):
            words = shown(backoffice_answers.marked(t, note))
            assert "embership" not in words and "会员" not in words


@pytest.mark.parametrize("days", [None, 10])
async def test_a_course_that_runs_keeps_its_owner_in_the_server(shop: Shop, days: int | None) -> None:
    await for_sale(shop)  # Gold removes its members at the end
    await shop.buy(ANN)
    await bought(shop, await offer(shop, days=days))

    await shop.turn(30 * DAY)

    assert shop.server.kicked == ([] if days is None else [ANN])
