"""Nobody below the owner causes a role at or above their own, now or by time, or gains anything by their own act (docs/threats.md, T30, T31)."""

from __future__ import annotations

from typing import Any

import pytest

from bot.errors import UserError
from bot.memberships.access.access_admin import Staff
from bot.memberships.catalog.tier_edit import TierEdit
from bot.memberships.model import ExpiryAction
from bot.money import Money
from tests.memberships.orders import transfer
from tests.memberships.shop import ANN, BOB, CID, DAY, GOLD, GUILD, HELPER, OLIVIA, SILVER, Shop, tier_edit

OWNER = Staff(OLIVIA, owner=True)
MAX = Staff(CID, owner=False)
"""Holds Helper (3), above Gold (2) and Silver (1)."""
VIP = 53


@pytest.fixture
async def staffed(shop: Shop) -> Shop:
    """VIP stands above Max's own highest role."""
    shop.server.role(VIP, "VIP", 5)
    shop.server.held[CID] = {HELPER}
    return shop


async def edit(shop: Shop, plan: str, staff: Staff, **changes: Any) -> None:
    proposal = await shop.service.tier_editing.propose(
        GUILD,
        plan,
        tier_edit(**changes),
        staff.id,
        staff.owner,
    )
    if proposal.draft is not None:
        await shop.service.tier_editing.apply(
            GUILD, proposal.draft, everybody=True, actor=staff.id, owner=staff.owner
        )


async def test_a_role_that_comes_after_the_end_is_granted_by_nobody_below_it(staffed: Shop) -> None:
    await staffed.tier()
    await staffed.terms("Gold", after_role=VIP)

    with pytest.raises(UserError, match="above yours"):
        await staffed.service.access_admin.grant(GUILD, ANN, "Gold", "1", "a friend", MAX)


async def test_a_discount_of_everything_is_as_good_as_the_roles_it_buys(staffed: Shop) -> None:
    await staffed.tier()
    await staffed.tier("VIP", VIP)
    await staffed.terms("Gold", discount=100)

    with pytest.raises(UserError, match="above yours"):
        await staffed.service.access_admin.grant(GUILD, ANN, "Gold", "1", "a friend", MAX)


@pytest.mark.parametrize("until", ["1", "3650"])
async def test_staff_give_nothing_to_themselves(staffed: Shop, until: str) -> None:
    await staffed.tier()

    with pytest.raises(UserError, match="only the owner"):
        await staffed.service.access_admin.grant(GUILD, CID, "Gold", until, "I work a lot", MAX)


async def test_more_than_a_year_is_given_by_the_owner(staffed: Shop) -> None:
    await staffed.tier()

    with pytest.raises(UserError, match="more than a year"):
        await staffed.service.access_admin.grant(GUILD, ANN, "Gold", "3650", "a friend", MAX)
    await staffed.service.access_admin.grant(GUILD, ANN, "Gold", "365", "a friend", MAX)
    await staffed.service.access_admin.grant(GUILD, BOB, "Gold", "3650", "a friend", OWNER)


async def test_nobody_releases_themselves_or_a_role_above_their_own(staffed: Shop) -> None:
    admin = staffed.service.access_admin
    await staffed.tier("VIP", VIP)
    await staffed.tier("Gold", GOLD)
    for who, plan, role in ((CID, "Gold", GOLD), (ANN, "VIP", VIP)):
        await admin.grant(GUILD, who, plan, "30", "a present", OWNER)
        await admin.withhold(GUILD, who, role, "10", "a quarrel", OWNER)

    with pytest.raises(UserError, match="only the owner"):
        await admin.release(GUILD, CID, GOLD, MAX)
    with pytest.raises(UserError, match="above yours"):
        await admin.release(GUILD, ANN, VIP, MAX)


async def test_a_membership_above_ones_own_is_not_revoked(staffed: Shop) -> None:
    await staffed.tier("VIP", VIP)
    await staffed.buy(ANN, "VIP")

    with pytest.raises(UserError, match="above yours"):
        await staffed.service.access_admin.revoke(GUILD, ANN, "VIP", "a quarrel", MAX)


