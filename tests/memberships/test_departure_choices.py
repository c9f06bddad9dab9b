"""What staff and settings decide about the subscription of somebody who left, and what they cannot."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import UserError
from bot.memberships.access.access_admin import Staff
from bot.memberships.departures import cards as departure_cards
from bot.memberships.departures.departure import Cause
from bot.payments.port import Phase
from bot.settings import MembershipSettings
from tests.memberships.leaving import EN, back, gone, log, subscribed, told
from tests.memberships.shop import (
    ANN,
    BOB,
    DAY,
    GUILD,
    OLIVIA,
    Shop,
    actions,
    opened,
    shown,
)


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
    assert "What should happen to it?" in shown(card)
    assert (await asking.look(order)).phase is Phase.ACTIVE
    assert [action.partition(":")[0] for action in actions(card)] == [
        "departure.stop",
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


def test_unless_an_owner_says_otherwise_nobody_is_charged_for_what_they_cannot_reach() -> None:
    told = MembershipSettings()

    assert (told.leave, told.kick, told.ban) == ("end", "end", "end")


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
