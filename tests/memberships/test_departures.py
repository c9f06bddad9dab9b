"""Whoever leaves, is kicked or banned: what becomes of the subscription that they pay, and that staff know."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.audit.tables import audit
from bot.cards import Card
from bot.errors import UserError
from bot.i18n import Catalog
from bot.memberships.access.access_admin import Staff
from bot.memberships.changes import status_cards
from bot.memberships.departures import cards as departure_cards
from bot.memberships.departures.departure import Cause
from bot.memberships.model import BillingKind, Order, OrderStatus, Search
from bot.outbox.tables import outbox
from bot.payments.port import Phase
from tests.memberships.shop import (
    ANN,
    BOB,
    CID,
    DAY,
    GUILD,
    OLIVIA,
    Shop,
    actions,
    killed_at,
    opened,
    shown,
)

EN = Catalog("en", ZoneInfo("UTC")).of("en-US")
SOON = timedelta(minutes=5)


async def subscribed(shop: Shop) -> Order:
    """Ann pays 15 dollars a month for Gold."""
    await shop.tier()
    return await shop.subscribe(
        ANN, "Gold", await shop.price("Gold", "15", months=1, way=BillingKind.RECURRING)
    )


async def gone(shop: Shop, *causes: Cause, user: int = ANN) -> None:
    """The person is not in the server any more, and Discord tells it like this; then all that follows is done."""
    shop.server.held.pop(user, None)
    if Cause.BAN in causes:
        shop.server.bans.add(user)
    for cause in causes:
        await shop.service.departures.heard(GUILD, user, cause)
    await shop.turn(SOON)


async def back(shop: Shop, user: int = ANN) -> None:
    shop.server.held[user] = set()
    shop.server.bans.discard(user)
    await shop.service.member_joined(GUILD, user)
    await shop.worker.run_due()


def told(shop: Shop) -> list[Card]:
    """The cards in the staff channel."""
    return [card for key, card in shop.server.posts.items() if key.startswith("departure:")]


async def log(shop: Shop, what: str) -> list[tuple[int, object]]:
    """(who did it, why) of each such entry."""
    async with shop.db.read() as db:
        rows = (await db.execute(select(audit.c.actor, audit.c.detail).where(audit.c.what == what))).all()
    return [(row.actor, row.detail.get("reason")) for row in rows]


async def outcome(shop: Shop, kind: str) -> list[str]:
    async with shop.db.read() as db:
        rows = (await db.execute(select(outbox).where(outbox.c.kind == kind))).all()
    return [row.reason or row.state for row in rows]


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


@pytest.fixture
async def asking(tmp_path: Path) -> AsyncIterator[Shop]:
    """A shop that asks staff, whatever the cause."""
    words = {f"MEMBERSHIPS__{cause}": "ask" for cause in ("LEAVE", "KICK", "BAN")}
    async with opened(tmp_path, **words) as shop:
        yield shop


async def test_staff_who_are_asked_end_it_or_let_it_go_on(asking: Shop) -> None:
    order = await subscribed(asking)
    await gone(asking, Cause.BAN)
    [card] = told(asking)
    assert "What should become of it?" in shown(card)
    assert (await asking.look(order)).phase is Phase.ACTIVE
    assert [action.partition(":")[0] for action in actions(card)] == [
        "departure.end",
        "departure.keep",
        "order.refund",
        "departure.look",
    ]
    notice = int(actions(card)[-1].partition(":")[2])

    await asking.service.departures.keep_by_staff(GUILD, notice, order.id, OLIVIA)
    words = shown(departure_cards.told(EN, await asking.service.departure_notices.read(GUILD, notice)))
    assert f"<@{OLIVIA}> lets it go on" in words
    assert await log(asking, "departure.kept") == [(OLIVIA, None)]

    await asking.service.departures.end_by_staff(GUILD, notice, order.id, OLIVIA)
    await asking.worker.run_due()
    assert (await asking.look(order)).phase is Phase.ENDING
    assert await log(asking, "subscription.stopped") == [(OLIVIA, "ban")]


async def test_staff_cannot_make_anybody_pay_again(asking: Shop) -> None:
    """Only the payer lets a renewal go on that was turned off."""
    order = await subscribed(asking)
    await gone(asking, Cause.BAN)
    notice = int(actions(told(asking)[0])[-1].partition(":")[2])
    await asking.service.departures.end_by_staff(GUILD, notice, order.id, OLIVIA)
    await asking.worker.run_due()

    with pytest.raises(UserError, match="only its payer"):
        await asking.service.departures.keep_by_staff(GUILD, notice, order.id, OLIVIA)

    assert (await asking.look(order)).phase is Phase.ENDING


async def test_who_is_back_decides_alone(asking: Shop) -> None:
    order = await subscribed(asking)
    await gone(asking, Cause.KICK)
    notice = int(actions(told(asking)[0])[-1].partition(":")[2])
    await back(asking)

    with pytest.raises(UserError, match="theirs to end or keep"):
        await asking.service.departures.end_by_staff(GUILD, notice, order.id, OLIVIA)

    words = shown(departure_cards.told(EN, await asking.service.departure_notices.read(GUILD, notice)))
    assert "End the renewal" not in words


async def test_a_setting_may_keep_it_and_staff_are_told_all_the_same(tmp_path: Path) -> None:
    async with opened(tmp_path, MEMBERSHIPS__LEAVE="keep") as shop:
        order = await subscribed(shop)

        await gone(shop, Cause.LEAVE)

        assert (await shop.look(order)).phase is Phase.ACTIVE
        assert "as the settings say" in shown(told(shop)[0])
        assert "End the renewal" in shown(told(shop)[0])


async def test_a_later_ban_is_judged_by_its_own_setting(tmp_path: Path) -> None:
    async with opened(tmp_path, MEMBERSHIPS__LEAVE="keep") as shop:
        order = await subscribed(shop)
        await gone(shop, Cause.LEAVE)
        await shop.turn(5 * DAY)

        await gone(shop, Cause.BAN)

        assert (await shop.look(order)).phase is Phase.ENDING
        assert len(told(shop)) == 2


async def test_when_one_pays_and_another_has_it_staff_are_asked(shop: Shop) -> None:
    """An old account whose membership was handed to a new one is often the one that is banned."""
    order = await subscribed(shop)
    await shop.service.access_admin.transfer(GUILD, ANN, BOB, "a new account", Staff(OLIVIA, True))
    await shop.worker.run_due()

    await gone(shop, Cause.BAN)

    assert (await shop.look(order)).phase is Phase.ACTIVE
    assert f"<@{ANN}> pays for it, and <@{BOB}> has it" in shown(told(shop)[0])

    await gone(shop, Cause.BAN, user=BOB)
    assert len(told(shop)) == 2
