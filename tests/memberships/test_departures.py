"""Whoever leaves, is kicked or banned: what becomes of the subscription that they pay, and that staff know."""

from __future__ import annotations

import pytest

from bot.memberships.changes import status_cards
from bot.memberships.departures import cards as departure_cards
from bot.memberships.departures.departure import Cause
from bot.memberships.model import BillingKind, OrderStatus, Search
from bot.payments.port import Phase
from tests.memberships.leaving import EN, SOON, back, gone, log, outcome, subscribed, told
from tests.memberships.shop import (
    ANN,
    CID,
    DAY,
    GUILD,
    Shop,
    actions,
    killed_at,
    shown,
)


@pytest.mark.parametrize("cause", list(Cause))
async def test_who_is_gone_is_not_charged_again_and_staff_are_told_once(shop: Shop, cause: Cause) -> None:
    order = await subscribed(shop)

    await gone(shop, cause)

    assert (await shop.look(order)).phase is Phase.ENDING
    [card] = told(shop)
    words = {Cause.LEAVE: "left the server", Cause.KICK: "was kicked", Cause.BAN: "was banned"}[cause]
    assert words in shown(card) and f"<@{ANN}>" in shown(card) and "$15.00" in shown(card)
    assert "nothing more is charged" in shown(card)
    assert await log(shop, "subscription.stopped") == [(0, cause.value)]
    assert len(await log(shop, f"departure.{cause}")) == 1


async def test_control_who_stays_is_charged_on(shop: Shop) -> None:
    order = await subscribed(shop)

    await shop.service.role_audit.schedule([GUILD])
    await shop.turn(SOON)

    assert (await shop.look(order)).phase is Phase.ACTIVE
    assert shop.server.posts == {}


@pytest.mark.parametrize(
    "events",
    [
        (Cause.LEAVE, Cause.BAN),
        (Cause.BAN, Cause.LEAVE),
        (Cause.LEAVE, Cause.LEAVE, Cause.BAN, Cause.BAN),
    ],
)
@pytest.mark.parametrize("sees_bans", [True, False])
async def test_one_departure_is_one_whatever_order_its_events_come_in(
    shop: Shop, events: tuple[Cause, ...], sees_bans: bool
) -> None:
    await subscribed(shop)
    shop.server.sees_bans = sees_bans

    await gone(shop, *events)
    await shop.service.role_audit.schedule([GUILD])
    await shop.turn(2 * DAY)

    [card] = told(shop)
    assert "was banned" in shown(card)


async def test_a_kick_that_the_log_tells_after_the_leave_is_a_kick(shop: Shop) -> None:
    await subscribed(shop)

    await gone(shop, Cause.LEAVE, Cause.KICK)

    [card] = told(shop)
    assert "was kicked" in shown(card)


async def test_a_ban_that_no_event_told_is_looked_up(shop: Shop) -> None:
    await subscribed(shop)
    shop.server.bans.add(ANN)

    await gone(shop, Cause.LEAVE)

    assert "was banned" in shown(told(shop)[0])


async def test_who_was_banned_while_lyceum_was_off_does_not_pay_on_and_staff_know(shop: Shop) -> None:
    order = await subscribed(shop)
    del shop.server.held[ANN]

    await shop.service.role_audit.schedule([GUILD])
    await shop.turn(3 * DAY)  # three audits

    assert (await shop.look(order)).phase is Phase.ENDING
    assert len(told(shop)) == 1


async def test_who_is_back_at_once_has_never_left(shop: Shop) -> None:
    order = await subscribed(shop)
    await shop.service.departures.heard(GUILD, ANN, Cause.LEAVE)
    await back(shop)

    await shop.turn(SOON)

    assert (await shop.look(order)).phase is Phase.ACTIVE
    assert told(shop) == []


async def test_who_is_back_unseen_has_never_left(shop: Shop) -> None:
    """The return is told to nobody; Discord is asked once more before anything is decided."""
    order = await subscribed(shop)
    await shop.service.departures.heard(GUILD, ANN, Cause.LEAVE)

    await shop.turn(SOON)

    assert (await shop.look(order)).phase is Phase.ACTIVE
    assert told(shop) == []


async def test_who_comes_back_in_time_can_keep_it_and_the_status_says_so(shop: Shop) -> None:
    order = await subscribed(shop)
    await gone(shop, Cause.LEAVE)
    await back(shop)

    card = status_cards.status(EN, await shop.service.status(GUILD, ANN))
    assert "You had left the server" in shown(card)
    assert f"membership.keep:{order.id}" in actions(card)
    await shop.service.renewals.keep(GUILD, ANN, order.id)
    await shop.service.role_audit.schedule([GUILD])
    await shop.turn(2 * DAY)

    assert (await shop.look(order)).phase is Phase.ACTIVE
    await shop.service.renewals.stop(GUILD, ANN, order.id, None)  # her own wish this time
    await shop.worker.run_due()
    assert "You had left" not in shown(status_cards.status(EN, await shop.service.status(GUILD, ANN)))


