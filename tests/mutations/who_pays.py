"""Bugs in who pays, who controls a payment, and what becomes of it when somebody leaves."""

from __future__ import annotations

from bot.memberships.access import entitlements
from bot.memberships.access.entitlements import Entitlements
from bot.memberships.access.store import entitlements as store
from bot.memberships.changes import handovers
from bot.memberships.changes.handovers import Handovers
from bot.memberships.changes.renewals import Renewals
from bot.memberships.departures import removal_rule
from bot.memberships.departures.departures import Departures
from bot.memberships.departures.removals import Removals
from bot.memberships.orders import admission, eligibility, paying
from bot.memberships.orders.holdings import OwnedMembership
from bot.memberships.service import Memberships
from bot.payments.port import FactKind
from tests.memberships import (
    test_beside_a_subscription,
    test_departures,
    test_paying,
    test_receipt_end,
    test_removal_limits,
    test_removals,
    test_sold_together,
    test_staffing,
    test_who_pays_controls,
)
from tests.mutations.turned_back import Bug

BUGS = {
    "whoever has a subscription controls it": Bug(
        rows="B1",
        rule=paying.require_paid_by,
        was="for paid in await paid_by(db, guild_id, user_id):",
        becomes=(
            "held = await entitlements.find(db, guild_id, order_id=order_id)\n"
            "    payer = held.acquired_by if held and held.user_id == user_id else user_id\n"
            "    for paid in await paid_by(db, guild_id, payer):"
        ),
        found_by=test_paying.test_b1_whoever_got_it_has_the_role_and_no_hand_on_the_card,
    ),
    "who pays does not see what another has": Bug(
        rows="B1",
        rule=paying.PaidSubscription.serves,
        was="if given is None or given.user_id == self.order.user_id or given.status not in RUNNING:",
        becomes="if True:",
        found_by=test_paying.test_b1_who_pays_sees_it_opens_the_portal_and_ends_it,
    ),
    "a transfer moves who acquired it": Bug(
        rows="B1",
        rule=store.hand_over,
        was="user_id=user_id",
        becomes="user_id=user_id, acquired_by=user_id",
        found_by=test_who_pays_controls.test_who_acquired_an_entitlement_is_who_ordered_it,
    ),
    "another's money is credit for whoever has it": Bug(
        rows="B1",
        rule=entitlements._creditable,
        was="and entitlement.acquired_by == payer",
        becomes="",
        found_by=test_paying.test_days_handed_over_behind_ones_own_are_not_spent,
    ),
    "whoever has days may exchange them": Bug(
        rows="B1",
        rule=OwnedMembership.paid_by_holder,
        was="self.order is None or self.order.user_id == self.entitlement.user_id",
        becomes="True",
        found_by=test_paying.test_days_that_another_account_paid_for_are_no_credit,
    ),
    "a planned change goes to who paid, whoever has the first by then": Bug(
        rows="B1",
        rule=entitlements._recipient,
        was="followed.user_id if followed is not None else order.user_id",
        becomes="order.user_id",
        found_by=test_paying.test_a_planned_change_stays_with_who_pays_and_goes_to_who_has_it_then,
    ),
    "nobody tells who pays that it was moved": Bug(
        rows="B1",
        rule=Handovers.moved,
        was="order.phase in RENEWING and order.user_id != taker",
        becomes="False",
        found_by=test_paying.test_who_pays_is_told_once_what_was_moved_and_how_to_end_it,
    ),
    "a transfer brings two subscriptions together": Bug(
        rows="B1 S1",
        rule=handovers._require_none_for_nothing,
        was="if same and (one.renews or other.renews):",
        becomes="if False:",
        found_by=test_beside_a_subscription.test_nothing_is_handed_over_that_would_let_a_subscription_charge_for_nothing,
        given={"takes": "month"},
    ),
    "nobody looks at subscriptions when something comes back": Bug(
        rows="S1",
        rule=Entitlements._look_at_subscriptions,
        was="if other.tier.id == begun.tier.id and other.id != begun.id:",
        becomes="if False:",
        found_by=test_beside_a_subscription.test_days_that_come_back_end_the_subscription_that_they_outlast,
        given={"bad": FactKind.DISPUTED, "good": FactKind.DISPUTE_WON},
    ),
    "what lasts longer is no reason to end a subscription": Bug(
        rows="S1",
        rule=eligibility.outlasting,
        was="other.entitlement.id != held.id",
        becomes="False",
        found_by=test_beside_a_subscription.test_what_comes_back_for_ever_ends_the_subscription_bought_meanwhile,
    ),
    "an end that was asked for undoes a later keep": Bug(
        rows="B1",
        rule=Renewals.keep,
        was="await self._withdraw_stop(paid.order)",
        becomes="pass",
        found_by=test_receipt_end.test_what_was_asked_in_vain_does_not_undo_a_later_keep,
    ),
    "the receipt's page ends only what its payer still has": Bug(
        rows="B1 S3",
        rule=Renewals._end,
        was="(asked or await self._must_not_renew(db, order))",
        becomes="await self._must_not_renew(db, order)",
        found_by=test_receipt_end.test_who_is_no_longer_there_ends_it_all_the_same,
        given={"gone": "left"},
    ),
    "who handed a trial over has never had it": Bug(
        rows="B14",
        rule=store.was_acquired,
        was="entitlement.c.acquired_by == user_id",
        becomes="entitlement.c.user_id == user_id",
        found_by=test_paying.test_b14_who_handed_a_trial_over_takes_no_other,
    ),
    "a ban between link and money changes nothing": Bug(
        rows="S1 S3",
        rule=admission.not_banned,
        was="Refusal.BANNED if case.banned else None",
        becomes="None",
        found_by=test_sold_together.test_a_payer_banned_meanwhile_gets_the_money_back,
    ),
    "the open links of somebody banned stay open": Bug(
        rows="S3",
        rule=Departures._close_open_orders,
        was="if order.follows is None:",
        becomes="if False:",
        found_by=test_departures.test_an_open_link_of_somebody_banned_is_closed,
    ),
    "who left while Lyceum was off is not missed": Bug(
        rows="S3 B16",
        rule=Departures.seen,
        was="sorted(watched - present - away)",
        becomes="[]",
        found_by=test_departures.test_who_was_banned_while_lyceum_was_off_does_not_pay_on_and_staff_know,
    ),
    "a departure changes no billing": Bug(
        rows="S3 B16",
        rule=Departures._decide,
        was="if row.action is DepartureAction.END:",
        becomes="if False:",
        found_by=test_departures.test_who_was_banned_while_lyceum_was_off_does_not_pay_on_and_staff_know,
    ),
    "who is back has left all the same": Bug(
        rows="S3",
        rule=Departures.settle,
        was="if await self._server.member(known.guild_id, known.user_id) is not None:",
        becomes="if False:",
        found_by=test_departures.test_who_is_back_unseen_has_never_left,
    ),
    "staff are removed at the end too": Bug(
        rows="S3",
        rule=removal_rule.spared_because,
        was="if person.id == ranks.owner_id or person.powers or any(role.dangerous for role in own):",
        becomes="if False:",
        found_by=test_removal_limits.test_who_is_spared,
        given={"spared": test_removal_limits.moderates, "why": "staff"},
    ),
    "who has another membership is removed too": Bug(
        rows="S3",
        rule=removal_rule.spared_because,
        was="if any(_goes_on(entitlement, now) for entitlement in held):",
        becomes="held = [ended]\n    if False:",
        found_by=test_removal_limits.test_who_is_spared,
        given={"spared": test_removal_limits.another_membership, "why": "another membership"},
    ),
    "a refund removes": Bug(
        rows="S3",
        rule=removal_rule.is_over,
        was="ended.status is EntitlementStatus.ENDED and ended.removes",
        becomes="ended.removes",
        found_by=test_removals.test_money_that_goes_back_before_the_removal_prevents_it,
    ),
    "who is just paying is removed": Bug(
        rows="S3",
        rule=Removals._wait_for_payments,
        was="order.created_at < ended.held_until",
        becomes="False",
        found_by=test_removals.test_who_is_just_paying_is_waited_for,
    ),
    "a lost session is no reason to look at anybody": Bug(
        rows="B12",
        rule=Memberships.events_missed,
        was="await self.role_audit.schedule([guild_id])",
        becomes="pass",
        found_by=test_staffing.test_after_a_lost_session_everybody_is_looked_at,
    ),
}
