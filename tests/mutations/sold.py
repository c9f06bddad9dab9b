"""Bugs in what is sold: what may stand beside what, in which currency, on which page, and single items."""

from __future__ import annotations

from bot import currencies, paging
from bot.memberships.catalog.editing import TierEditing
from bot.memberships.catalog.tiers import TierCatalog
from bot.memberships.changes import pricing
from bot.memberships.departures import removal_rule
from bot.memberships.orders import admission, eligibility, poll_plan
from bot.memberships.orders.delivery import Delivery
from bot.memberships.orders.item_sale import ItemSale
from bot.memberships.orders.settlement import Settlement
from bot.payments.port import FactKind
from tests import test_currencies
from tests.discord import test_worst_cases
from tests.memberships import (
    test_counter,
    test_fresh_eye,
    test_items,
    test_mending,
    test_poll_plan,
    test_sold_together,
)
from tests.memberships.shop import GOLD
from tests.mutations.turned_back import Bug

BUGS = {
    "what may stand beside what is asked when the link is made only": Bug(
        rows="B9 S1",
        rule=admission.stands_beside,
        was="return found.why if found else None",
        becomes="return None",
        found_by=test_sold_together.test_whatever_is_paid_in_whatever_order_only_what_is_sold_together_stands,
        given={"bought": ("month", "quarter")},
    ),
    "days are sold beside a subscription that renews": Bug(
        rows="S1",
        rule=eligibility._subscription_in_the_way,
        was="blocks = membership.renews or (membership.subscribed and recurring)",
        becomes="blocks = recurring and membership.subscribed",
        found_by=test_sold_together.test_whatever_is_paid_in_whatever_order_only_what_is_sold_together_stands,
        given={"bought": ("month", "days")},
    ),
    "more is sold of what somebody has for ever": Bug(
        rows="S1",
        rule=eligibility.obstacle,
        was="if membership.entitlement.forever:",
        becomes="if False:",
        found_by=test_sold_together.test_whatever_is_paid_in_whatever_order_only_what_is_sold_together_stands,
        given={"bought": ("for ever", "days")},
    ),
    "something is given before it was admitted": Bug(
        rows="S1",
        rule=Settlement.recompute,
        was="if first or before is not None:",
        becomes="if outcome.ever or before is not None:",
        found_by=test_fresh_eye.test_what_may_not_stand_is_refused_however_its_money_was_first_heard_of,
        given={"bad": FactKind.DISPUTED, "good": FactKind.DISPUTE_WON},
    ),
    "paid again is not judged again": Bug(
        rows="S1",
        rule=Settlement.recompute,
        was="if first or (paid and again):",
        becomes="if first:",
        found_by=test_fresh_eye.test_paid_again_is_asked_again,
    ),
    "of one membership two changes are made": Bug(
        rows="B9",
        rule=admission.base_stands,
        was="if order.replaces is not None and not case.credited:",
        becomes="if False:",
        found_by=test_sold_together.test_of_two_changes_of_one_membership_the_second_goes_back,
    ),
    "a seat that is gone is sold to who pays late": Bug(
        rows="S1",
        rule=admission.seat_left,
        was="None if case.reserved or case.seat_free else Refusal.SOLD_OUT",
        becomes="None",
        found_by=test_counter.test_money_that_comes_late_for_a_seat_that_is_gone_goes_back,
    ),
    "what is sold no more is sold to who pays late": Bug(
        rows="S1",
        rule=admission.still_sold,
        was="Refusal.NOT_SOLD if case.late and not case.on_sale else None",
        becomes="None",
        found_by=test_sold_together.test_paid_late_is_judged_by_what_is_sold_now,
    ),
    "a role that was deleted before the payment is nobody's business": Bug(
        rows="thin",
        rule=Delivery.check,
        was="if not roles.keys() >= set(paid_for):",
        becomes="if False:",
        found_by=test_sold_together.test_a_role_deleted_before_the_payment_stands_on_the_owner_s_list,
    ),
    "a payer who left is nobody's business": Bug(
        rows="thin",
        rule=Delivery.check,
        was="if member is None:",
        becomes="if False:",
        found_by=test_sold_together.test_a_payer_who_left_is_honoured_and_stands_on_the_owner_s_list,
    ),
    "an edit validates the whole result": Bug(
        rows="S2",
        rule=TierEditing._judge,
        was="sorted(roles_named(before.terms, after.terms))",
        becomes="after.terms.roles",
        found_by=test_mending.test_other_things_are_edited_while_a_role_is_broken,
    ),
    "an edit that mends does not put on sale": Bug(
        rows="S2",
        rule=TierEditing._judge,
        was="return await self._safety.finding_of_terms(before.guild_id, after.terms)",
        becomes="return before.suspended",
        found_by=test_mending.test_a_membership_for_people_who_have_it_is_mended_for_them_too,
    ),
    "what is broken is granted": Bug(
        rows="S2",
        rule=TierCatalog.require_givable,
        was="if await self._safety.finding(tier) is not None:",
        becomes="if False:",
        found_by=test_mending.test_a_grant_does_not_say_that_somebody_has_what_cannot_be_given,
        given={"role": GOLD, "how": "deleted"},
    ),
    "decimals are shown as people write them": Bug(
        rows="S5 B21",
        rule=currencies.decimals_shown,
        was="return 0 if step is not None and amount % step == 0 else decimals(code)",
        becomes='return 0 if code in ("ISK", "RSD", "LBP", "ALL", "IQD") else decimals(code)',
        found_by=test_currencies.test_what_is_shown_is_what_is_stored_in_every_currency,
        given={"language": test_currencies.LANGUAGE[0]},
    ),
    "three letters are a currency": Bug(
        rows="S5",
        rule=currencies.read_currency,
        was="if code in DECIMALS:",
        becomes="if len(code) == 3:",
        found_by=test_currencies.test_a_currency_that_is_not_in_use_is_refused,
    ),
    "components are counted, characters are not": Bug(
        rows="S7",
        rule=paging.cut,
        was="not total([*pages[-1], *unit]).within(room)",
        becomes="total([*pages[-1], *unit]).components > room.components",
        found_by=test_worst_cases.test_every_page_is_within_the_limits,
        given={"name": "plans"},
    ),
    "who is asked about is chosen by number": Bug(
        rows="B10",
        rule=poll_plan.round_of,
        was="return list(islice(dict.fromkeys(turns), most))",
        becomes="return sorted(due, key=lambda poll: poll.order_id)[:20]",
        found_by=test_poll_plan.test_every_watched_order_is_asked_about_within_its_wait_and_the_rounds_of_all,
    ),
    "the newest are asked about, and others never": Bug(
        rows="B10",
        rule=poll_plan.round_of,
        was="return list(islice(dict.fromkeys(turns), most))",
        becomes="return newest",
        found_by=test_poll_plan.test_a_round_never_asks_about_more_than_it_may_and_about_none_twice,
    ),
    "whoever bought a course has it for good": Bug(
        rows="items",
        rule=ItemSale.owned,
        was="and one.gives_roles(now)",
        becomes="",
        found_by=test_items.test_money_that_goes_back_takes_it_and_a_refund_that_fails_gives_it_again,
        given={"days": 30},
    ),
    "a course is exchanged for a membership": Bug(
        rows="items",
        rule=pricing._require_difference,
        was="if tier.item is not None:",
        becomes="if False:",
        found_by=test_items.test_nothing_is_exchanged_for_it_and_it_for_nothing,
    ),
    "a course does not keep its owner in the server": Bug(
        rows="items",
        rule=removal_rule._goes_on,
        was="entitlement.status in (EntitlementStatus.LIVE, EntitlementStatus.SUSPENDED)",
        becomes="entitlement.tier.item is None\n        and entitlement.status in (EntitlementStatus.LIVE, EntitlementStatus.SUSPENDED)",
        found_by=test_items.test_a_course_that_runs_keeps_its_owner_in_the_server,
        given={"days": None},
    ),
}
