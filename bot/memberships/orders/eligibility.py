"""What a member may buy or change, given what they have. Pure: a UserError says what is not possible."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.cards import plain
from bot.errors import UserError
from bot.i18n import stamp
from bot.memberships.model import BillingKind, Duration, EntitlementStatus, Order, Tier
from bot.memberships.orders.admission import already_tried
from bot.memberships.orders.holdings import OwnedMembership, PlannedChange
from bot.memberships.orders.paying import paid_by_another
from bot.payments.port import Phase


def require_eligible(
    tier: Tier,
    duration: Duration,
    owned: Sequence[OwnedMembership],
    planned: Sequence[PlannedChange],
    now: datetime,
) -> None:
    """UserError when buying this would give nothing, charge twice, or waste what was paid before."""
    plan = plain(tier.name)
    same = [membership for membership in owned if membership.entitlement.tier.id == tier.id]
    if duration.kind is BillingKind.TRIAL:
        if same:
            raise already_tried(tier)
        return
    live = [
        membership
        for membership in same
        if membership.entitlement.status is EntitlementStatus.LIVE and membership.entitlement.held_until > now
    ]
    if any(membership.entitlement.forever for membership in live):
        raise UserError("You have {plan} for ever, so there is nothing more to buy of it.", plan=plan)
    for membership in live:
        if membership.subscribed and (duration.kind is BillingKind.RECURRING or membership.renews):
            raise _already_subscribed(membership)
    _require_no_planned_change(plan, live, planned)
    until = max(
        (membership.entitlement.ends_at for membership in live if membership.entitlement.source == "order"),
        default=now,
    )
    if until > now and duration.kind in (BillingKind.RECURRING, BillingKind.LIFETIME):
        if not all(membership.paid_by_holder for membership in live):
            raise _paid_elsewhere(plan, until)
        raise UserError(
            "You have paid for {plan} until {when}. /membership change takes you to this price and counts your unused days.",
            plan=plan,
            when=stamp(until),
        )


def changeable_order(held: OwnedMembership, planned: Sequence[PlannedChange], now: datetime) -> Order:
    """The order of a membership that can be exchanged. UserError when it gives no credit, or a change is planned."""
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
    if not held.paid_by_holder:
        if held.subscribed:
            raise paid_by_another(entitlement)
        raise UserError(
            "Another account paid for {plan}, so its unused days cannot be counted for you. Buy the other membership with /membership buy.",
            plan=plan,
        )
    if held.phase in (Phase.PAST_DUE, Phase.PAUSED):
        raise UserError(
            "The last renewal of {plan} was not paid. Pay it first: /membership status has a button for your card and invoices.",
            plan=plan,
        )
    if entitlement.ends_at <= now:
        raise UserError("{plan} is over. Buy the other membership with /membership buy.", plan=plan)
    _require_no_planned_change(plan, [held], planned)
    return held.order


def _already_subscribed(membership: OwnedMembership) -> UserError:
    plan, when = plain(membership.entitlement.tier.name), stamp(membership.entitlement.ends_at)
    if not membership.paid_by_holder:
        return _paid_elsewhere(plan, membership.entitlement.ends_at)
    if membership.phase is Phase.ENDING:
        return UserError(
            "Your subscription to {plan} ends on {when}. /membership cancel has a button to keep it.",
            plan=plan,
            when=when,
        )
    return UserError(
        "You have {plan}, and it renews by itself. /membership change takes you to another price, /membership cancel ends it.",
        plan=plan,
    )


def _paid_elsewhere(plan: str, until: datetime) -> UserError:
    return UserError(
        "You have {plan} until {when}, and another account pays for it, so you cannot exchange it. Buy {plan} here once that account pays no more and those days are over.",
        plan=plan,
        when=stamp(until),
    )


def _require_no_planned_change(
    plan: str, live: Sequence[OwnedMembership], planned: Sequence[PlannedChange]
) -> None:
    entitlement_ids = {membership.entitlement.id for membership in live}
    for change in planned:
        if change.order.follows in entitlement_ids:
            raise UserError(
                "You have planned a change from {plan} to {other} on {when}. Take it back first: /membership cancel has the button.",
                plan=plan,
                other=plain(change.order.tier.name),
                when=stamp(change.starts_at),
            )
