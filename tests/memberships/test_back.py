"""Money that goes back, or comes back, after the end, in appeals, and of renewals: what members still have."""

from __future__ import annotations

import pytest

from bot.errors import UserError
from bot.i18n import Catalog
from bot.memberships.access.access_admin import Staff
from bot.memberships.model import Order, OrderStatus, Search
from bot.memberships.orders.checkouts import PendingOrder
from bot.payments.port import Fact, FactKind, Phase
from tests.memberships.changes import confirm, monthly, quote, shelf
from tests.memberships.money import about, ends, happen, keep_disputed, payment
from tests.memberships.shop import ANN, DAY, GOLD, GUILD, HELPER, MONDAY, OLIVIA, SILVER, Shop

OWNER = Staff(OLIVIA, owner=True)


# --- what an ended membership still gives


async def test_money_that_goes_back_after_the_end_takes_what_the_end_gave(shop: Shop) -> None:
    await shelf(shop)
    await shop.terms("Gold", after_role=HELPER)
    order = await shop.buy()
    await shop.turn(31 * DAY)
    assert shop.server.held[ANN] == {HELPER}

    await happen(shop, await payment(shop, order), FactKind.REFUNDED)

    assert shop.server.held[ANN] == set()
    assert [status for status, _ in await ends(shop)] == ["revoked"]
    await happen(shop, await payment(shop, order), FactKind.REFUND_FAILED)
    assert shop.server.held[ANN] == {HELPER}
    assert [status for status, _ in await ends(shop)] == ["ended"]


async def test_disputed_money_gives_nothing_after_the_end_either(shop: Shop) -> None:
    await shelf(shop)
    await shop.terms("Gold", after_role=HELPER)
    order = await shop.buy()
    await happen(shop, await payment(shop, order), FactKind.DISPUTED)
    await shop.turn(31 * DAY)
    assert shop.server.held[ANN] == set()

    await happen(shop, await payment(shop, order), FactKind.DISPUTE_LOST)

    assert shop.server.held[ANN] == set()


async def test_staff_revoke_what_an_ended_membership_still_gives(shop: Shop) -> None:
    await shelf(shop)
    await shop.terms("Gold", after_role=HELPER)
    order = await shop.buy()
    await shop.turn(31 * DAY)

    await shop.service.access_admin.revoke(GUILD, ANN, "Gold", "spam", OWNER)
    await shop.worker.run_due()
    assert shop.server.held[ANN] == set()

    await happen(shop, await payment(shop, order), FactKind.REFUNDED, FactKind.REFUND_FAILED)
    assert shop.server.held[ANN] == set()
    with pytest.raises(UserError, match="no such membership"):
        await shop.service.access_admin.revoke(GUILD, ANN, "Gold", "again", OWNER)


# --- won appeals


@pytest.mark.parametrize("arrival", [(0, 1, 2), (1, 0, 2), (2, 1, 0), (0, 2, 1)])
async def test_a_won_appeal_counts_in_whatever_order_it_is_heard_of(
    shop: Shop, arrival: tuple[int, ...]
) -> None:
    await shelf(shop)
    order = await shop.buy()
    paid = await payment(shop, order)
    story = [
        about(paid, kind, "dp_1", MONDAY + n * DAY)
        for n, kind in enumerate((FactKind.DISPUTED, FactKind.DISPUTE_LOST, FactKind.DISPUTE_WON))
    ]

    for n in arrival:
        await shop.settle(story[n])
        await shop.worker.run_due()

    assert (await shop.look(order)).state is OrderStatus.PAID
    assert shop.server.held[ANN] == {GOLD}
    [line] = await shop.service.backoffice.totals(GUILD)
    assert (line.allocated, line.given_back, line.reported, line.booked) == (1900, 0, 1900, 1900)


