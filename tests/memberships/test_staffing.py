"""What staff do about access: grants, revoking, withholding, handing over, importing; audits and what they repair."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.clock import real_now
from bot.errors import UserError
from bot.memberships.access import cards as access_cards
from bot.memberships.access.access_admin import Staff
from bot.memberships.access.role_audit import ENOUGH, compare
from bot.memberships.model import FOREVER
from tests.memberships.changes import EN
from tests.memberships.shop import ANN, BOB, BOSS, CID, DAY, GOLD, GUILD, HELPER, OLIVIA, SILVER, Shop, shown

OWNER = Staff(OLIVIA, owner=True)
MAX = Staff(CID, owner=False)


async def test_a_grant_gives_the_role_until_its_end_and_is_no_revenue(shop: Shop) -> None:
    await shop.tier()

    entitlement = await shop.service.access_admin.grant(GUILD, ANN, "Gold", "10", "helped a lot", OWNER)
    await shop.worker.run_due()
    assert shop.server.held[ANN] == {GOLD}
    assert entitlement.ends_at == shop.moment + 10 * DAY
    await shop.turn(11 * DAY)

    assert shop.server.held[ANN] == set()
    assert await shop.balances() == {}
    assert await shop.service.paying(GUILD, shop.moment - 5 * DAY) == 0


@pytest.mark.parametrize("typed", ["gold", " GOLD ", "ｇｏｌｄ"])
async def test_what_is_granted_by_a_name_is_revoked_by_the_same(shop: Shop, typed: str) -> None:
    await shop.tier()
    await shop.service.access_admin.grant(GUILD, ANN, typed, "10", "helped a lot", OWNER)

    gone = await shop.service.access_admin.revoke(GUILD, ANN, typed, "a mistake", OWNER)
    await shop.worker.run_due()

    assert [entitlement.tier.name for entitlement in gone] == ["Gold"]
    assert shop.server.held[ANN] == set()


@pytest.mark.parametrize(
    ("until", "words"),
    [
        ("soon", "not an end that I can read"),
        ("0", "has passed"),
        ("2020-01-01", "has passed"),
        ("99999", "ten years"),
        ("2026-02-30", "not an end"),
        ("-5", "not an end"),
        ("forever", "Only the owner"),
    ],
)
async def test_a_bad_end_is_explained_and_nothing_is_given(shop: Shop, until: str, words: str) -> None:
    await shop.tier()
    shop.server.held[CID] = {BOSS}

    with pytest.raises(UserError, match=words):
        await shop.service.access_admin.grant(GUILD, ANN, "Gold", until, "why not", MAX)

    assert await shop.held_entitlements() == []


async def test_the_owner_may_give_for_ever(shop: Shop) -> None:
    await shop.tier()

    entitlement = await shop.service.access_admin.grant(GUILD, ANN, "Gold", "forever", "founder", OWNER)
    await shop.worker.run_due()
    await shop.turn(4000 * DAY)

    assert entitlement.ends_at == FOREVER
    assert shop.server.held[ANN] == {GOLD}


async def test_nobody_gives_a_role_above_their_own(shop: Shop) -> None:
    await shop.tier()
    shop.server.held[CID] = {SILVER}

    with pytest.raises(UserError, match="above yours"):
        await shop.service.access_admin.grant(GUILD, ANN, "Gold", "30", "a friend", MAX)


async def test_a_reason_is_wanted(shop: Shop) -> None:
    await shop.tier()

    with pytest.raises(UserError, match="Say why"):
        await shop.service.access_admin.grant(GUILD, ANN, "Gold", "30", " \u200b ", OWNER)


async def test_somebody_who_is_not_here_gets_a_sentence(shop: Shop) -> None:
    await shop.tier()

    with pytest.raises(UserError, match="not in the server"):
        await shop.service.access_admin.grant(GUILD, 4711, "Gold", "30", "a friend", OWNER)


async def test_revoking_ends_what_was_paid_too_and_leaves_the_money(shop: Shop) -> None:
    await shop.tier()
    order = await shop.buy()

    gone = await shop.service.access_admin.revoke(GUILD, ANN, "Gold", "spam", OWNER)
    await shop.worker.run_due()

    assert len(gone) == 1
    assert shop.server.held[ANN] == set()
    assert (await shop.look(order)).state == "paid"


async def test_a_withheld_role_rests_and_comes_back_by_itself(shop: Shop) -> None:
    await shop.tier()
    await shop.buy()

    await shop.service.access_admin.withhold(GUILD, ANN, GOLD, "3", "insults", OWNER)
    await shop.worker.run_due()
    assert shop.server.held[ANN] == set()
    await shop.turn(4 * DAY)

    assert shop.server.held[ANN] == {GOLD}


async def test_a_withheld_role_can_be_released_early(shop: Shop) -> None:
    await shop.tier()
    await shop.buy()
    await shop.service.access_admin.withhold(GUILD, ANN, GOLD, "3", "insults", OWNER)
    await shop.worker.run_due()

    await shop.service.access_admin.release(GUILD, ANN, GOLD, OWNER)
    await shop.worker.run_due()

    assert shop.server.held[ANN] == {GOLD}
    with pytest.raises(UserError, match="withheld"):
        await shop.service.access_admin.release(GUILD, ANN, GOLD, OWNER)


async def test_handing_over_moves_the_role_and_later_refunds_follow(shop: Shop) -> None:
    await shop.tier()
    order = await shop.buy()

    await shop.service.access_admin.transfer(GUILD, ANN, BOB, "lost the account", OWNER)
    await shop.worker.run_due()
    assert (shop.server.held[ANN], shop.server.held[BOB]) == (set(), {GOLD})
    await shop.service.refunds.ask(GUILD, str(order.id), OLIVIA, "asked for")
    await shop.worker.run_due()

    assert shop.server.held[BOB] == set()


async def test_import_takes_over_who_holds_the_role_and_ends_it_at_the_end(shop: Shop) -> None:
    await shop.tier()
    shop.server.held[ANN] = {GOLD}
    shop.server.held[BOB] = {GOLD, HELPER}

    _, count, _ = await shop.service.access_admin.preview(GUILD, "Gold", "20", OWNER)
    await shop.service.access_admin.import_members(GUILD, "Gold", "20", "Patreon", OWNER)
    _, again, _ = await shop.service.access_admin.import_members(GUILD, "Gold", "20", "Patreon", OWNER)
    await shop.worker.run_due()
    assert (count, again) == (2, 0)
    assert (shop.server.held[ANN], shop.server.held[BOB]) == ({GOLD}, {GOLD, HELPER})
    await shop.turn(21 * DAY)

    assert (shop.server.held[ANN], shop.server.held[BOB]) == (set(), {HELPER})


async def test_an_audit_finds_what_differs_and_repairs_what_is_ours(shop: Shop) -> None:
    await shop.tier()
    await shop.buy()
    shop.server.held[ANN].discard(GOLD)
    shop.server.held[BOB] = {GOLD}

    report = await shop.service.role_audit.repair(GUILD, OLIVIA)
    await shop.worker.run_due()

    assert {one.user_id for one in report.repairable} == {ANN}
    assert [one.user_id for one in report.differences if one.foreign] == [BOB]
    assert shop.server.held[ANN] == {GOLD}
    assert shop.server.held[BOB] == {GOLD}, "a role that we did not give is never taken"


async def test_a_role_taken_by_hand_comes_back(shop: Shop) -> None:
    await shop.tier()
    await shop.buy()

    shop.server.held[ANN].discard(GOLD)
    await shop.service.member_changed(GUILD, ANN, frozenset())
    await shop.worker.run_due()

    assert shop.server.held[ANN] == {GOLD}


async def test_after_a_start_everybody_is_looked_at_and_every_day_from_then_on(shop: Shop) -> None:
    await shop.tier(days=90)
    await shop.buy()
    shop.server.held[ANN].discard(GOLD)

    await shop.service.role_audit.schedule([GUILD])
    await shop.worker.run_due()
    assert shop.server.held[ANN] == {GOLD}
    shop.server.held[ANN].discard(GOLD)
    with time_machine.travel(real_now() + ENOUGH * 2):
        await shop.turn(timedelta(days=1, minutes=1))

    assert shop.server.held[ANN] == {GOLD}


async def test_after_a_lost_session_everybody_is_looked_at(shop: Shop) -> None:
    """Meanwhile the role was taken, and the audit of the day is done: nobody told it, and nobody will."""
    await shop.tier()
    await shop.buy()
    await shop.service.role_audit.schedule([GUILD])
    await shop.worker.run_due()
    shop.server.held[ANN] = set()

    await shop.service.events_missed(GUILD)
    await shop.worker.run_due()

    assert shop.server.held[ANN] == {GOLD}


async def test_a_month_turned_in_a_moment_lists_the_members_once(shop: Shop) -> None:
    """Discord allows ten listings in ten seconds; whoever asks for a look anew gets one all the same."""
    await shop.service.role_audit.schedule([GUILD])
    await shop.turn(30 * DAY)
    assert shop.server.listings == 1

    await shop.service.role_audit.schedule([GUILD])
    await shop.worker.run_due()
    assert shop.server.listings == 2


async def test_the_log_tells_who_did_what(shop: Shop) -> None:
    await shop.tier()
    await shop.service.access_admin.grant(GUILD, ANN, "Gold", "30", "a present", OWNER)
    await shop.worker.run_due()

    notes = await shop.service.log(GUILD, ANN)

    assert [(note.what, note.actor) for note in notes] == [("role.given", 0), ("entitlement.grant", OLIVIA)]
    assert await shop.service.log(GUILD, BOB) == []


roles = st.frozensets(st.sampled_from([GOLD, SILVER, HELPER, BOSS]))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(held=roles, wanted=roles, ours=roles, sold=roles)
def test_only_roles_that_we_gave_are_ever_superfluous(
    held: frozenset[int], wanted: frozenset[int], ours: frozenset[int], sold: frozenset[int]
) -> None:
    drift = compare(ANN, held, wanted, ours, sold)

    if drift is None:
        assert wanted <= held
        assert not (held & ours) - wanted
    else:
        assert drift.superfluous <= ours & held - wanted
        assert drift.missing == wanted - held
        assert drift.foreign.isdisjoint(ours | wanted)


async def test_a_role_that_rests_is_not_blamed_on_permissions(shop: Shop) -> None:
    await shop.tier()
    await shop.service.access_admin.grant(GUILD, ANN, "Gold", "30", "she helps", OWNER)
    await shop.service.access_admin.withhold(GUILD, ANN, GOLD, "2", "rude", OWNER)
    await shop.worker.run_due()

    card = access_cards.explanation(EN, await shop.service.explain(GUILD, ANN))

    said = shown(card)
    assert "withheld by staff" in said
    assert "not held" not in said
    assert "paid" not in said  # it was given


async def test_everybody_cannot_be_withheld_from_anybody(shop: Shop) -> None:
    with pytest.raises(UserError, match="Everybody"):
        await shop.service.access_admin.withhold(GUILD, ANN, GUILD, "2", "rude", Staff(BOSS, owner=False))


async def test_a_deleted_role_is_called_so(shop: Shop) -> None:
    await shop.tier()
    await shop.buy()
    del shop.server.all_roles[GOLD]
    shop.server.held[ANN].discard(GOLD)

    card = access_cards.explanation(EN, await shop.service.explain(GUILD, ANN))

    assert "A role was deleted" in shown(card)


async def test_what_a_wrong_clock_ended_goes_on_when_it_is_right(shop: Shop) -> None:
    """A year ahead once, with the work that fell due; then the clock is set, and the next session audits."""
    await shop.tier(days=30)
    await shop.buy(ANN)
    right = shop.moment
    await shop.turn(timedelta(days=365))
    assert (await shop.held_entitlements())[0][0] == "ended" and not shop.server.held[ANN]

    shop.moment = right + timedelta(days=1)
    await shop.service.events_missed(GUILD)
    await shop.worker.run_due()

    [(state, _, ends)] = await shop.held_entitlements()
    assert (state, ends) == ("live", right + timedelta(days=30))
    assert shop.server.held[ANN] == {GOLD}
    await shop.turn(timedelta(days=30))
    assert (await shop.held_entitlements())[0][0] == "ended" and not shop.server.held[ANN]
