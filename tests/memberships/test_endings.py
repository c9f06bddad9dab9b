"""Endings: by a member's wish, by an unpaid renewal, by time; and what is left behind."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.audit.tables import audit
from bot.errors import UserError
from bot.i18n import Catalog
from bot.memberships.access.access_admin import Staff
from bot.memberships.changes import status_cards
from bot.memberships.changes.renewals import Reason
from bot.memberships.model import BillingKind, ExpiryAction, Order
from bot.money import Money
from bot.payments.port import Phase, Subscription
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
    Killed,
    Shop,
    actions,
    killed_at,
    shown,
)

EN = Catalog("en", ZoneInfo("UTC")).of("en-US")


async def subscribed(shop: Shop, **terms: object) -> Order:
    """Ann pays 15 dollars a month for Gold."""
    await shop.tier()
    if terms:
        await shop.terms("Gold", **terms)
    return await shop.subscribe(
        ANN, "Gold", await shop.price("Gold", "15", months=1, way=BillingKind.RECURRING)
    )


async def reasons(shop: Shop, what: str) -> list[dict[str, str]]:
    async with shop.db.read() as db:
        return list((await db.execute(select(audit.c.detail).where(audit.c.what == what))).scalars())


async def test_a_cancelled_subscription_runs_to_the_end_of_what_is_paid(shop: Shop) -> None:
    order = await subscribed(shop, grace_days=5)
    card = status_cards.endings(EN, await shop.service.renewals.endings(GUILD, ANN))
    assert actions(card) == [f"membership.stop:{order.id}"]
    assert "nothing more is charged" in shown(card)

    held = await shop.service.renewals.stop(GUILD, ANN, order.id, Reason.PRICE)

    assert held.phase is Phase.ENDING
    assert "does not renew any more" in shown(status_cards.stopped(EN, held))
    assert await reasons(shop, "subscription.stopped") == [{"reason": "price"}]
    await shop.turn(30 * DAY - timedelta(seconds=1))
    assert shop.server.held[ANN] == {GOLD}
    await shop.turn(timedelta(seconds=1))
    assert shop.server.held[ANN] == set()  # who ended it needs no days to pay


async def test_who_regrets_it_keeps_it(shop: Shop) -> None:
    order = await subscribed(shop)
    held = await shop.service.renewals.stop(GUILD, ANN, order.id, None)
    [action] = actions(status_cards.stopped(EN, held))
    assert action == f"membership.keep:{order.id}"

    held = await shop.service.renewals.keep(GUILD, ANN, order.id)

    assert "goes on" in shown(status_cards.kept(EN, held))
    assert "Renews on" in shown(status_cards.kept(EN, held))
    await shop.turn(25 * DAY)
    await shop.renew(order)
    await shop.turn(20 * DAY)
    assert shop.server.held[ANN] == {GOLD}


async def test_stopping_twice_is_stopping_once(shop: Shop) -> None:
    order = await subscribed(shop)

    for _ in range(2):
        await shop.service.renewals.stop(GUILD, ANN, order.id, Reason.DONE)

    assert len(await reasons(shop, "subscription.stopped")) == 1


async def test_nobody_ends_another_s_subscription(shop: Shop) -> None:
    order = await subscribed(shop)

    for user, number in ((BOB, order.id), (ANN, 404)):
        for verb in (shop.service.renewals.keep, shop.service.renewals.portal):
            with pytest.raises(UserError, match="no such subscription"):
                await verb(GUILD, user, number)
        with pytest.raises(UserError, match="no such subscription"):
            await shop.service.renewals.stop(GUILD, user, number, None)
    assert (await shop.look(order)).phase is Phase.ACTIVE


async def test_what_was_paid_once_ends_by_itself_and_the_card_says_so(shop: Shop) -> None:
    await shop.tier()
    await shop.buy(ANN)

    card = status_cards.endings(EN, await shop.service.renewals.endings(GUILD, ANN))

    assert "Nothing renews here" in shown(card)
    assert actions(card) == []
    nothing = status_cards.endings(EN, await shop.service.renewals.endings(GUILD, BOB))
    assert "nothing to end" in shown(nothing)


async def test_each_subscription_has_the_portal_of_its_own_customer_and_none_is_news_again(
    shop: Shop,
) -> None:
    """Stripe makes a customer anew when the owner deleted the first one, and for whoever pays without a stored card."""
    await shop.tier("Silver", SILVER, price="9.00")
    first = await subscribed(shop)
    second = await shop.subscribe(
        ANN, "Silver", await shop.price("Silver", "8", months=1, way=BillingKind.RECURRING)
    )
    shop.provider.subscriptions[second.ref or ""] = Subscription(second.ref or "", Phase.ACTIVE, "cus_anew")
    second = await shop.news(second)

    portals = [await shop.service.renewals.portal(GUILD, ANN, order.id) for order in (first, second)]
    assert [portal.rsplit("/", 1)[1] for portal in portals] == ["cus_1", "cus_anew"]
    for order in (await shop.look(first), await shop.look(second)):
        async with shop.db.read() as db:
            assert not await shop.service.settlement.is_news(
                db, order, await shop.provider.fetch(order.ref or "")
            )


async def test_the_portal_is_the_provider_s(shop: Shop) -> None:
    order = await subscribed(shop)

    assert await shop.service.renewals.portal(GUILD, ANN, order.id) == "https://bank.example/portal/cus_1"


async def test_a_refunded_subscription_is_not_charged_again(shop: Shop) -> None:
    order = await subscribed(shop)

    await shop.service.refunds.ask(GUILD, str(order.id), OLIVIA, "asked for it")
    await shop.worker.run_due()
    await shop.news(order)

    assert shop.provider.subscriptions[order.ref or ""].phase is Phase.ENDING
    assert shop.server.held[ANN] == set()


async def test_a_renewal_may_come_some_hours_after_its_day(shop: Shop) -> None:
    """Stripe charges about an hour after the period's end: the role must not flicker every month."""
    order = await subscribed(shop)
    await shop.turn(30 * DAY + timedelta(hours=2))
    assert shop.server.held[ANN] == {GOLD}

    await shop.renew(order)
    await shop.turn(20 * DAY)

    assert shop.server.held[ANN] == {GOLD}
    assert [call for call in shop.server.calls if call[0] == "remove"] == []