async def test_what_lies_under_a_membership_is_not_uncovered_by_who_stands_below_it(staffed: Shop) -> None:
    """Ann's Gold has ended and leaves her VIP as soon as nothing runs; Silver covers it."""
    await staffed.tier()
    await staffed.terms("Gold", after_role=VIP)
    await staffed.tier("Silver", SILVER)
    await staffed.service.access_admin.grant(GUILD, ANN, "Gold", "1", "a present", OWNER)
    await staffed.service.access_admin.grant(GUILD, ANN, "Silver", "99", "a present", OWNER)
    await staffed.turn(2 * DAY)
    assert staffed.server.held[ANN] == {SILVER}

    with pytest.raises(UserError, match="above yours"):
        await staffed.service.access_admin.revoke(GUILD, ANN, "Silver", "a trick", MAX)
    with pytest.raises(UserError, match="above yours"):
        await staffed.service.access_admin.transfer(GUILD, ANN, BOB, "a trick", MAX)


async def test_nothing_is_handed_over_to_oneself_or_from_above(staffed: Shop) -> None:
    await staffed.tier("VIP", VIP)
    await staffed.tier("Gold", GOLD)
    await staffed.buy(ANN, "VIP", "pay_1")
    await staffed.buy(BOB, "Gold", "pay_2")

    with pytest.raises(UserError, match="above yours"):
        await staffed.service.access_admin.transfer(GUILD, ANN, BOB, "a new account", MAX)
    with pytest.raises(UserError, match="only the owner"):
        await staffed.service.access_admin.transfer(GUILD, BOB, CID, "a new account", MAX)


async def test_an_import_leaves_out_who_does_it_and_looks_at_the_roles(staffed: Shop) -> None:
    await staffed.tier("VIP", VIP)
    await staffed.tier("Gold", GOLD)
    staffed.server.held[CID] = {HELPER, GOLD}
    staffed.server.held[ANN] = {VIP, GOLD}
    admin = staffed.service.access_admin

    with pytest.raises(UserError, match="above yours"):
        await admin.preview(GUILD, "VIP", "30", MAX)
    with pytest.raises(UserError, match="above yours"):
        await admin.import_members(GUILD, "VIP", "30", "elsewhere", MAX)
    _, told, _ = await admin.preview(GUILD, "Gold", "30", MAX)
    _, done, _ = await admin.import_members(GUILD, "Gold", "30", "elsewhere", MAX)

    assert (told, done) == (1, 1)
    assert await staffed.held_entitlements(CID) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"add_role": VIP},
        {"after_role": VIP},
        {"discount": 100},
    ],
)
async def test_an_edit_sells_nothing_above_the_editor(staffed: Shop, changes: dict[str, Any]) -> None:
    await staffed.tier("VIP", VIP)
    await staffed.tier("Gold", GOLD)

    with pytest.raises(UserError, match="above yours"):
        await edit(staffed, "Gold", MAX, **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"grace_days": 90},
        {"after": ExpiryAction.KEEP, "after_until": "2027-01-01"},
    ],
)
async def test_what_is_above_the_editor_gets_no_longer(staffed: Shop, changes: dict[str, Any]) -> None:
    await staffed.tier("VIP", VIP)

    with pytest.raises(UserError, match="above yours"):
        await edit(staffed, "VIP", MAX, **changes)


async def test_an_editor_may_say_other_words_and_take_away_what_is_above_them(staffed: Shop) -> None:
    await staffed.tier("VIP", VIP)
    await staffed.terms("VIP", add_role=GOLD, grace_days=5)

    await edit(staffed, "VIP", MAX, description="For those who ship", seats=5)
    await edit(staffed, "VIP", MAX, grace_days=1)
    await edit(staffed, "VIP", MAX, drop_role=VIP)

    assert (await staffed.service.catalog.find(GUILD, "VIP")).terms.roles == (GOLD,)


async def test_applying_to_everybody_is_judged_by_what_each_of_them_has(staffed: Shop) -> None:
    """The owner added VIP for new buyers only; an edit of the grace must not carry it to those who came before."""
    await staffed.tier("Gold", GOLD)
    await staffed.buy(ANN, "Gold")
    await staffed.terms("Gold", add_role=VIP)  # for new buyers

    with pytest.raises(UserError, match="above yours"):
        await edit(staffed, "Gold", MAX, events=True)


async def test_a_shorter_grace_brings_what_comes_after_no_sooner(staffed: Shop) -> None:
    """The role at the end waits for the grace: of this tier, and of another that this one covers."""
    await staffed.tier("Silver", SILVER)
    await staffed.terms("Silver", after_role=VIP)
    await staffed.tier("Gold", GOLD)
    await staffed.terms("Gold", grace_days=60)
    await staffed.service.access_admin.grant(GUILD, ANN, "Silver", "1", "a present", OWNER)
    await staffed.service.access_admin.grant(GUILD, ANN, "Gold", "30", "a present", OWNER)

    with pytest.raises(UserError, match="above yours"):
        await edit(staffed, "Gold", MAX, grace_days=0)
    await staffed.service.access_admin.revoke(GUILD, ANN, "Silver", "taken back", OWNER)
    await edit(staffed, "Gold", MAX, grace_days=0)
    await staffed.terms("Gold", grace_days=60, after_role=VIP)
    with pytest.raises(UserError, match="above yours"):
        await edit(staffed, "Gold", MAX, grace_days=0)