async def test_money_that_went_back_twice_is_on_the_owner_s_list(shop: Shop, texts: Catalog) -> None:
    await shelf(shop)
    order = await shop.buy()
    paid = await payment(shop, order)

    await happen(shop, paid, FactKind.REFUNDED, id_="re_1")
    await happen(shop, paid, FactKind.DISPUTED, FactKind.DISPUTE_LOST, id_="dp_1")

    [waiting] = (await shop.service.backoffice.listing(GUILD, Search())).waiting
    assert waiting.order is not None
    assert (waiting.finding, waiting.order.id) == ("payment-overdrawn", order.id)
    await shop.turn(61 * DAY)
    assert (await shop.service.backoffice.listing(GUILD, Search())).waiting == ()


# --- renewals in dispute


async def renewed(shop: Shop) -> tuple[Order, Fact]:
    """A subscription in its second month, and the payment for it."""
    _, gold = await monthly(shop)
    order = await shop.subscribe(ANN, "Gold", gold)
    await shop.turn(30 * DAY)
    order = await shop.renew(order)
    return order, await payment(shop, order, 1)


async def test_a_disputed_renewal_rests_until_it_is_decided(shop: Shop) -> None:
    order, second = await renewed(shop)

    await happen(shop, second, FactKind.DISPUTED)
    assert [status for status, _ in await ends(shop)] == ["suspended"]
    assert shop.server.held[ANN] == set()
    await happen(shop, second, FactKind.DISPUTE_WON)

    assert shop.server.held[ANN] == {GOLD}
    assert (await shop.look(order)).phase is Phase.ACTIVE


async def test_a_lost_renewal_ends_there_and_charges_no_more(shop: Shop) -> None:
    order, second = await renewed(shop)

    await happen(shop, second, FactKind.DISPUTED, FactKind.DISPUTE_LOST)
    await shop.turn(2 * DAY)

    assert [status for status, _ in await ends(shop)] == ["ended"]
    assert (await shop.look(order)).phase is Phase.ENDING


async def test_a_renewal_that_is_given_back_charges_no_more(shop: Shop) -> None:
    order, second = await renewed(shop)

    await happen(shop, second, FactKind.REFUNDED)

    assert (await shop.look(order)).phase is Phase.ENDING


@pytest.mark.parametrize("number", [0, 1])
async def test_where_disputes_change_nothing_that_holds_for_every_payment(shop: Shop, number: int) -> None:
    keep_disputed(shop)
    order, _ = await renewed(shop)
    before = await ends(shop)

    await happen(shop, await payment(shop, order, number), FactKind.DISPUTED)
    await shop.turn(5 * DAY)

    assert await ends(shop) == before
    assert shop.server.held[ANN] == {GOLD}
    assert (await shop.look(order)).phase is Phase.ACTIVE


async def test_an_old_payment_in_dispute_does_not_stop_the_present_month(shop: Shop) -> None:
    order, _ = await renewed(shop)

    await happen(shop, await payment(shop, order, 0), FactKind.DISPUTED)

    assert shop.server.held[ANN] == {GOLD}


# --- a planned change


async def test_a_planned_change_begins_when_the_present_membership_is_given_back(shop: Shop) -> None:
    await shelf(shop)
    gold = await shop.buy(ANN, "Gold", "pay_gold")
    bill = await confirm(shop, await quote(shop, "Silver"))
    assert isinstance(bill, PendingOrder)
    await shop.settle(shop.paid(bill.order, "pay_silver"))
    await shop.worker.run_due()
    await shop.turn(10 * DAY)
    paid = await payment(shop, gold)

    await happen(shop, paid, FactKind.REFUNDED)
    assert shop.server.held[ANN] == {SILVER}
    assert await ends(shop) == [("revoked", MONDAY + 30 * DAY), ("live", MONDAY + 40 * DAY)]
    await shop.turn(DAY)
    await happen(shop, paid, FactKind.REFUND_FAILED)
    assert shop.server.held[ANN] == {GOLD}
    await shop.turn(20 * DAY)
    assert shop.server.held[ANN] == {SILVER}
    await shop.turn(29 * DAY)
    assert shop.server.held[ANN] == set()
