"""Breaks that a fresh eye found in the rules of money when they first stood together."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from bot.errors import UserError
from bot.memberships.access.access_admin import Staff
from bot.memberships.access.store import entitlements
from bot.memberships.catalog.tables import terms
from bot.memberships.model import BillingKind, Order, Refusal
from bot.memberships.orders.checkouts import PendingOrder
from bot.memberships.orders.holdings import unused_value
from bot.memberships.orders.store import ledger
from bot.payments.port import FactKind, Phase, Subscription
from tests.memberships.changes import confirm, quote, upgraded
from tests.memberships.changes import shelf as two_tiers
from tests.memberships.discounts import free
from tests.memberships.discounts import shelf as discounting
from tests.memberships.money import about, happen, payment
from tests.memberships.orders import transfer
from tests.memberships.shop import ANN, BOB, DAY, GOLD, GUILD, HELPER, OLIVIA, SILVER, Shop
from tests.memberships.transfers import give_back, note

OWNER = Staff(OLIVIA, owner=True)


async def test_what_is_free_for_ever_waits_its_turn_without_reaching_past_the_calendar(shop: Shop) -> None:
    """Moved behind 800 days, it ended after the year 9999, and no renewal of its giver could be stored any more."""
    await discounting(shop, 100, days=30)
    monthly = await shop.price("Silver", "15", months=1, way=BillingKind.RECURRING)
    for_ever = await shop.price("Gold", "190", way=BillingKind.LIFETIME)
    long = await shop.price("Gold", "300", days=800)
    await shop.settle(shop.paid((await shop.bill(BOB, "Gold", long)).order, "pay_long"))
    silver = await shop.subscribe(ANN, "Silver", monthly)
    await free(shop, price=for_ever)
    await shop.service.access_admin.transfer(GUILD, BOB, ANN, "same person", OWNER)
    await shop.worker.run_due()

    await shop.turn(29 * DAY)
    await shop.renew(await shop.look(silver))

    async with shop.db.read() as db:
        stored = await ledger.facts(db, GUILD, silver.id)
    assert [fact.renewal for fact in stored if fact.kind is FactKind.PAID] == [False, True]


async def test_a_planned_change_that_was_used_is_not_taken_back_for_all_its_money(shop: Shop) -> None:
    await two_tiers(shop)
    gold = await shop.buy(ANN, "Gold", "pay_gold")
    planned = await confirm(shop, await quote(shop, "Silver"))
    assert isinstance(planned, PendingOrder)
    await shop.settle(shop.paid(planned.order, "pay_silver"))
    await shop.worker.run_due()
    paid = await payment(shop, gold)
    await happen(shop, paid, FactKind.DISPUTED)
    await shop.turn(20 * DAY)  # Silver is used meanwhile
    await happen(shop, paid, FactKind.DISPUTE_WON)  # and waits again

    with pytest.raises(UserError, match="no such change"):
        await shop.service.changes.undo(GUILD, ANN, planned.order.id)


async def test_nobody_below_the_owner_notes_money_for_what_they_hold(shop: Shop) -> None:
    await shop.tier("Gold", price="19.00", days=30)
    shop.server.held[BOB] = {HELPER}
    order = await transfer(shop, ANN)
    await shop.service.offline_payments.mark(GUILD, str(order.id), OLIVIA, "came")
    await shop.service.access_admin.transfer(GUILD, ANN, BOB, "same person", OWNER)
    draft = await shop.service.refunds.draft(GUILD, str(order.id), OLIVIA, "back")
    await shop.service.refunds.confirm(GUILD, str(draft.draft), OLIVIA)

    with pytest.raises(UserError, match="for yourself"):
        await shop.service.offline_payments.mark(GUILD, str(order.id), BOB, "came again")


@pytest.mark.parametrize(
    ("bad", "good"),
    [(FactKind.DISPUTED, FactKind.DISPUTE_WON), (FactKind.REFUNDED, FactKind.REFUND_FAILED)],
)
async def test_what_may_not_stand_is_refused_however_its_money_was_first_heard_of(
    shop: Shop, bad: FactKind, good: FactKind
) -> None:
    """Its payment was heard of together with the dispute or the refund, and came to stand only later."""
    await shop.tier("Gold", GOLD, price="19.00", days=30)
    month = await shop.price("Gold", "18", months=1, way=BillingKind.RECURRING)
    quarter = await shop.price("Gold", "50", months=3, way=BillingKind.RECURRING)
    first, second = (await shop.bill(price=month)).order, (await shop.bill(price=quarter)).order
    for order in (first, second):
        ref = order.ref or ""
        shop.provider.subscriptions[ref] = Subscription(f"sub_{order.id}", Phase.ACTIVE, "cus_1")
        shop.provider.take(order, ref, order.price, shop.moment)
    early = shop.provider.known[first.ref or ""]
    early.append(about(early[0], bad, "dp", shop.moment))
    await shop.news(second)
    await shop.news(first)

    early.append(about(early[0], good, "dp", shop.moment))
    await shop.news(first)

    assert (await shop.look(first)).refused is Refusal.SUBSCRIBED
    assert [status for status, _, _ in await shop.held_entitlements()] == ["live"]
    phases = [shop.provider.subscriptions[order.ref or ""].phase for order in (first, second)]
    assert Phase.ACTIVE not in phases[:1] and phases[1] is Phase.ACTIVE


async def test_a_part_that_went_back_and_came_again_is_worth_its_days(shop: Shop) -> None:
    """The second note of it was no credit: 40 came, and 20 were counted for the exchange."""
    await shop.tier("Gold", GOLD, price="40.00", days=30)
    order = await transfer(shop, ANN)
    for amount in ("20", "20"):
        await note(shop, order, amount)
    await give_back(shop, order, "20")
    await note(shop, order, "20")

    async with shop.db.read() as db:
        held = await entitlements.find(db, GUILD, order_id=order.id)
        assert held is not None
        assert await unused_value(db, held, shop.moment) == 4000


async def test_nobody_gives_back_what_backs_a_membership_that_leaves_a_role_above_them(shop: Shop) -> None:
    """Silver's money was exchanged for Gold: given back, Gold ends sooner, and what comes after it comes sooner."""
    await two_tiers(shop)
    shop.server.role(70, "Mod", 3)
    shop.server.held[BOB] = {70}
    silver = await shop.buy(ANN, "Silver", "pay_silver")
    gold = await upgraded(shop)
    assert await _drafted(shop, silver, BOB), "it leaves nothing above them"

    async with shop.db.write() as tx:
        changed = update(terms).where(terms.c.tier_id == gold.tier.id)
        await tx.execute(changed.values(after="fallback", after_role_id=HELPER))

    with pytest.raises(UserError):
        await _drafted(shop, silver, BOB)
    assert await _drafted(shop, silver, OLIVIA)


