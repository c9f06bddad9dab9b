"""Bugs in what staff below the owner may cause."""

from __future__ import annotations

from bot.memberships.access.access_admin import AccessAdmin
from bot.memberships.catalog.authority import Authority
from bot.memberships.catalog.editing import TierEditing
from bot.memberships.orders import refund_authority
from tests.memberships import test_authority, test_fresh_eye
from tests.mutations.turned_back import Bug

BUGS = {
    "only the roles that the terms give while they run are asked about": Bug(
        rows="B2",
        rule=Authority.reach,
        was="return roles_in(terms) | for_nothing",
        becomes="return frozenset(terms.roles)",
        found_by=test_authority.test_a_role_that_comes_after_the_end_is_granted_by_nobody_below_it,
    ),
    "a discount of everything is no role": Bug(
        rows="B2 S4",
        rule=Authority.reach,
        was="| for_nothing",
        becomes="",
        found_by=test_authority.test_a_discount_of_everything_is_as_good_as_the_roles_it_buys,
    ),
    "nobody asks for whom": Bug(
        rows="B2 thin",
        rule=Authority.require,
        was="if user_id == self.staff.id:",
        becomes="if False:",
        found_by=test_authority.test_staff_give_nothing_to_themselves,
        given={"until": "1"},
    ),
    "whoever may give may release anything": Bug(
        rows="B2",
        rule=AccessAdmin.release,
        was="(await self._authorities.of(guild_id, staff)).require([role_id], user_id)",
        becomes="pass",
        found_by=test_authority.test_nobody_releases_themselves_or_a_role_above_their_own,
    ),
    "a membership above one's own is revoked": Bug(
        rows="thin",
        rule=AccessAdmin.revoke,
        was="authority.require_terms(entitlement.tier.terms for entitlement in chosen)",
        becomes="pass",
        found_by=test_authority.test_a_membership_above_ones_own_is_not_revoked,
    ),
    "what lies beneath is uncovered by anybody": Bug(
        rows="B2",
        rule=AccessAdmin._require_nothing_uncovered,
        was="if uncovered:",
        becomes="if False:",
        found_by=test_authority.test_what_lies_under_a_membership_is_not_uncovered_by_who_stands_below_it,
    ),
    "anything is handed over to anybody": Bug(
        rows="B1 B2",
        rule=AccessAdmin.transfer,
        was="authority.require_terms((one.tier.terms for one in [*running, *replaced]), taker)",
        becomes="pass",
        found_by=test_authority.test_nothing_is_handed_over_to_oneself_or_from_above,
    ),
    "an edit is applied by the rank of its draft": Bug(
        rows="B2",
        rule=TierEditing.apply,
        was="finding = await self._judge(before, after, authority)",
        becomes="finding = None",
        found_by=test_authority.test_a_draft_is_applied_by_the_rank_of_that_moment,
    ),
    "an edit is judged for new buyers only": Bug(
        rows="B2",
        rule=TierEditing.apply,
        was="if everybody and not owner:",
        becomes="if False:",
        found_by=test_authority.test_applying_to_everybody_is_judged_by_what_each_of_them_has,
    ),
    "an edit may sell what stands above": Bug(
        rows="B2",
        rule=TierEditing._judge,
        was="authority.require_change(before.terms, after.terms)",
        becomes="pass",
        found_by=test_authority.test_an_edit_sells_nothing_above_the_editor,
        given={"changes": {"after_role": test_authority.VIP}},
    ),
    "a payment by hand is noted by anybody": Bug(
        rows="B2",
        rule=Authority.require_terms,
        was="self.require(self.reach(terms), user_id)",
        becomes="pass",
        found_by=test_authority.test_a_payment_by_hand_is_noted_by_who_stands_above_what_it_gives,
    ),
    "staff give money back to themselves": Bug(
        rows="B2",
        rule=refund_authority.require_refund,
        was="authority.require((), order.user_id)",
        becomes="pass",
        found_by=test_authority.test_nobody_gives_money_back_to_themselves_that_gave_nothing,
    ),
    "a refund is judged for its own order only": Bug(
        rows="B2",
        rule=refund_authority._backed,
        was="return list(found.values())",
        becomes="return []",
        found_by=test_fresh_eye.test_nobody_gives_back_what_backs_a_membership_that_leaves_a_role_above_them,
    ),
    "what a planned membership gives is not asked for": Bug(
        rows="B2",
        rule=refund_authority._waiting,
        was="one.tier.id in tiers or one.follows in ids",
        becomes="one.tier.id in tiers",
        found_by=test_fresh_eye.test_nobody_gives_back_what_a_planned_membership_above_them_waits_for,
    ),
}
