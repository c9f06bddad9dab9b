"""Bugs in what money that stayed is behind, and in what becomes of it when it does not stay."""

from __future__ import annotations

from bot.memberships.access import early_ends, judging, queueing
from bot.memberships.access.months import Months
from bot.memberships.backoffice import comparison
from bot.memberships.changes.pricing import ChangePricing
from bot.memberships.model import Outcome
from bot.memberships.orders import (
    admission,
    backing,
    discounts,
    holdings,
    order_state,
    parts,
    refund_reserve,
    refunds,
)
from bot.memberships.orders.backing import Backing
from bot.memberships.orders.refunds import Refunds
from bot.memberships.orders.settlement import Settlement
from tests.memberships import (
    test_back,
    test_books,
    test_correcting,
    test_discount_givers,
    test_discounts,
    test_fresh_eye,
    test_late_credit,
    test_marking,
    test_months,
    test_parts,
    test_promised_days,
    test_refunding,
    test_staffing,
    test_value,
)
from tests.mutations.turned_back import Bug
from tests.second_opinion import test_opinion

BUGS = {
    "money is judged for its own order only": Bug(
        rows="B3",
        rule=Settlement.rejudge_backed,
        was="for order_id in backed:",
        becomes="for order_id in ():",
        found_by=test_value.test_an_exchange_gets_shorter_when_the_money_behind_its_credit_goes_back,
    ),
    "days that were used are credited to who pays late": Bug(
        rows="thin",
        rule=Settlement.recompute,
        was="before is not None or is_late(order, outcome.counted)",
        becomes="before is not None",
        found_by=test_late_credit.test_who_pays_late_is_credited_what_is_unused_then,
    ),
    "and again once their exchange came back": Bug(
        rows="thin",
        rule=Settlement.recompute,
        was="before is not None or is_late(order, outcome.counted)",
        becomes="is_late(order, outcome.counted)",
        found_by=test_late_credit.test_nor_when_the_refund_fails,
    ),
    "one early cent makes all of it early": Bug(
        rows="thin",
        rule=admission.is_late,
        was="max(moments) if in_parts(order) else min(moments)",
        becomes="min(moments)",
        found_by=test_late_credit.test_one_early_cent_does_not_make_the_rest_early,
    ),
    "what is for ever is exchanged for days that are gone": Bug(
        rows="thin",
        rule=admission.base_stands,
        was="if case.credit_gone and for_ever",
        becomes="if False",
        found_by=test_late_credit.test_what_is_for_ever_is_not_made_shorter_so_late_money_goes_back,
    ),
    "credit is backed by whatever was paid once": Bug(
        rows="B3",
        rule=Backing._value,
        was="return value, gross",
        becomes="return gross, gross",
        found_by=test_value.test_the_money_may_be_the_first_of_a_chain,
    ),
    "a refund's card does not look at the exchange": Bug(
        rows="B3",
        rule=Backing._value,
        was="facts = self.supposed.get(source.id)",
        becomes="facts = None",
        found_by=test_value.test_the_card_says_what_an_exchange_loses,
    ),
    "disputed money is credit": Bug(
        rows="B4",
        rule=ChangePricing.quote,
        was="if await is_disputed(db, source, at):",
        becomes="if False:",
        found_by=test_value.test_disputed_money_is_no_credit,
    ),
    "disputed money backs where disputes change nothing": Bug(
        rows="B4",
        rule=holdings.is_disputed,
        was="return resting or (await STRICT.funding(db, order)).undecided",
        becomes="return (await STRICT.funding(db, order)).undecided",
        found_by=test_value.test_nor_where_disputes_change_nothing,
    ),
    "disputed money backs until it is lost": Bug(
        rows="B4",
        rule=Backing._value,
        was="outcome.resting if disputed_counts else ()",
        becomes="outcome.resting",
        found_by=test_value.test_money_that_is_disputed_before_the_exchange_is_paid_backs_nothing,
    ),
    "what has ended is not judged any more": Bug(
        rows="B5",
        rule=judging.judged,
        was="    if status is EntitlementStatus.LIVE and now >= should.held_until:",
        becomes=(
            "    if entitlement.status is EntitlementStatus.ENDED:\n        return entitlement\n"
            "    if status is EntitlementStatus.LIVE and now >= should.held_until:"
        ),
        found_by=test_back.test_money_that_goes_back_after_the_end_takes_what_the_end_gave,
    ),
    "a loss beats a later won appeal": Bug(
        rows="B6",
        rule=order_state.disputes,
        was="key=lambda fact: (fact.at, fact.kind is FactKind.DISPUTE_WON)",
        becomes="key=lambda fact: fact.kind is FactKind.DISPUTE_LOST",
        found_by=test_back.test_a_won_appeal_counts_in_whatever_order_it_is_heard_of,
        given={"arrival": (0, 1, 2)},
    ),
    "the books are compared with our own facts": Bug(
        rows="B6",
        rule=comparison.differences,
        was="if records.listed is not None:",
        becomes="if False:",
        found_by=test_books.test_a_row_that_was_touched_breaks_the_tick_and_is_named,
        given={"what": "an amount altered in both"},
    ),
    "what a provider's list tells is not booked": Bug(
        rows="B6",
        rule=Settlement.apply_snapshot,
        was="await self.settle(tx, order.provider, new_facts)",
        becomes=(
            "for fact in new_facts:\n"
            "            await ledger.add_fact(tx, order.provider, fact, self._clock.now())\n"
            "        await self.recompute(tx, order)"
        ),
        found_by=test_opinion.test_control_nothing_differs_in_a_shop_that_is_right,
    ),
    "what moved forward does not wait again when the refund fails": Bug(
        rows="B7",
        rule=queueing.laid_out,
        was="if begins == entitlement.starts_at or (begins == now and entitlement.starts_at <= now):",
        becomes="if begins >= entitlement.starts_at or (begins == now and entitlement.starts_at <= now):",
        found_by=test_promised_days.test_a_refund_that_fails_lets_the_second_wait_again,
    ),
    "what rested has lost its days": Bug(
        rows="B7",
        rule=judging._of_time,
        was="taken = now",
        becomes="taken = None",
        found_by=test_opinion.test_days_that_rested_are_all_there_and_no_more,
        given={"more": "+1 day"},
    ),
    "a renewal's dispute is judged as the order's": Bug(
        rows="B8",
        rule=judging._of_periods,
        was="(*outcome.counted, *outcome.resting)",
        becomes="outcome.counted",
        found_by=test_back.test_where_disputes_change_nothing_that_holds_for_every_payment,
        given={"number": 1},
    ),
    "an old payment in dispute stops the present month": Bug(
        rows="B8",
        rule=Outcome.rests,
        was="return self.waiting or latest in self.resting",
        becomes="return bool(self.resting)",
        found_by=test_back.test_an_old_payment_in_dispute_does_not_stop_the_present_month,
    ),
    "a discount is not looked at when the money comes": Bug(
        rows="S4 S1",
        rule=discounts.obstacle,
        was="if order.discounted_by is None:",
        becomes="if True:",
        found_by=test_discounts.test_a_link_opened_with_a_discount_is_worth_nothing_once_that_is_gone,
    ),
    "what was got for nothing outlives what gave it": Bug(
        rows="S4",
        rule=discounts.lasts_until,
        was="if giver.status is EntitlementStatus.REVOKED:",
        becomes="if True:\n        return datetime.max.replace(tzinfo=UTC, microsecond=0)\n    if False:",
        found_by=test_discounts.test_what_was_got_for_nothing_ends_with_what_gave_it,
    ),
    "what costs nothing is stacked": Bug(
        rows="S4",
        rule=discounts.require_single,
        was="if entitlement.tier.id == tier.id and _is_running(entitlement, now):",
        becomes="if False:",
        found_by=test_discounts.test_a_discount_of_everything_is_no_mint,
    ),
    "two presses at once give for nothing twice": Bug(
        rows="S4",
        rule=discounts.obstacle,
        was="return Refusal.FREE_TWICE",
        becomes="return None",
        found_by=test_discounts.test_two_presses_at_once_give_it_once,
    ),
    "a trial takes something off": Bug(
        rows="thin",
        rule=discounts.given,
        was='entitlement.source == "trial"',
        becomes="False",
        found_by=test_discount_givers.test_a_trial_takes_nothing_off,
    ),
    "discounts chain": Bug(
        rows="S4",
        rule=discounts.given,
        was="if order is not None and order.discount:",
        becomes="if False:",
        found_by=test_discount_givers.test_discounts_do_not_chain,
    ),
    "days of grace take something off": Bug(
        rows="S4",
        rule=discounts.given,
        was="now < entitlement.ends_at",
        becomes="now < entitlement.held_until",
        found_by=test_discount_givers.test_days_of_grace_take_nothing_off,
    ),
    "a discount is kept though its money went back": Bug(
        rows="thin",
        rule=Backing._discount_stays,
        was="if source is None:",
        becomes="if True:",
        found_by=test_discounts.test_a_part_of_the_price_pays_a_part_of_the_days_once_the_discount_is_gone,
    ),
    "nobody looks for what a discount gave": Bug(
        rows="thin S4",
        rule=Settlement.rejudge_backed,
        was="backed = await orders.ids_discounted_by(tx, giver.guild_id, giver.id)",
        becomes="backed = list[int]()",
        found_by=test_discounts.test_it_ends_when_the_money_behind_goes_back_and_comes_back_with_it,
    ),
    "an order has one payment": Bug(
        rows="S6",
        rule=parts.in_parts,
        was="is_by_hand(order.provider) and order.price.amount > 0",
        becomes="False",
        found_by=test_parts.test_the_rest_of_a_transfer_completes_the_order,
    ),
    "a slip stands": Bug(
        rows="S6",
        rule=parts.corrected,
        was="if fact.kind is FactKind.CORRECTED",
        becomes="if False",
        found_by=test_correcting.test_a_slip_is_corrected_and_nothing_went_back,
        given={"slip": "45", "right": "40"},
    ),
    "one note is all that an order is worth": Bug(
        rows="S6",
        rule=backing.money_left,
        was="if outcome.parts is not None:",
        becomes="if False:",
        found_by=test_fresh_eye.test_a_part_that_went_back_and_came_again_is_worth_its_days,
    ),
    "a part ends with its order's time": Bug(
        rows="S6",
        rule=parts._state,
        was="if parts.incomplete and not parts.ended:",
        becomes="if False:",
        found_by=test_parts.test_a_part_never_ends_silently,
    ),
    "a refund that was confirmed is given back twice": Bug(
        rows="B15",
        rule=refund_reserve.unreserved,
        was='refund["order"] == order_id',
        becomes="False",
        found_by=test_refunding.test_what_is_on_its_way_back_cannot_be_given_back_again,
        given={"parts": ("30", "30")},
    ),
    "a confirmed refund ends in silence when less is left": Bug(
        rows="B15",
        rule=refunds._amount_to_send,
        was='whole = not job.key.startswith("part:")',
        becomes="whole = False\n    if confirmed > left:\n        return None",
        found_by=test_refunding.test_a_confirmed_part_that_is_no_longer_left_is_told_to_the_owner,
    ),
    "a confirmed refund ends in silence while a bank decides": Bug(
        rows="B15",
        rule=refunds._amount_to_send,
        was="if payment.object_id in contested:",
        becomes="if payment.object_id in contested:\n        return None\n    if False:",
        found_by=test_refunding.test_a_confirmed_refund_waits_for_the_end_of_a_dispute,
        given={"won": True},
    ),
    "money that is not the price waits for nobody": Bug(
        rows="S6",
        rule=Refunds.review,
        was="if problem is not None:",
        becomes="if False:",
        found_by=test_marking.test_another_amount_gives_nothing_and_waits_for_the_owner_until_it_went_back,
    ),
    "months are counted from the end of the last": Bug(
        rows="S8",
        rule=Months._anchor,
        was="return anchor_of(starts, spans, self._zone)",
        becomes="return Anchor(starts)",
        found_by=test_months.test_month_by_month_from_the_last_of_january_is_as_long_as_all_at_once,
    ),
    "what a wrong clock ended stays ended": Bug(
        rows="B17",
        rule=early_ends.revive,
        was="for entitlement in await entitlements.ended_ahead(tx, guild_id, now):",
        becomes="for entitlement in ():",
        found_by=test_staffing.test_what_a_wrong_clock_ended_goes_on_when_it_is_right,
    ),
    "a planned change waits for the old date though the present one went back": Bug(
        rows="thin",
        rule=queueing._before,
        was="if other.status is EntitlementStatus.LIVE:",
        becomes=(
            "if other.id == entitlement.follows:\n            yield other\n"
            "        if other.status is EntitlementStatus.LIVE:"
        ),
        found_by=test_back.test_a_planned_change_begins_when_the_present_membership_is_given_back,
    ),
    "what comes back for a lost refund is not given again": Bug(
        rows="B7",
        rule=order_state.refunded,
        was="if fact.kind is FactKind.REFUND_FAILED",
        becomes="if False",
        found_by=test_value.test_it_is_put_back_when_that_refund_fails,
    ),
}