async def test_nobody_gives_back_what_a_planned_membership_above_them_waits_for(shop: Shop) -> None:
    """Gold's money goes back, and Silver, which was to follow it, begins now."""
    await two_tiers(shop)
    shop.server.role(70, "Mod", 3)
    shop.server.held[BOB] = {70}
    gold = await shop.buy(ANN, "Gold", "pay_gold")
    planned = await confirm(shop, await quote(shop, "Silver"))
    assert isinstance(planned, PendingOrder)
    await shop.settle(shop.paid(planned.order, "pay_silver"))
    await shop.worker.run_due()
    assert await _drafted(shop, gold, BOB), "Silver stands below them"

    shop.server.role(SILVER, "Silver", 4)

    with pytest.raises(UserError):
        await _drafted(shop, gold, BOB)
    assert await _drafted(shop, gold, OLIVIA)


async def _drafted(shop: Shop, order: Order, by: int) -> int:
    return (await shop.service.refunds.draft(GUILD, str(order.id), by, "asked for")).draft


async def test_paid_again_is_asked_again(shop: Shop) -> None:
    """Given back, and a membership for ever bought since: the money of the second note has nothing to pay for."""
    await shop.tier("Gold", GOLD, price="19.00", days=30)
    order = await transfer(shop, ANN)
    await note(shop, order)
    await give_back(shop, order)
    life = await shop.price("Gold", "500", way=BillingKind.LIFETIME)
    lasting = (await shop.service.checkouts.buy(order.tier, life, ANN, "bank")).order
    await shop.settle(shop.paid(lasting, "pay_life"))

    await note(shop, order, "19")

    assert (await shop.look(order)).refused is Refusal.FOREVER
    assert [status for status, _, _ in await shop.held_entitlements()] == ["revoked", "live"]