async def test_an_unpaid_renewal_has_its_grace_and_then_the_role_goes(shop: Shop) -> None:
    order = await subscribed(shop, grace_days=5)
    await shop.turn(30 * DAY)

    await shop.phase(order, Phase.PAST_DUE)
    told = shown(status_cards.status(EN, await shop.service.status(GUILD, ANN)))
    assert "You keep your roles until" in told and "could not be charged" in told
    assert "Card and invoices" in told
    await shop.turn(5 * DAY - timedelta(seconds=1))
    assert shop.server.held[ANN] == {GOLD}

    await shop.turn(timedelta(seconds=1))
    assert shop.server.held[ANN] == set()


async def test_a_renewal_that_is_paid_in_its_grace_goes_on_as_if_nothing_had_been(shop: Shop) -> None:
    order = await subscribed(shop, grace_days=5)
    await shop.turn(30 * DAY)
    await shop.phase(order, Phase.PAST_DUE)
    await shop.turn(3 * DAY)

    await shop.provider.set_ending(order.ref or "", False)
    await shop.renew(order)
    await shop.turn(20 * DAY)

    assert shop.server.held[ANN] == {GOLD}
    [(state, _, ends)] = await shop.held_entitlements()
    assert (state, ends > MONDAY + 55 * DAY) == ("live", True)


async def test_without_grace_an_unpaid_renewal_ends_at_once(shop: Shop) -> None:
    order = await subscribed(shop)
    await shop.turn(30 * DAY + timedelta(hours=1))

    await shop.phase(order, Phase.PAST_DUE)

    assert shop.server.held[ANN] == set()


