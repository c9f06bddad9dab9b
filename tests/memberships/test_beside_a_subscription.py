"""A subscription charges for nothing beside the same tier for ever, or beside a second one that a transfer would bring."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from zoneinfo import ZoneInfo

import pytest

from bot import crashpoints
from bot.errors import RetryLater, UserError
from bot.i18n import Catalog
from bot.memberships.access import cards as access_cards
from bot.memberships.access.access_admin import Staff
from bot.memberships.model import BillingKind, Order, Price
from bot.payments.port import FactKind, Phase
from tests.memberships.money import happen, payment
from tests.memberships.orders import read
from tests.memberships.shop import ANN, BOB, DAY, GOLD, GUILD, OLIVIA, SILVER, Shop

OWNER = Staff(OLIVIA, owner=True)
EN = Catalog("en", ZoneInfo("UTC")).of("en-US")


@pytest.fixture
async def month(shop: Shop) -> Price:
    await shop.tier("Gold", GOLD, price="19.00", days=30)
    return await shop.price("Gold", "18", months=1, way=BillingKind.RECURRING)


async def for_ever(shop: Shop, user_id: int = ANN) -> Order:
    """Bought for ever, and paid."""
    price = await shop.price("Gold", "500", way=BillingKind.LIFETIME)
    order = (await shop.bill(user_id, price=price)).order
    await shop.settle(shop.paid(order, f"pay_{order.id}"))
    await shop.worker.run_due()
    return order


async def days(shop: Shop) -> Price:
    [gold] = await shop.service.catalog.products(GUILD)
    return next(price for price in gold.prices if price.duration.kind is BillingKind.ONCE)


@contextlib.contextmanager
def stopped_at(name: str) -> Generator[None]:
    """The work that passes this point first gets no further."""

    def stop(passed: str) -> None:
        if passed == name:
            crashpoints.watch(None)
            raise RetryLater("stopped here")

    crashpoints.watch(stop)
    try:
        yield
    finally:
        crashpoints.watch(None)


async def hand_over(shop: Shop, giver: int = ANN, taker: int = BOB) -> None:
    await shop.service.access_admin.transfer(GUILD, giver, taker, "one person", OWNER)
    await shop.worker.run_due()


async def test_what_comes_back_for_ever_ends_the_subscription_bought_meanwhile(
    shop: Shop, month: Price
) -> None:
    life = await for_ever(shop)
    paid = await payment(shop, life)
    await happen(shop, paid, FactKind.DISPUTED)
    subscription = await shop.subscribe(ANN, "Gold", month)

    await happen(shop, paid, FactKind.DISPUTE_WON)
    await shop.worker.run_due()

    assert (await shop.look(subscription)).phase is Phase.ENDING
    await shop.turn(40 * DAY)
    assert shop.server.held[ANN] == {GOLD}


@pytest.mark.parametrize(
    ("bad", "good"),
    [(FactKind.DISPUTED, FactKind.DISPUTE_WON), (FactKind.REFUNDED, FactKind.REFUND_FAILED)],
)
async def test_days_that_come_back_end_the_subscription_that_they_outlast(
    shop: Shop, month: Price, bad: FactKind, good: FactKind
) -> None:
    long = await shop.price("Gold", "49", days=90)
    order = (await shop.bill(price=long)).order
    await shop.settle(shop.paid(order, "pay_days"))
    paid = await payment(shop, order)
    await happen(shop, paid, bad)
    subscription = await shop.subscribe(ANN, "Gold", month)

    await happen(shop, paid, good)
    await shop.patience()  # the message waits until the end is known

    assert (await shop.look(subscription)).phase is Phase.ENDING
    assert "### Your subscription has been stopped" in shop.said()


async def test_control_days_that_end_first_leave_it(shop: Shop, month: Price) -> None:
    order = (await shop.bill(price=await days(shop))).order
    await shop.settle(shop.paid(order, "pay_days"))
    paid = await payment(shop, order)
    await happen(shop, paid, FactKind.DISPUTED)
    subscription = await shop.subscribe(ANN, "Gold", month)

    await happen(shop, paid, FactKind.DISPUTE_WON)
    await shop.worker.run_due()

    assert (await shop.look(subscription)).phase is Phase.ACTIVE
    assert shop.said() == []


async def test_a_gift_for_ever_ends_the_subscription_and_its_payer_is_told(shop: Shop, month: Price) -> None:
    subscription = await shop.subscribe(ANN, "Gold", month)

    await shop.service.access_admin.grant(GUILD, ANN, "Gold", "forever", "a present", OWNER)
    await shop.patience()

    assert (await shop.look(subscription)).phase is Phase.ENDING
    assert shop.said() == ["### Your subscription has been stopped"]
    with pytest.raises(UserError, match="cannot go on"):
        await shop.service.renewals.keep(GUILD, ANN, subscription.id)


async def test_who_pays_is_told_though_the_work_ended_when_the_provider_had_just_been_asked(
    shop: Shop, month: Price
) -> None:
    subscription = await shop.subscribe(ANN, "Gold", month)
    await shop.service.access_admin.grant(GUILD, ANN, "Gold", "forever", "a present", OWNER)

    with stopped_at("subscription.ended"):
        await shop.worker.run_due()
    for _ in range(2):  # the message waits until the end is known
        await shop.patience()

    assert (await shop.look(subscription)).phase is Phase.ENDING
    assert shop.said() == ["### Your subscription has been stopped"]


async def test_control_a_gift_of_some_days_leaves_the_subscription_and_staff_read_that(
    shop: Shop, month: Price
) -> None:
    subscription = await shop.subscribe(ANN, "Gold", month)

    given = await shop.service.access_admin.grant(GUILD, ANN, "Gold", "90", "a present", OWNER)
    await shop.worker.run_due()

    assert (await shop.look(subscription)).phase is Phase.ACTIVE
    assert shop.said() == []
    renewing = await shop.service.access_admin.renewing_beside(given)
    assert renewing is not None and renewing.order_id == subscription.id
    assert "goes on charging" in read(access_cards.granted(EN, given, renewing))


@pytest.mark.parametrize("held", ["nothing", "days", "another tier's subscription"])
async def test_control_a_gift_beside_nothing_that_renews_warns_of_nothing(
    shop: Shop, month: Price, held: str
) -> None:
    if held == "days":
        await shop.settle(shop.paid((await shop.bill(ANN, price=await days(shop))).order, "pay_ann"))
    elif held != "nothing":
        await shop.tier("Silver", SILVER)
        await shop.subscribe(
            ANN, "Silver", await shop.price("Silver", "9", months=1, way=BillingKind.RECURRING)
        )

    given = await shop.service.access_admin.grant(GUILD, ANN, "Gold", "90", "a present", OWNER)

    assert await shop.service.access_admin.renewing_beside(given) is None


@pytest.mark.parametrize("takes", ["month", "days", "for ever"])
async def test_nothing_is_handed_over_that_would_let_a_subscription_charge_for_nothing(
    shop: Shop, month: Price, takes: str
) -> None:
    subscription = await shop.subscribe(ANN, "Gold", month)
    if takes == "month":
        await shop.subscribe(BOB, "Gold", month)
    elif takes == "days":
        await shop.settle(shop.paid((await shop.bill(BOB, price=await days(shop))).order, "pay_bob"))
    else:
        await for_ever(shop, BOB)

    for giver, taker in ((ANN, BOB), (BOB, ANN)):
        with pytest.raises(UserError, match="Both accounts have Gold"):
            await hand_over(shop, giver, taker)

    await shop.service.renewals.stop(GUILD, ANN, subscription.id, None)
    if takes != "month":
        await hand_over(shop)
        assert await shop.held_entitlements(ANN) == []


async def test_control_to_an_account_without_it_a_subscription_is_handed_over(
    shop: Shop, month: Price
) -> None:
    subscription = await shop.subscribe(ANN, "Gold", month)

    await hand_over(shop)

    assert (await shop.look(subscription)).phase is Phase.ACTIVE
    assert shop.server.held[BOB] == {GOLD}
