"""Orders: what is paid gives a role, whatever happens on the way."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.errors import RetryLater, UserError
from bot.memberships.model import OrderStatus
from tests.memberships.shop import ANN, BOB, CID, DAY, GOLD, GUILD, MONDAY, OLIVIA, OTHER, SILVER, Shop


async def test_a_paid_order_gives_its_role_for_its_days(shop: Shop) -> None:
    await shop.tier(days=30)

    order = await shop.buy(ANN)

    assert order.state is OrderStatus.PAID
    assert shop.server.held[ANN] == {GOLD}
    assert await shop.held_entitlements() == [("live", MONDAY, MONDAY + 30 * DAY)]


async def test_the_role_goes_when_the_days_are_over(shop: Shop) -> None:
    await shop.tier(days=30)
    await shop.buy(ANN)

    await shop.turn(30 * DAY - timedelta(seconds=1))
    assert shop.server.held[ANN] == {GOLD}

    await shop.turn(timedelta(seconds=1))
    assert shop.server.held[ANN] == set()
    assert [state for state, _, _ in await shop.held_entitlements()] == ["ended"]


async def test_buying_again_adds_the_days(shop: Shop) -> None:
    await shop.tier(days=30)
    await shop.buy(ANN, id_="pay_1")
    await shop.turn(10 * DAY)

    await shop.buy(ANN, id_="pay_2")

    assert [ends for _, _, ends in await shop.held_entitlements()] == [MONDAY + 30 * DAY, MONDAY + 60 * DAY]
    await shop.turn(45 * DAY)
    assert shop.server.held[ANN] == {GOLD}
    await shop.turn(5 * DAY)
    assert shop.server.held[ANN] == set()


async def test_a_refunded_month_lets_the_next_one_begin_at_once(shop: Shop) -> None:
    await shop.tier(days=30)
    first = await shop.buy(ANN, id_="pay_1")
    await shop.buy(ANN, id_="pay_2")

    await shop.service.refunds.ask(GUILD, str(first.id), OLIVIA, "a mistake")
    await shop.worker.run_due()

    assert shop.server.held[ANN] == {GOLD}
    assert sorted(await shop.held_entitlements(), reverse=True) == [
        ("revoked", MONDAY, MONDAY + 30 * DAY),
        ("live", MONDAY, MONDAY + 30 * DAY),
    ]
    await shop.turn(30 * DAY)
    assert shop.server.held[ANN] == set()


async def test_asking_twice_gives_the_same_open_order(shop: Shop) -> None:
    await shop.tier()

    first = await shop.bill(ANN, "gold")
    second = await shop.bill(ANN, "Gold ")

    assert (second.order.id, second.checkout.url) == (first.order.id, first.checkout.url)


async def test_a_new_order_is_made_when_the_old_link_is_nearly_over(shop: Shop) -> None:
    await shop.tier()
    first = await shop.order()

    await shop.turn(timedelta(minutes=26))

    assert (await shop.order()).id != first.id


async def test_an_order_begun_while_the_bank_was_away_is_finished_later(shop: Shop) -> None:
    await shop.tier()
    shop.provider.away = True
    with pytest.raises(RetryLater):
        await shop.order()

    shop.provider.away = False
    order = await shop.order()

    assert order.state is OrderStatus.PENDING
    assert len((await shop.service.status(GUILD, ANN)).orders) == 1


async def test_unknown_plans_are_refused_with_a_way_on(shop: Shop) -> None:
    with pytest.raises(UserError, match="Nothing is on sale"):
        await shop.service.buy(GUILD, ANN, "Gold")
    await shop.tier()
    for typed in ("Golf", "0", "9" * 30, "**[x](https://evil.example)**"):
        with pytest.raises(UserError, match="There is no plan called"):
            await shop.service.buy(GUILD, ANN, typed)
    with pytest.raises(UserError, match="Nothing is on sale"):
        await shop.service.buy(OTHER, ANN, "Gold")

    assert (await shop.service.status(GUILD, ANN)).orders == ()


async def test_a_plan_whose_role_became_dangerous_is_not_sold(shop: Shop) -> None:
    await shop.tier()
    shop.server.role(GOLD, "Gold", 2, dangerous=("ban_members",))

    with pytest.raises(UserError, match="cannot be bought at the moment"):
        await shop.order()


async def test_without_a_provider_nothing_is_sold(shop: Shop) -> None:
    await shop.service.catalog.create(
        GUILD, name="Odd", price="1", currency="XPF", days=1, role_id=GOLD, actor=OLIVIA, owner=True
    )

    with pytest.raises(UserError, match="cannot take payments"):
        await shop.order(plan="Odd")


async def test_only_the_own_order_can_be_looked_at(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order(ANN)

    for user, number in ((CID, str(order.id)), (ANN, "404"), (ANN, "9" * 19), (ANN, "²"), (ANN, "")):
        with pytest.raises(UserError, match="not an order of yours"):
            await shop.service.check(GUILD, user, number)


async def test_only_what_was_paid_can_be_refunded(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order()

    with pytest.raises(UserError, match="Nothing was paid"):
        await shop.service.refunds.ask(GUILD, str(order.id), OLIVIA, "why not")
    with pytest.raises(UserError, match="no such order"):
        await shop.service.refunds.ask(OTHER, str(order.id), OLIVIA, "another server's")


async def test_a_refund_asked_for_twice_is_made_once(shop: Shop) -> None:
    await shop.tier()
    order = await shop.buy()

    await shop.service.refunds.ask(GUILD, str(order.id), OLIVIA, "asked")
    await shop.service.refunds.ask(GUILD, str(order.id), OLIVIA, "asked again")
    await shop.worker.run_due()

    assert len(shop.provider.refunds) == 1
    assert shop.server.held[ANN] == set()


async def test_paying_members_are_counted_at_any_moment(shop: Shop) -> None:
    await shop.tier(days=30)
    await shop.tier("Silver", SILVER)
    await shop.buy(ANN, "Gold", "a")
    await shop.buy(ANN, "Silver", "b")
    await shop.turn(10 * DAY)
    bobs = await shop.buy(BOB, "Gold", "c")
    await shop.turn(1 * DAY)
    await shop.service.refunds.ask(GUILD, str(bobs.id), OLIVIA, "asked")
    await shop.worker.run_due()

    counts = [await shop.service.paying(GUILD, MONDAY + day * DAY) for day in (-1, 0, 5, 10, 11, 29, 30)]

    assert counts == [0, 1, 1, 2, 1, 1, 0]
    assert await shop.service.paying(OTHER, MONDAY) == 0