async def test_what_is_above_the_editor_is_taken_from_nobody(staffed: Shop) -> None:
    await staffed.tier("Gold", GOLD)
    await staffed.terms("Gold", add_role=VIP)
    await staffed.buy(ANN, "Gold")

    with pytest.raises(UserError, match="above yours"):
        await edit(staffed, "Gold", MAX, drop_role=VIP)


async def test_who_has_a_membership_makes_it_no_better_for_themselves(staffed: Shop) -> None:
    await staffed.tier("Gold", GOLD)
    await staffed.service.access_admin.grant(GUILD, CID, "Gold", "30", "wages", OWNER)

    with pytest.raises(UserError, match="only the owner"):
        await edit(staffed, "Gold", MAX, add_role=SILVER)
    with pytest.raises(UserError, match="only the owner"):
        await edit(staffed, "Gold", MAX, grace_days=9)


async def test_a_draft_is_applied_by_the_rank_of_that_moment(staffed: Shop) -> None:
    await staffed.tier("Gold", GOLD)
    await staffed.buy(ANN, "Gold")
    proposal = await staffed.service.tier_editing.propose(
        GUILD, "Gold", TierEdit(add_role=SILVER), MAX.id, MAX.owner
    )
    assert proposal.draft is not None
    staffed.server.held[CID] = {SILVER}

    with pytest.raises(UserError, match="above yours"):
        await staffed.service.tier_editing.apply(
            GUILD, proposal.draft, everybody=False, actor=MAX.id, owner=False
        )


async def test_neither_restored_nor_priced_by_who_stands_below(staffed: Shop) -> None:
    catalog = staffed.service.catalog
    await staffed.tier("Gold", GOLD)
    await staffed.terms("Gold", after_role=VIP)

    with pytest.raises(UserError, match="above yours"):
        await catalog.add_price(
            GUILD, "Gold", price="0.01", currency="USD", days=9, months=None, way=None, actor=CID
        )
    await catalog.archive(GUILD, "Gold", OLIVIA)
    with pytest.raises(UserError, match="above yours"):
        await catalog.restore(GUILD, "Gold", CID, owner=False)


async def test_a_payment_by_hand_is_noted_by_who_stands_above_what_it_gives(staffed: Shop) -> None:
    await staffed.tier("VIP", VIP)
    await staffed.tier("Gold", GOLD)
    vip, own = await transfer(staffed, ANN, "VIP"), await transfer(staffed, CID, "Gold")
    mark = staffed.service.offline_payments.mark

    with pytest.raises(UserError, match="above yours"):
        await mark(GUILD, str(vip.id), CID, "came")
    with pytest.raises(UserError, match="only the owner"):
        await mark(GUILD, str(own.id), CID, "came")
    assert await staffed.held_entitlements(ANN) == await staffed.held_entitlements(CID) == []


async def test_nobody_gives_money_back_to_themselves_or_revives_what_is_above(staffed: Shop) -> None:
    await staffed.tier("Gold", GOLD)
    own = await staffed.buy(CID, "Gold")

    with pytest.raises(UserError, match="only the owner"):
        await staffed.service.refunds.draft(GUILD, str(own.id), CID, "regretted")
    draft = (await staffed.service.refunds.draft(GUILD, str(own.id), OLIVIA, "regretted")).draft
    await staffed.service.refunds.confirm(GUILD, str(draft), OLIVIA)


async def test_nobody_gives_money_back_to_themselves_that_gave_nothing(staffed: Shop) -> None:
    """A payment of another amount waits for the owner, and whoever made it does not decide about it."""
    await staffed.tier("Gold", GOLD)
    own = await staffed.order(CID, "Gold")
    await staffed.settle(staffed.paid(own, money=Money(500, "USD")))

    with pytest.raises(UserError, match="only the owner"):
        await staffed.service.refunds.draft(GUILD, str(own.id), CID, "regretted")
    assert (await staffed.service.refunds.draft(GUILD, str(own.id), OLIVIA, "regretted")).draft
