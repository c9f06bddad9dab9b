"""What a member may buy, seen from what they have. Pure: it says no with a sentence, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.cards import plain
from bot.errors import UserError
from bot.i18n import stamp
from bot.memberships.model import BillingKind, Duration, EntitlementStatus, Order, Tier
from bot.memberships.orders.holdings import OwnedMembership, PlannedChange
from bot.payments.port import Phase


def allow(
    tier: Tier, span: Duration, mine: Sequence[OwnedMembership], ahead: Sequence[PlannedChange], now: datetime
) -> None:
    """UserError when buying this would give nothing, charge twice, or waste what was paid before."""
    plan = plain(tier.name)
    same = [one for one in mine if one.entitlement.tier.id == tier.id]
    if span.kind is BillingKind.TRIAL:
        if same:
            raise UserError(
                "You have {plan} or had it before, or its trial. A trial is for those who do not know it yet; /membership buy has the other prices.",
                plan=plan,
            )
        return
    live = [
        one
        for one in same
        if one.entitlement.status is EntitlementStatus.LIVE and one.entitlement.held_until > now
    ]
    if any(one.entitlement.forever for one in live):
        raise UserError("You have {plan} for ever, so there is nothing more to buy of it.", plan=plan)
    for one in live:
        if one.subscribed and (span.kind is BillingKind.RECURRING or one.renews):
            raise _subscribed(one)
    _not_before_a_change(plan, live, ahead)
    until = max((one.entitlement.ends_at for one in live if one.entitlement.source == "order"), default=now)
    if until > now and span.kind in (BillingKind.RECURRING, BillingKind.LIFETIME):
        raise UserError(
            "You have paid for {plan} until {when}. /membership change takes you to this price and counts your unused days.",
            plan=plan,
            when=stamp(until),
        )


def may_change(held: OwnedMembership, ahead: Sequence[PlannedChange], now: datetime) -> Order:
    """The order behind a right that can be exchanged. UserError when there is nothing to count, or something is planned."""
    entitlement, plan = held.entitlement, plain(held.entitlement.tier.name)
    if entitlement.forever and entitlement.source == "order":
        raise UserError(
            "{plan} is yours for ever, so it has no unused days to count. You can buy another membership beside it with /membership buy.",
            plan=plan,
        )
    if held.order is None or entitlement.source != "order":
        raise UserError(
            "You have {plan} without having paid for it, so there is nothing to count. Buy the other membership with /membership buy.",
            plan=plan,
        )
    if held.phase in (Phase.PAST_DUE, Phase.PAUSED):
        raise UserError(
            "The last renewal of {plan} was not paid. Pay it first: /membership status has a button for your card and invoices.",
            plan=plan,
        )
    if entitlement.ends_at <= now:
        raise UserError("{plan} is over. Buy the other membership with /membership buy.", plan=plan)
    _not_before_a_change(plan, [held], ahead)
    return held.order


def _subscribed(one: OwnedMembership) -> UserError:
    plan, when = plain(one.entitlement.tier.name), stamp(one.entitlement.ends_at)
    if one.phase is Phase.ENDING:
        return UserError(
            "Your subscription to {plan} ends on {when}. /membership cancel has a button to keep it.",
            plan=plan,
            when=when,
        )
    return UserError(
        "You have {plan}, and it renews by itself. /membership change takes you to another price, /membership cancel ends it.",
        plan=plan,
    )


def _not_before_a_change(plan: str, live: Sequence[OwnedMembership], ahead: Sequence[PlannedChange]) -> None:
    ids = {one.entitlement.id for one in live}
    for one in ahead:
        if one.order.follows in ids:
            raise UserError(
                "You have planned a change from {plan} to {other} on {when}. Take it back first: /membership cancel has the button.",
                plan=plan,
                other=plain(one.order.tier.name),
                when=stamp(one.starts_at),
            )
