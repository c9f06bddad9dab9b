"""After one refusal by Discord nothing is tried in vain, the owner hears of it once, and all of it heals."""

from __future__ import annotations

import pytest

from bot.memberships.access.access_admin import Staff
from bot.memberships.model import EntitlementStatus
from tests.memberships.shop import ANN, GOLD, GUILD, HELPER, OLIVIA, SILVER, Shop

OWNER = Staff(OLIVIA, owner=True)


async def sold_to(shop: Shop, count: int) -> None:
    """So many people have Gold, and nobody was given the role yet."""
    await shop.tier()
    for user in range(100, 100 + count):
        shop.server.held[user] = set()
        await shop.service.access_admin.grant(GUILD, user, "Gold", "30", "a present", OWNER)


@pytest.mark.parametrize("members", [60, pytest.param(500, marks=pytest.mark.thorough)])
async def test_one_refusal_speaks_for_all_members(shop: Shop, members: int) -> None:
    await sold_to(shop, members)
    shop.server.forbidden.add(GOLD)

    await shop.worker.run_due()

    assert len(shop.server.calls) <= 16, "as many as were on their way at once"
    assert await shop.stuck() == ["role.sync"] * members
    assert len(shop.server.posts) == 1


async def test_it_goes_on_when_roles_change(shop: Shop) -> None:
    await sold_to(shop, 20)
    shop.server.forbidden.add(GOLD)
    await shop.worker.run_due()

    shop.server.forbidden.clear()
    await shop.service.roles_changed(GUILD)
    await shop.worker.run_due()

    assert await shop.stuck() == []
    assert all(shop.server.held[user] == {GOLD} for user in range(100, 120))


async def test_the_hourly_try_is_one_call_and_frees_all_when_it_succeeds(shop: Shop) -> None:
    await sold_to(shop, 20)
    shop.server.forbidden.add(GOLD)
    await shop.worker.run_due()
    before = len(shop.server.calls)

    await shop.patience()
    assert len(shop.server.calls) == before + 1
    shop.server.forbidden.clear()
    await shop.patience()

    assert all(shop.server.held[user] == {GOLD} for user in range(100, 120))
    assert len(shop.server.posts) == 1, "one refusal, one card"


async def test_a_second_refusal_later_is_told_again(shop: Shop) -> None:
    await sold_to(shop, 1)
    for _ in range(2):
        shop.server.forbidden.add(GOLD)
        shop.server.held[100].clear()
        async with shop.db.write() as tx:
            await shop.queue.enqueue(tx, "role.sync", GUILD, "100")
        await shop.worker.run_due()
        shop.server.forbidden.clear()
        await shop.service.roles_changed(GUILD)
        await shop.worker.run_due()
        shop.moment = shop.moment.replace(hour=shop.moment.hour + 1)

    assert len(shop.server.posts) == 2


async def test_other_servers_go_on(shop: Shop) -> None:
    async with shop.db.write() as tx:
        from bot.memberships.access.store import breaker

        await breaker.open_(tx, 8, GOLD, shop.moment, shop.moment.replace(year=2030))

    await shop.tier()
    await shop.buy(ANN)

    assert shop.server.held[ANN] == {GOLD}


async def test_a_refusal_to_take_is_not_taken_for_done(shop: Shop) -> None:
    await shop.tier()
    await shop.service.access_admin.grant(GUILD, ANN, "Gold", "30", "a present", OWNER)
    await shop.worker.run_due()
    shop.server.forbidden.add(GOLD)

    await shop.service.access_admin.revoke(GUILD, ANN, "Gold", "a mistake", OWNER)
    await shop.worker.run_due()
    assert shop.server.held[ANN] == {GOLD}
    assert (await shop.rows())["grant"] == 1
    shop.server.forbidden.clear()
    await shop.service.roles_changed(GUILD)
    await shop.worker.run_due()

    assert shop.server.held[ANN] == set()
    assert [entitlement[0] for entitlement in await shop.held_entitlements()] == [EntitlementStatus.REVOKED]
    assert {HELPER, SILVER}.isdisjoint(shop.server.held[ANN])
