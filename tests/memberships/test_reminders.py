"""Reminders: only to who asked, each once or recorded with the reason, also when Lyceum dies or was away."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.cards import Accent
from bot.i18n import Catalog
from bot.memberships.access.store import entitlements
from bot.memberships.changes import status_cards
from bot.memberships.model import BillingKind, EntitlementStatus, Order
from bot.payments.port import Phase
from tests.memberships.shop import ANN, BOB, DAY, GOLD, GUILD, MONDAY, Killed, Shop, killed_at, shown

EN = Catalog("en", ZoneInfo("UTC")).of("en-US")


async def month(shop: Shop, *, allowed: bool = True, **terms: object) -> Order:
    """Ann has Gold for 30 days."""
    await shop.tier(days=30)
    if terms:
        await shop.terms("Gold", **terms)
    await shop.service.reminders.choose(GUILD, ANN, allowed)
    return await shop.buy(ANN)


async def test_a_week_and_a_day_before_the_end_and_when_it_is_over(shop: Shop) -> None:
    await month(shop)

    await shop.turn(23 * DAY - timedelta(seconds=1))
    assert shop.said() == []
    await shop.turn(timedelta(seconds=1))
    assert len(shop.said()) == 1
    await shop.turn(40 * DAY)

    assert await shop.notices() == [("before:7", "sent"), ("before:1", "sent"), ("over", "sent")]
    assert [title.split(" <")[0] for title in shop.said()] == [
        "### Gold ends",
        "### Gold ends",
        "### Gold is over",
    ]


async def test_grace_has_a_word_at_its_beginning_and_a_day_before_its_end(shop: Shop) -> None:
    await month(shop, grace_days=5)

    await shop.turn(30 * DAY)
    assert (await shop.notices())[-1] == ("grace", "sent")
    await shop.turn(4 * DAY)
    assert (await shop.notices())[-1] == ("last", "sent")
    assert shop.server.held[ANN] == {GOLD}
    await shop.turn(1 * DAY)

    assert (await shop.notices())[-1] == ("over", "sent")
    assert "days of grace" in shop.said()[2] and "last day of grace" in shop.said()[3]


async def test_a_grace_of_one_day_has_one_word(shop: Shop) -> None:
    await month(shop, grace_days=1)

    await shop.turn(40 * DAY)

    assert [what for what, _ in await shop.notices()] == ["before:7", "before:1", "grace", "over"]


async def test_nobody_is_written_to_who_did_not_ask(shop: Shop) -> None:
    await month(shop, allowed=False)

    await shop.turn(40 * DAY)

    assert shop.said() == []
    assert {state for _, state in await shop.notices()} == {"not_allowed"}


async def test_who_did_not_ask_sees_it_in_the_status(shop: Shop) -> None:
    await month(shop, allowed=False)
    await shop.turn(24 * DAY)

    card = status_cards.status(EN, await shop.service.status(GUILD, ANN))
    assert "nothing reminds you" in shown(card)
    assert "Remind me" in shown(card)
    assert card.accent is Accent.WARN  # it ends within the week

    assert await shop.service.reminders.toggle(GUILD, ANN) is True
    assert "I remind you" in shown(status_cards.status(EN, await shop.service.status(GUILD, ANN)))
    assert await shop.service.reminders.toggle(GUILD, ANN) is False


async def test_the_choice_counts_at_the_moment_of_sending(shop: Shop) -> None:
    await month(shop)
    await shop.turn(24 * DAY)

    await shop.service.reminders.choose(GUILD, ANN, False)
    await shop.turn(10 * DAY)

    assert await shop.notices() == [
        ("before:7", "sent"),
        ("before:1", "not_allowed"),
        ("over", "not_allowed"),
    ]
    assert len(shop.said()) == 1


async def test_a_closed_door_is_recorded_and_not_tried_for_ever(shop: Shop) -> None:
    await month(shop)
    shop.server.closed.add(ANN)

    await shop.turn(40 * DAY)

    assert {state for _, state in await shop.notices()} == {"closed"}
    assert await shop.stuck() == []


async def test_who_left_is_recorded_as_gone(shop: Shop) -> None:
    await month(shop)
    del shop.server.held[ANN]

    await shop.turn(24 * DAY)

    assert await shop.notices() == [("before:7", "gone")]


async def test_who_buys_more_is_not_told_that_it_ends(shop: Shop) -> None:
    await month(shop)
    await shop.turn(20 * DAY)
    await shop.buy(ANN, id_="pay_2")

    await shop.turn(20 * DAY)
    assert shop.said() == []
    await shop.turn(13 * DAY)

    assert await shop.notices() == [("before:7", "sent")]


async def test_after_a_long_absence_only_the_latest_is_sent(shop: Shop) -> None:
    await month(shop)
    shop.moment += 35 * DAY

    await shop.worker.run_due()

    assert len(shop.said()) == 1
    assert sorted(await shop.notices()) == [("before:1", "late"), ("before:7", "late"), ("over", "sent")]


async def test_what_fell_due_while_away_is_on_record_though_the_end_is_settled_first(shop: Shop) -> None:
    await month(shop)
    await shop.turn(23 * DAY)
    [told] = await shop.notices()

    shop.moment = MONDAY + 31 * DAY  # in one step, as after a long absence
    async with shop.db.write() as tx:
        [entitlement] = await entitlements.of_member(tx, GUILD, ANN)
        await entitlements.set_status(tx, entitlement, EntitlementStatus.ENDED, shop.moment)
    await shop.worker.run_due()

    assert await shop.notices() == [told, ("before:1", "late"), ("over", "sent")]


async def test_what_renews_has_no_reminder_of_an_end(shop: Shop) -> None:
    await shop.tier()
    price = await shop.price("Gold", "15", months=1, way=BillingKind.RECURRING)
    await shop.service.reminders.choose(GUILD, ANN, True)
    order = await shop.subscribe(ANN, "Gold", price)
    await shop.turn(25 * DAY)
    await shop.renew(order)
    await shop.turn(20 * DAY)

    assert await shop.notices() == []


async def test_an_unpaid_renewal_is_told_with_what_to_do(shop: Shop) -> None:
    await shop.tier()
    await shop.terms("Gold", grace_days=5)
    price = await shop.price("Gold", "15", months=1, way=BillingKind.RECURRING)
    await shop.service.reminders.choose(GUILD, ANN, True)
    order = await shop.subscribe(ANN, "Gold", price)
    await shop.turn(30 * DAY)

    await shop.phase(order, Phase.PAST_DUE)
    assert "grace" in [what for what, _ in await shop.notices()]
    [(_, card)] = shop.server.letters.values()
    assert "was not paid" in shown(card) and "/membership status says how to pay" in shown(card)
    await shop.turn(6 * DAY)

    assert [what for what, _ in await shop.notices()] == ["grace", "last", "over"]


@pytest.mark.parametrize("name", ["outbox.sending", "outbox.posted"])
async def test_killed_while_sending_it_is_sent_once(shop: Shop, name: str) -> None:
    await month(shop)
    with killed_at(name), pytest.raises((Killed, BaseExceptionGroup)):
        await shop.turn(23 * DAY)
        raise Killed("the worker's task took it")

    await shop.worker.recover()
    await shop.patience()

    assert len(shop.said()) == 1
    assert await shop.notices() == [("before:7", "sent")]


async def test_killed_while_sending_and_found_much_later_it_is_not_sent_twice(shop: Shop) -> None:
    """Discord knows a nonce for some minutes only; nobody can tell any more whether it arrived."""
    await month(shop)
    with killed_at("outbox.posted"), pytest.raises((Killed, BaseExceptionGroup)):
        await shop.turn(23 * DAY)
        raise Killed("the worker's task took it")

    shop.moment += timedelta(hours=3)
    await shop.worker.recover()
    await shop.patience()

    assert len(shop.server.letters) == 1
    assert await shop.notices() == [("before:7", "unknown")]


async def test_the_server_s_members_are_told_apart(shop: Shop) -> None:
    await month(shop)
    await shop.buy(BOB, id_="pay_bob")

    await shop.turn(24 * DAY)

    assert [user for user, _ in shop.server.letters.values()] == [ANN]
    assert shop.moment > MONDAY