@pytest.mark.parametrize("recurring", [True, False])
async def test_at_the_end_another_role_takes_their_place(shop: Shop, recurring: bool) -> None:
    if recurring:
        order = await subscribed(shop, after_role=HELPER, grace_days=2)
    else:
        await shop.tier(days=30)
        await shop.terms("Gold", after_role=HELPER, grace_days=2)
        order = await shop.buy(ANN)
    await shop.turn(30 * DAY)
    if recurring:
        await shop.phase(order, Phase.PAST_DUE)
    assert shop.server.held[ANN] == {GOLD}

    await shop.turn(2 * DAY)
    assert shop.server.held[ANN] == {HELPER}

    await shop.tier("Silver", SILVER)
    await shop.buy(ANN, "Silver", "pay_silver")
    assert shop.server.held[ANN] == {SILVER}  # who has another membership needs no consolation


async def test_at_the_end_the_roles_are_kept_to_a_date(shop: Shop) -> None:
    await shop.tier(days=10)
    await shop.terms("Gold", after=ExpiryAction.KEEP, after_until="2026-12-24")
    await shop.buy(ANN)
    christmas = MONDAY.replace(month=12, day=25, hour=0)

    await shop.turn(20 * DAY)
    assert shop.server.held[ANN] == {GOLD}
    await shop.turn(christmas - shop.moment - timedelta(minutes=1))
    assert shop.server.held[ANN] == {GOLD}
    await shop.turn(timedelta(minutes=1))
    assert shop.server.held[ANN] == set()


async def test_control_without_such_terms_the_role_is_taken(shop: Shop) -> None:
    await shop.tier(days=10)
    await shop.buy(ANN)

    await shop.turn(10 * DAY)

    assert shop.server.held[ANN] == set()


async def test_the_status_tells_how_everything_goes_on(shop: Shop) -> None:
    order = await subscribed(shop)
    card = status_cards.status(EN, await shop.service.status(GUILD, ANN))

    told = shown(card)
    assert "Renews on" in told and "$15.00" in told
    assert f"order {order.id}" in told
    assert "nothing reminds you" in told
    assert [action.partition(":")[0] for action in actions(card)] == [
        "membership.options",
        "membership.stop",
        "membership.portal",
        "membership.remind",
    ]


async def test_the_status_of_what_was_given(shop: Shop) -> None:
    await shop.tier()
    trial = await shop.price("Gold", "0", days=7, way=BillingKind.TRIAL)
    await shop.service.buy(GUILD, ANN, "Gold", str(trial.id))

    told = shown(status_cards.status(EN, await shop.service.status(GUILD, ANN)))

    assert "A trial" in told and "ends then by itself" in told
    assert "no membership here" in shown(status_cards.status(EN, await shop.service.status(GUILD, BOB)))


async def test_revoked_by_staff_a_subscription_takes_no_more_money(shop: Shop) -> None:
    order = await subscribed(shop)
    await shop.service.access_admin.revoke(GUILD, ANN, "Gold", "a reason", Staff(OLIVIA, True))
    await shop.worker.run_due()

    assert shop.provider.subscriptions[order.ref or ""].phase is Phase.ENDING
    assert order.price == Money(1500, "USD")


@pytest.mark.parametrize("name", ["subscription.ending", "subscription.ended"])
async def test_killed_while_a_subscription_is_ended_it_is_ended(shop: Shop, name: str) -> None:
    order = await subscribed(shop)

    with killed_at(name):
        if name == "subscription.ending":
            with pytest.raises(Killed):
                await shop.service.renewals.stop(GUILD, ANN, order.id, None)
        else:
            await shop.service.refunds.ask(GUILD, str(order.id), OLIVIA, "asked for it")
            await shop.worker.run_due()
    await shop.worker.recover()
    await shop.patience()
    await shop.news(order)

    assert (await shop.look(order)).phase is Phase.ENDING
    assert shop.server.held[ANN] == ({GOLD} if name == "subscription.ending" else set())
    assert await shop.stuck() == []
