"""Whom Lyceum never removes at the end of a membership."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bot.memberships.access.store import overrides
from bot.memberships.access.wanted_roles import Override
from bot.memberships.changes import status_cards
from bot.memberships.model import Order
from bot.payments.port import Fact, FactKind
from tests.memberships.removing import EN, MAX, bought, for_sale, log
from tests.memberships.shop import (
    ANN,
    BOB,
    BOSS,
    DAY,
    GUILD,
    HELPER,
    OLIVIA,
    SILVER,
    Shop,
    shown,
)


async def another_membership(shop: Shop) -> None:
    await shop.tier("Silver", SILVER, days=90)
    await shop.buy(ANN, "Silver", "pay_silver")


async def bought_again(shop: Shop) -> None:
    await shop.turn(20 * DAY)
    await shop.buy(ANN, "Gold", "pay_again")


async def kept_roles(shop: Shop) -> None:
    await shop.tier("Silver", SILVER, days=10)
    await shop.terms("Silver", after_role=HELPER)
    await shop.buy(ANN, "Silver", "pay_silver")


async def granted(shop: Shop) -> None:
    await shop.tier("Silver", SILVER)
    await shop.service.access_admin.grant(GUILD, ANN, "Silver", "60", "helped a lot", MAX)


async def given_access(shop: Shop) -> None:
    async with shop.db.write() as tx:
        await overrides.add(tx, GUILD, ANN, Override(HELPER, True, None, "helps", 1, OLIVIA), shop.now())


async def moderates(shop: Shop) -> None:
    shop.server.role(HELPER, "Helper", 3, dangerous=("manage_messages",))
    shop.server.held[ANN].add(HELPER)


async def moderates_one_channel(shop: Shop) -> None:
    shop.server.powers[ANN] = ("manage_messages (#help)",)


async def stands_above(shop: Shop) -> None:
    shop.server.held[ANN].add(BOSS)


@pytest.mark.parametrize(
    ("spared", "why"),
    [
        (another_membership, "another membership"),
        (kept_roles, "another membership"),
        (granted, "another membership"),
        (given_access, "another membership"),
        (moderates, "staff"),
        (moderates_one_channel, "staff"),
        (stands_above, "a role above Lyceum's"),
    ],
)
async def test_who_is_spared(shop: Shop, spared: Callable[[Shop], Awaitable[None]], why: str) -> None:
    await bought(shop)
    await spared(shop)

    await shop.turn(31 * DAY)

    assert shop.server.kicked == []
    assert [key for key in shop.server.letters if key.startswith("removal:")] == []
    assert await log(shop, "departure.spared") == [why]


async def test_days_that_were_bought_ahead_come_first(shop: Shop) -> None:
    await bought(shop)
    await bought_again(shop)

    await shop.turn(39 * DAY)
    assert shop.server.kicked == []
    await shop.turn(2 * DAY)

    assert shop.server.kicked == [ANN]


async def test_the_owner_is_never_removed(shop: Shop) -> None:
    await bought(shop, OLIVIA)

    await shop.turn(31 * DAY)

    assert shop.server.kicked == []


async def test_whoever_came_in_anew_after_the_end_may_stay(shop: Shop) -> None:
    await bought(shop)
    shop.server.kicks_allowed = False
    await shop.turn(31 * DAY)
    shop.server.joined[ANN] = shop.now()
    shop.server.kicks_allowed = True
    await shop.service.roles_changed(GUILD)
    await shop.patience()

    assert shop.server.kicked == []
    assert await log(shop, "departure.spared") == ["came after the end"]


async def test_what_staff_gave_removes_nobody(shop: Shop) -> None:
    """Else a moderator who may not kick could: give for a day, and wait."""
    await for_sale(shop)
    await shop.service.access_admin.grant(GUILD, BOB, "Gold", "1", "a present", MAX)

    await shop.turn(3 * DAY)

    assert shop.server.kicked == []
    assert "You will be removed from this server" not in shown(
        status_cards.status(EN, await shop.service.status(GUILD, BOB))
    )


async def test_what_was_handed_over_removes_nobody(shop: Shop) -> None:
    await bought(shop)
    await shop.service.access_admin.transfer(GUILD, ANN, BOB, "a new account", MAX)

    await shop.turn(31 * DAY)

    assert shop.server.kicked == []


async def refund(shop: Shop, order: Order) -> None:
    await shop.service.refunds.ask(GUILD, str(order.id), OLIVIA, "asked for it")
    await shop.worker.run_due()


async def revoke(shop: Shop, _order: Order) -> None:
    await shop.service.access_admin.revoke(GUILD, ANN, "Gold", "spam", MAX)


async def dispute(shop: Shop, order: Order) -> None:
    [paid] = shop.provider.known[order.ref or ""]
    await shop.settle(_about(paid, FactKind.DISPUTED))


async def lose(shop: Shop, order: Order) -> None:
    await dispute(shop, order)
    [paid, *_] = shop.provider.known[order.ref or ""]
    await shop.settle(_about(paid, FactKind.DISPUTE_LOST))


def _about(paid: Fact, kind: FactKind) -> Fact:
    return replace(paid, kind=kind, object_id="dp_1", payment_id=paid.object_id)


@pytest.mark.parametrize("early", [refund, revoke, dispute, lose])
async def test_only_the_regular_end_removes(
    shop: Shop, early: Callable[[Shop, Order], Awaitable[None]]
) -> None:
    order = await bought(shop)
    await shop.turn(10 * DAY)

    await early(shop, order)
    await shop.turn(40 * DAY)

    assert shop.server.kicked == []
