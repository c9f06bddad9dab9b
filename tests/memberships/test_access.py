"""Roles: given when wanted, taken only if Lyceum gave them, and never lost in silence."""

from __future__ import annotations

from datetime import timedelta

from bot.memberships.model import OrderStatus
from tests.memberships.shop import ANN, DAY, GOLD, GUILD, HELPER, OLIVIA, Shop


async def test_two_tiers_with_one_role_the_refund_of_one_keeps_it(shop: Shop) -> None:
    await shop.tier("Gold", GOLD)
    await shop.tier("Golden", GOLD)
    first = await shop.buy(ANN, "Gold", "pay_1")
    second = await shop.buy(ANN, "Golden", "pay_2")

    await shop.service.refunds.ask(GUILD, str(first.id), OLIVIA, "asked")
    await shop.worker.run_due()
    assert shop.server.held[ANN] == {GOLD}

    await shop.service.refunds.ask(GUILD, str(second.id), OLIVIA, "asked")
    await shop.worker.run_due()
    assert shop.server.held[ANN] == set()


async def test_roles_given_by_hand_are_never_taken(shop: Shop) -> None:
    await shop.tier(days=30)
    shop.server.held[ANN] |= {GOLD, HELPER}

    await shop.buy(ANN)
    await shop.turn(31 * DAY)

    assert shop.server.held[ANN] == {GOLD, HELPER}
    assert shop.server.calls == []


async def test_control_the_same_role_given_by_lyceum_is_taken(shop: Shop) -> None:
    await shop.tier(days=30)

    await shop.buy(ANN)
    await shop.turn(31 * DAY)

    assert shop.server.calls == [("add", ANN, GOLD), ("remove", ANN, GOLD)]


async def test_a_role_that_may_not_be_given_waits_and_comes_by_itself(shop: Shop) -> None:
    await shop.tier()
    shop.server.forbidden.add(GOLD)
    order = await shop.buy(ANN)
    assert order.state is OrderStatus.PAID
    assert await shop.stuck() == ["role.sync"]

    shop.server.forbidden.clear()
    await shop.service.roles_changed(GUILD)
    await shop.worker.run_due()

    assert shop.server.held[ANN] == {GOLD}
    assert await shop.stuck() == []


async def test_a_role_that_may_not_be_taken_stays_on_the_list(shop: Shop) -> None:
    """Polar swallows the 403, marks the benefit revoked and forgets it: then the access leaks for ever."""
    await shop.tier(days=30)
    await shop.buy(ANN)
    shop.server.forbidden.add(GOLD)
    await shop.turn(31 * DAY)
    assert shop.server.held[ANN] == {GOLD}
    assert await shop.stuck() == ["role.sync"]

    shop.server.forbidden.clear()
    await shop.patience()

    assert shop.server.held[ANN] == set()


async def test_discord_failing_for_a_while_delays_and_loses_nothing(shop: Shop) -> None:
    await shop.tier()
    shop.server.failures = 3

    await shop.buy(ANN)
    for _ in range(3):
        await shop.patience()

    assert shop.server.held[ANN] == {GOLD}


async def test_who_left_finds_the_role_again_on_return(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order(ANN)
    del shop.server.held[ANN]
    await shop.settle(shop.paid(order))
    await shop.worker.run_due()
    assert await shop.stuck() == ["order.deliver"]  # the owner sees that what was paid reaches nobody

    shop.server.held[ANN] = set()
    await shop.service.member_joined(GUILD, ANN)
    await shop.worker.run_due()

    assert shop.server.held[ANN] == {GOLD}
    await shop.patience()
    assert await shop.stuck() == []


async def test_who_returns_after_the_end_gets_nothing(shop: Shop) -> None:
    await shop.tier(days=30)
    await shop.buy(ANN)
    del shop.server.held[ANN]
    await shop.turn(31 * DAY)

    shop.server.held[ANN] = set()
    await shop.service.member_joined(GUILD, ANN)
    await shop.worker.run_due()

    assert shop.server.held[ANN] == set()
    assert (await shop.rows())["grant"] == 0


async def test_a_role_made_dangerous_later_is_not_given(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order(ANN)
    shop.server.role(GOLD, "Gold", 2, dangerous=("administrator",))

    await shop.settle(shop.paid(order))
    await shop.worker.run_due()

    assert shop.server.held[ANN] == set()
    assert sorted(await shop.stuck()) == ["order.deliver", "role.sync"]


async def test_a_deleted_role_leaves_the_right_and_asks_the_owner(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order(ANN)
    del shop.server.all_roles[GOLD]

    await shop.settle(shop.paid(order))
    await shop.worker.run_due()

    assert [state for state, _, _ in await shop.held_entitlements()] == ["live"]
    assert sorted(await shop.stuck()) == ["order.deliver", "role.sync"]


async def test_one_role_that_cannot_be_given_does_not_hold_up_another(shop: Shop) -> None:
    await shop.tier("Gold", GOLD)
    await shop.tier("Helper", HELPER)
    gold = await shop.order(ANN, "Gold")
    shop.server.role(GOLD, "Gold", 11)  # dragged above Lyceum's own
    await shop.settle(shop.paid(gold, "pay_1"))

    await shop.buy(ANN, "Helper", "pay_2")

    assert shop.server.held[ANN] == {HELPER}


async def test_the_pay_card_follows_its_order(shop: Shop) -> None:
    await shop.tier(days=30)
    order = await shop.order(ANN)
    await shop.service.pay_cards.remember(order, "token", "en-US")

    await shop.settle(shop.paid(order))
    await shop.worker.run_due()
    assert ["Active until" in str(edit) for edit in shop.server.edits] == [True]

    await shop.service.refunds.ask(GUILD, str(order.id), OLIVIA, "asked")
    await shop.worker.run_due()
    assert "given back" in str(shop.server.edits[-1])


async def test_the_pay_card_does_not_promise_a_role_that_is_not_there(shop: Shop) -> None:
    await shop.tier()
    shop.server.forbidden.add(GOLD)
    order = await shop.order(ANN)
    await shop.service.pay_cards.remember(order, "token", "en-US")

    await shop.settle(shop.paid(order))
    await shop.worker.run_due()

    assert "on its way" in str(shop.server.edits[-1])


async def test_tokens_are_stored_sealed_and_dropped(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order(ANN)
    await shop.service.pay_cards.remember(order, "very-secret-token", "en-US")

    files = [path.read_bytes() for path in shop.db.path.parent.iterdir() if path.is_file()]

    assert not any(b"very-secret-token" in content for content in files)
    assert (shop.core.settings.folder / "answers.key").stat().st_mode & 0o777 == 0o600


async def test_an_explanation_names_role_reason_end_and_source(shop: Shop) -> None:
    await shop.tier(days=30)
    order = await shop.buy(ANN)
    shop.server.held[ANN].add(HELPER)
    await shop.turn(timedelta(days=1))

    told = await shop.service.explain(GUILD, ANN)

    [entitlement] = told.held_entitlements
    assert (entitlement.tier.terms.roles, entitlement.order_id) == ((GOLD,), order.id)
    assert told.wanted == told.ours == {GOLD}
    assert told.held == frozenset({GOLD, HELPER})
