"""What a member may buy or change, given what they have. Pure: a UserError says what is not possible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.cards import plain
from bot.errors import UserError
from bot.i18n import stamp
from bot.memberships.model import (
    FOREVER,
    BillingKind,
    Duration,
    Entitlement,
    EntitlementStatus,
    Order,
    Refusal,
    Tier,
)
from bot.memberships.orders.holdings import OwnedMembership, PlannedChange
from bot.memberships.orders.paying import paid_by_another
from bot.payments.port import Phase


@dataclass(frozen=True)
class Obstacle:
    """What stands against a purchase: the membership or planned change in the way, and until when."""

    why: Refusal
    membership: OwnedMembership | None = None
    planned: PlannedChange | None = None
    until: datetime | None = None


def obstacle(
    tier: Tier,
    duration: Duration,
    owned: Sequence[OwnedMembership],
    planned: Sequence[PlannedChange],
    now: datetime,
) -> Obstacle | None:
    """What stands against buying this beside `owned`: it would give nothing, charge twice, or waste what was paid.

    Asked when somebody buys, and again when the money comes.
    """
    same = [membership for membership in owned if membership.entitlement.tier.id == tier.id]
    if duration.kind is BillingKind.TRIAL:
        return Obstacle(Refusal.HAD, same[0]) if same else None
    live = [
        membership
        for membership in same
        if membership.entitlement.status is EntitlementStatus.LIVE and membership.entitlement.held_until > now
    ]
    for membership in live:
        if membership.entitlement.forever:
            return Obstacle(Refusal.FOREVER, membership)
    lasting = duration.kind in (BillingKind.RECURRING, BillingKind.LIFETIME)
    for membership in same:
        found = _subscription_in_the_way(membership, membership in live, duration)
        if found is not None:
            return found
    live_ids = {membership.entitlement.id for membership in live}
    for change in planned:
        leads_here = change.order.tier.id == tier.id and change.order.renewal is not None
        if change.order.follows in live_ids or leads_here:
            return Obstacle(Refusal.PLANNED, planned=change)
    paid = [membership for membership in live if membership.entitlement.source == "order"]
    until = max((membership.entitlement.ends_at for membership in paid), default=now)
    if not lasting or until <= now:
        return None
    elsewhere = next((membership for membership in paid if not membership.paid_by_holder), None)
    return Obstacle(Refusal.PAID_AHEAD, elsewhere, until=until)


def _subscription_in_the_way(membership: OwnedMembership, runs: bool, duration: Duration) -> Obstacle | None:
    """The obstacle that this membership's subscription is, as long as the provider may charge for it again."""
    recurring, lasting = duration.kind is BillingKind.RECURRING, duration.kind is BillingKind.LIFETIME
    if runs:
        blocks = membership.renews or (membership.subscribed and recurring)
        return Obstacle(Refusal.SUBSCRIBED, membership) if blocks else None
    status = membership.entitlement.status
    if status is EntitlementStatus.SUSPENDED and membership.renews:
        return Obstacle(Refusal.SUBSCRIBED, membership)
    if status is EntitlementStatus.ENDED and membership.renews and (recurring or lasting):
        unpaid = membership.phase in (Phase.PAST_DUE, Phase.PAUSED)
        return Obstacle(Refusal.UNPAID if unpaid else Refusal.SUBSCRIBED, membership)
    return None


def require_eligible(
    tier: Tier,
    duration: Duration,
    owned: Sequence[OwnedMembership],
    planned: Sequence[PlannedChange],
    now: datetime,
) -> None:
    """UserError when buying this would give nothing, charge twice, or waste what was paid before."""
    found = obstacle(tier, duration, owned, planned, now)
    if found is not None:
        raise _error(tier, found, owned)


def _error(tier: Tier, found: Obstacle, owned: Sequence[OwnedMembership]) -> UserError:
    plan = plain(tier.name)
    if found.why is Refusal.HAD:
        return already_tried(tier)
    if found.why is Refusal.FOREVER:
        return UserError("You have {plan} for ever, so there is nothing more to buy of it.", plan=plan)
    if found.why is Refusal.UNPAID:
        return UserError(
            "The last renewal of {plan} was not paid, and it may still be charged. Pay it or end that subscription first: /membership cancel has the buttons.",
            plan=plan,
        )
    if found.planned is not None:
        return _planned_already(found.planned, owned)
    if tier.item is not None:
        return UserError(
            "You have {plan} until {when}. Buy it for ever once those days are over.",
            plan=plan,
            when=stamp(found.until or FOREVER),
        )
    if found.membership is not None:
        return _already_subscribed(found.membership)
    return UserError(
        "You have paid for {plan} until {when}. /membership change takes you to this price and counts your unused days.",
        plan=plan,
        when=stamp(found.until or FOREVER),
    )


def outlasting(held: Entitlement, owned: Sequence[OwnedMembership]) -> OwnedMembership | None:
    """What of its tier the member has for longer without this subscription: bought, or for ever. Pure.

    Beside that the subscription must not renew: it would charge for what is there anyway.
    """
    beside = (
        other
        for other in owned
        if other.entitlement.id != held.id
        and other.entitlement.tier.id == held.tier.id
        and other.entitlement.status is EntitlementStatus.LIVE
        and (other.entitlement.forever or _bought_for_longer(other, held))
    )
    return max(beside, key=lambda other: other.entitlement.ends_at, default=None)


def _bought_for_longer(other: OwnedMembership, held: Entitlement) -> bool:
    longer = other.renews or other.entitlement.ends_at > held.ends_at
    return other.entitlement.source == "order" and longer


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
    for change in planned:
        if change.order.follows == entitlement.id:
            raise _planned_already(change, [held])
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


def already_tried(tier: Tier) -> UserError:
    """Why a trial is refused."""
    return UserError(
        "You have or had {plan}, or its trial. A trial is for those who have not tried it yet; /membership buy has the other prices.",
        plan=plain(tier.name),
    )


def _planned_already(change: PlannedChange, owned: Sequence[OwnedMembership]) -> UserError:
    followed = [one.entitlement.tier.name for one in owned if one.entitlement.id == change.order.follows]
    return UserError(
        "You have planned a change from {plan} to {other} on {when}. Take it back first: /membership cancel has the button.",
        plan=plain(followed[0] if followed else change.order.tier.name),
        other=plain(change.order.tier.name),
        when=stamp(change.starts_at),
    )


def _paid_elsewhere(plan: str, until: datetime) -> UserError:
    return UserError(
        "You have {plan} until {when}, and another account pays for it, so you cannot exchange it. Buy {plan} here once that account has stopped paying and those days are over.",
        plan=plan,
        when=stamp(until),
    )