async def test_leaving_again_is_another_departure(shop: Shop) -> None:
    order = await subscribed(shop)
    await gone(shop, Cause.LEAVE)
    await back(shop)
    await shop.service.renewals.keep(GUILD, ANN, order.id)

    await gone(shop, Cause.KICK)

    assert (await shop.look(order)).phase is Phase.ENDING
    assert len(told(shop)) == 2


async def test_a_return_that_nobody_saw_does_not_hide_the_next_departure(shop: Shop) -> None:
    order = await subscribed(shop)
    await gone(shop, Cause.LEAVE)
    await shop.turn(DAY)
    await shop.provider.set_ending(order.ref or "", False)  # on the provider's own page
    await shop.news(order)

    await gone(shop, Cause.LEAVE)

    assert (await shop.look(order)).phase is Phase.ENDING
    assert len(told(shop)) == 2


async def test_a_subscription_that_is_paid_after_the_departure_is_found(shop: Shop) -> None:
    await subscribed(shop)
    await shop.tier("Silver", 51)
    silver = await shop.price("Silver", "9", months=1, way=BillingKind.RECURRING)
    pending = (await shop.bill(ANN, "Silver", silver)).order
    await gone(shop, Cause.LEAVE)
    shop.provider.take(pending, pending.ref or "", pending.price, shop.now())
    await shop.phase(pending, Phase.ACTIVE)

    await shop.service.role_audit.schedule([GUILD])
    await shop.turn(SOON)

    assert (await shop.look(pending)).phase is Phase.ENDING
    assert ["Silver" in shown(card) for card in told(shop)] == [False, True]


async def test_an_open_link_of_somebody_banned_is_closed(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order(ANN)

    await gone(shop, Cause.BAN)

    assert (await shop.look(order)).state is OrderStatus.CANCELLED
    assert told(shop) == []


async def test_control_who_leaves_may_still_pay_what_they_ordered(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order(ANN)

    await gone(shop, Cause.LEAVE)

    assert (await shop.look(order)).state is OrderStatus.PENDING


async def test_nothing_is_kept_of_a_stranger_who_leaves(shop: Shop) -> None:
    await subscribed(shop)

    await gone(shop, Cause.BAN, user=CID)

    assert await shop.service.departures.watched(GUILD) == {ANN}
    assert told(shop) == []


async def test_while_the_bank_is_away_the_end_waits_and_staff_know_meanwhile(shop: Shop) -> None:
    order = await subscribed(shop)
    shop.provider.away = True
    await gone(shop, Cause.BAN)
    assert "I am turning its renewal off" in shown(told(shop)[0])

    shop.provider.away = False
    await shop.patience()

    assert (await shop.look(order)).phase is Phase.ENDING
    assert len(told(shop)) == 1


async def test_a_provider_that_is_off_puts_the_order_on_the_owner_s_list(shop: Shop) -> None:
    order = await subscribed(shop)
    provider = shop.providers.pop("bank")
    await gone(shop, Cause.BAN)

    [waiting] = (await shop.service.backoffice.listing(GUILD, Search())).waiting
    assert waiting.order is not None
    assert (waiting.order.id, waiting.finding) == (order.id, "provider-off")

    shop.providers["bank"] = provider
    await shop.patience()
    assert (await shop.look(order)).phase is Phase.ENDING


async def test_killed_while_it_is_ended_it_is_ended_once(shop: Shop) -> None:
    order = await subscribed(shop)
    with killed_at("subscription.ended"):
        await gone(shop, Cause.BAN)
    await shop.worker.recover()

    await shop.patience()
    await shop.turn(SOON)

    assert (await shop.look(order)).phase is Phase.ENDING
    assert len(told(shop)) == 1
    assert await shop.stuck() == []


async def test_the_payer_is_written_to_only_if_they_allowed_it(shop: Shop) -> None:
    await subscribed(shop)

    await gone(shop, Cause.LEAVE)

    assert await outcome(shop, "departure.note") == ["not_allowed"]


async def test_what_the_payer_reads(shop: Shop) -> None:
    order = await subscribed(shop)
    await gone(shop, Cause.LEAVE)
    notice = int(actions(told(shop)[0])[-1].partition(":")[2])
    [one] = (await shop.service.departure_notices.read(GUILD, notice)).subscriptions

    words = shown(departure_cards.note(EN, one, shop.service.receipts.link(order)))

    assert "nothing more is charged" in words and "/membership cancel" in words and "Receipt" in words


async def test_whom_discord_does_not_reach_is_recorded(shop: Shop) -> None:
    await subscribed(shop)
    await shop.service.reminders.choose(GUILD, ANN, True)

    await gone(shop, Cause.LEAVE)

    assert await outcome(shop, "departure.note") == ["gone"]
