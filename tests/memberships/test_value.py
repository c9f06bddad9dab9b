"""Every membership is backed by money that stayed: what it was bought with, and what its credit came from."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.errors import UserError
from bot.i18n import Catalog
from bot.memberships.access.access_admin import Staff
from bot.memberships.backoffice import answers as backoffice_answers
from bot.memberships.model import BillingKind, Order, Search
from bot.memberships.orders.checkouts import PendingOrder
from bot.memberships.orders.purchasing import Activated
from bot.memberships.orders.refund_preview import Effect
from bot.money import Money
from bot.payments.port import FactKind
from tests.memberships.changes import confirm, monthly, quote, shelf, upgraded
from tests.memberships.money import ends, happen, keep_disputed, payment
from tests.memberships.orders import read
from tests.memberships.shop import ANN, DAY, GOLD, GUILD, MONDAY, OLIVIA, Shop

OWNER = Staff(OLIVIA, owner=True)
PAID_OF_19 = MONDAY + 10 * DAY + timedelta(seconds=30 * 86400 * 13 // 19)
"""Where Gold for $19.00 ends when only the $13.00 that were paid for it pay its days."""


async def both(shop: Shop) -> tuple[Order, Order]:
    """Ten days of Silver ($9.00), then Gold ($19.00) with $6.00 of credit."""
    await shelf(shop)
    silver = await shop.buy(ANN, "Silver", "pay_silver")
    await shop.turn(10 * DAY)
    return silver, await upgraded(shop)


# --- exchanged money


async def test_an_exchange_gets_shorter_when_the_money_behind_its_credit_goes_back(shop: Shop) -> None:
    silver, _ = await both(shop)

    await shop.service.refunds.ask(GUILD, str(silver.id), OLIVIA, "sorry")
    await shop.worker.run_due()

    assert await ends(shop) == [("replaced", MONDAY + 30 * DAY), ("live", PAID_OF_19)]
    await shop.turn(PAID_OF_19 - shop.moment)
    assert shop.server.held[ANN] == set()


async def test_it_is_put_back_when_that_refund_fails(shop: Shop) -> None:
    silver, _ = await both(shop)
    paid = await payment(shop, silver)
    await happen(shop, paid, FactKind.REFUNDED)
    assert (await ends(shop))[1] == ("live", PAID_OF_19)

    await happen(shop, paid, FactKind.REFUND_FAILED)

    assert (await ends(shop))[1] == ("live", MONDAY + 40 * DAY)


async def test_a_dispute_of_exchanged_money_shortens_at_once_and_a_won_one_restores(shop: Shop) -> None:
    silver, _ = await both(shop)
    paid = await payment(shop, silver)

    await happen(shop, paid, FactKind.DISPUTED)
    assert (await ends(shop))[1] == ("live", PAID_OF_19)
    await happen(shop, paid, FactKind.DISPUTE_WON)
    assert (await ends(shop))[1] == ("live", MONDAY + 40 * DAY)


async def test_where_disputes_change_nothing_only_a_lost_one_shortens(shop: Shop) -> None:
    keep_disputed(shop)
    silver, _ = await both(shop)
    paid = await payment(shop, silver)

    await happen(shop, paid, FactKind.DISPUTED)
    assert (await ends(shop))[1] == ("live", MONDAY + 40 * DAY)
    await happen(shop, paid, FactKind.DISPUTE_LOST)
    assert (await ends(shop))[1] == ("live", PAID_OF_19)


async def test_the_money_may_be_the_first_of_a_chain(shop: Shop) -> None:
    await shelf(shop)
    await shop.tier("Platinum", 52, price="40.00", days=30)
    silver = await shop.buy(ANN, "Silver", "pay_silver")
    gold = await upgraded(shop)
    bill = await confirm(shop, await quote(shop, "Platinum"))
    assert isinstance(bill, PendingOrder)
    await shop.settle(shop.paid(bill.order, "pay_platinum"))
    await shop.worker.run_due()

    await happen(shop, await payment(shop, silver), FactKind.REFUNDED, id_="re_silver")
    assert (await ends(shop))[2] == ("live", MONDAY + timedelta(seconds=30 * 86400 * 31 // 40))
    await happen(shop, await payment(shop, gold), FactKind.REFUNDED, id_="re_gold")
    assert (await ends(shop))[2] == ("live", MONDAY + timedelta(seconds=30 * 86400 * 21 // 40))
    await happen(shop, await payment(shop, silver), FactKind.REFUND_FAILED, id_="re_silver")
    assert (await ends(shop))[2] == ("live", MONDAY + timedelta(seconds=30 * 86400 * 30 // 40))


async def for_nothing(shop: Shop) -> Order:
    """A year of Silver for $90.00 exchanged at once for Gold: nothing is due. The order of Silver."""
    await shelf(shop)
    year = await shop.price("Silver", "90", months=12)
    silver = (await shop.bill(ANN, "Silver", year)).order
    await shop.settle(shop.paid(silver, "pay_year"))
    await shop.worker.run_due()
    await confirm(shop, await quote(shop))
    await shop.worker.run_due()
    assert shop.server.held[ANN] == {GOLD}
    return silver


async def test_an_exchange_that_nothing_else_pays_ends_and_comes_back(shop: Shop) -> None:
    silver = await for_nothing(shop)
    before = (await ends(shop))[1]
    paid = await payment(shop, silver)

    await happen(shop, paid, FactKind.REFUNDED)
    assert shop.server.held[ANN] == set()
    assert [status for status, _ in await ends(shop)] == ["replaced", "revoked"]
    await happen(shop, paid, FactKind.REFUND_FAILED)

    assert shop.server.held[ANN] == {GOLD}
    assert (await ends(shop))[1] == before


async def test_it_rests_while_a_bank_decides(shop: Shop) -> None:
    silver = await for_nothing(shop)
    paid = await payment(shop, silver)

    await happen(shop, paid, FactKind.DISPUTED)
    assert [status for status, _ in await ends(shop)] == ["replaced", "suspended"]
    await happen(shop, paid, FactKind.DISPUTE_LOST)
    assert [status for status, _ in await ends(shop)] == ["replaced", "revoked"]


async def test_a_lifetime_that_is_not_paid_in_full_any_more_rests_and_the_owner_is_told(shop: Shop) -> None:
    await shelf(shop)
    lifetime = await shop.price("Gold", "50", way=BillingKind.LIFETIME)
    silver = await shop.buy(ANN, "Silver", "pay_silver")
    bill = await confirm(shop, await quote(shop, "Gold", lifetime))
    assert isinstance(bill, PendingOrder)
    await shop.settle(shop.paid(bill.order, "pay_up"))
    await shop.worker.run_due()
    paid = await payment(shop, silver)

    await happen(shop, paid, FactKind.REFUNDED)
    assert shop.server.held[ANN] == set()
    [waiting] = (await shop.service.backoffice.listing(GUILD, Search())).waiting
    assert waiting.order is not None
    assert (waiting.finding, waiting.order.id) == ("credit-lost", bill.order.id)

    await happen(shop, paid, FactKind.REFUND_FAILED)
    assert shop.server.held[ANN] == {GOLD}


async def test_the_card_says_what_an_exchange_loses(shop: Shop, texts: Catalog) -> None:
    silver, _ = await both(shop)

    drafted = await shop.service.refunds.draft(GUILD, str(silver.id), OLIVIA, "sorry")

    assert (drafted.effect.effect, drafted.effect.until) == (Effect.SHORTER, PAID_OF_19)
    said = read(backoffice_answers.refund_drafted(texts.of("en"), drafted))
    assert "nobody loses anything" not in said
    assert "went towards **Gold**" in said
    await shop.service.refunds.confirm(GUILD, str(drafted.draft), OLIVIA)
    await shop.worker.run_due()
    assert (await ends(shop))[1] == ("live", PAID_OF_19)


async def test_the_card_says_that_an_exchange_ends(shop: Shop, texts: Catalog) -> None:
    silver = await for_nothing(shop)

    drafted = await shop.service.refunds.draft(GUILD, str(silver.id), OLIVIA, "sorry")

    assert (drafted.effect.effect, drafted.going) == (Effect.ENDS, (GOLD,))
    for language in ("en", "zh-CN"):
        assert read(backoffice_answers.refund_drafted(texts.of(language), drafted))


async def by_subscription(shop: Shop, due: int) -> tuple[Order, Order]:
    """Silver for $8.00 a month, changed by the bank to Gold for $18.00 a month, with `due` cents to pay now."""
    silver, gold = await monthly(shop)
    shop.provider.proration = Money(due, "USD")
    old = await shop.subscribe(ANN, "Silver", silver)
    made = await confirm(shop, await quote(shop, "Gold", gold))
    assert isinstance(made, Activated) and made.order is not None
    await shop.worker.run_due()
    return old, made.order


async def test_a_subscription_that_was_exchanged_gets_a_shorter_first_month(shop: Shop) -> None:
    silver, gold = await by_subscription(shop, 1000)

    await happen(shop, await payment(shop, silver), FactKind.REFUNDED)

    assert (await ends(shop))[-1] == ("live", MONDAY + timedelta(seconds=30 * 86400 * 10 // 18))
    await shop.turn(30 * DAY)
    assert shop.server.held[ANN] == set()
    await shop.renew(gold)
    assert shop.server.held[ANN] == {GOLD}


async def test_what_a_provider_credits_beyond_the_price_is_no_loss(shop: Shop) -> None:
    silver, _ = await by_subscription(shop, 600)  # it credits $12.00 where $8.00 were paid

    assert (await ends(shop))[-1] == ("live", MONDAY + 30 * DAY)
    await happen(shop, await payment(shop, silver), FactKind.DISPUTED)
    assert (await ends(shop))[-1] == ("live", MONDAY + timedelta(seconds=30 * 86400 * 6 // 18))


# --- disputed money is no credit


async def test_disputed_money_is_no_credit(shop: Shop) -> None:
    await shelf(shop)
    await shop.buy(ANN, "Silver", "pay_1")
    ahead = await shop.buy(ANN, "Silver", "pay_2")
    await happen(shop, await payment(shop, ahead), FactKind.DISPUTED)

    with pytest.raises(UserError, match="disputed"):
        await quote(shop)


async def test_nor_where_disputes_change_nothing(shop: Shop) -> None:
    keep_disputed(shop)
    await shelf(shop)
    silver = await shop.buy(ANN, "Silver", "pay_1")
    await happen(shop, await payment(shop, silver), FactKind.DISPUTED)

    with pytest.raises(UserError, match="disputed"):
        await quote(shop)


async def test_money_that_is_disputed_before_the_exchange_is_paid_backs_nothing(shop: Shop) -> None:
    await shelf(shop)
    await shop.buy(ANN, "Silver", "pay_1")
    ahead = await shop.buy(ANN, "Silver", "pay_2")
    bill = await confirm(shop, await quote(shop))
    assert isinstance(bill, PendingOrder)
    paid = await payment(shop, ahead)
    await happen(shop, paid, FactKind.DISPUTED)

    await shop.settle(shop.paid(bill.order, "pay_up"))
    await shop.worker.run_due()
    assert ("live", MONDAY + timedelta(seconds=30 * 86400 * 10 // 19)) in await ends(shop)
    await happen(shop, paid, FactKind.DISPUTE_WON)
    assert ("live", MONDAY + 30 * DAY) in await ends(shop)
