"""What can prevent a paid order: the same rules as at asking, asked again in the transaction that settles it.

Between the link and the money the member may have bought something else, the seat may be taken, the shop may sell
other things. A rule is a pure function of a `Case`; another one is one more line in `RULES`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.cards import plain
from bot.db import Reader
from bot.errors import UserError
from bot.ids import new_id
from bot.memberships.access.entitlements import credited
from bot.memberships.access.store import entitlements
from bot.memberships.catalog.store import tiers
from bot.memberships.model import (
    BillingKind,
    Entitlement,
    EntitlementStatus,
    Order,
    OrderStatus,
    Refusal,
    Tier,
)
from bot.memberships.orders import discounts
from bot.memberships.orders.eligibility import already_tried, obstacle
from bot.memberships.orders.holdings import (
    OwnedMembership,
    PlannedChange,
    owned_by,
    planned_changes,
    unused_value,
)
from bot.memberships.orders.parts import in_parts
from bot.memberships.orders.store import orders
from bot.payments.port import Fact, Phase


async def is_seat_free(db: Reader, tier: Tier, user_id: int, now: datetime) -> bool:
    """Is a seat left for this member? Holders of the tier take one, as do members who can still pay an order of it."""
    if tier.seats is None:
        return True
    taken = await entitlements.seat_holders(db, tier.guild_id, tier.id, now)
    taken |= await orders.members_with_open_order(db, tier.guild_id, tier.id, now)
    return len(taken - {user_id}) < tier.seats


async def require_seat(db: Reader, tier: Tier, user_id: int, now: datetime) -> None:
    """UserError when the tier is sold out."""
    if not await is_seat_free(db, tier, user_id, now):
        raise UserError(
            "{plan} is sold out: every seat is taken, or kept for somebody who is paying just now. Try again in half an hour, or ask the owner of this server.",
            plan=plain(tier.name),
        )


async def require_untried(db: Reader, tier: Tier, user_id: int) -> None:
    """UserError when this member has had the tier or its trial before, even if it was transferred since."""
    if await entitlements.was_acquired(db, tier.guild_id, user_id, tier.id):
        raise already_tried(tier)


async def require_replaceable(db: Reader, guild_id: int, user_id: int, replaces: int, now: datetime) -> None:
    """UserError when the membership to be exchanged is no longer running."""
    if not await credited(db, guild_id, user_id, replaces, new_id(), now):
        raise UserError(
            "The membership that you wanted to change is over or was changed in the meantime. /membership status shows what you have."
        )


@dataclass(frozen=True, kw_only=True)
class Case:
    """A paid order, and all that decides whether it can be fulfilled.

    `base` is the entitlement that it replaces or follows, `credited` what it would replace. `owned` and `planned` are
    what the member has besides. `reserved`: its seat is kept; `late`: it was paid after its link had expired, and
    `credit_gone`: something of what was to be exchanged for it was used since.
    `discount` is what stands against the discount that made its price.
    """

    order: Order
    now: datetime
    base: Entitlement | None
    credited: tuple[Entitlement, ...]
    owned: tuple[OwnedMembership, ...]
    planned: tuple[PlannedChange, ...]
    reserved: bool
    seat_free: bool
    late: bool
    on_sale: bool
    credit_gone: bool = False
    banned: bool = False
    discount: Refusal | None = None


Rule = Callable[[Case], Refusal | None]


def not_banned(case: Case) -> Refusal | None:
    """A ban between the link and the money: who may not come in buys nothing."""
    return Refusal.BANNED if case.banned else None


def base_stands(case: Case) -> Refusal | None:
    """An exchange needs the membership that it credits; a plan for later one that no other change has taken."""
    order = case.order
    if order.replaces is not None and not case.credited:
        return Refusal.CHANGED
    gone = case.base is not None and case.base.status is EntitlementStatus.REPLACED
    if order.follows is not None and gone:
        return Refusal.CHANGED
    # Days are shorter by what was used before a late payment came; what is for ever cannot be.
    for_ever = order.duration.kind is BillingKind.LIFETIME
    return Refusal.CHANGED if case.credit_gone and for_ever else None


def one_change(case: Case) -> Refusal | None:
    """Of one membership one change can be made; the first that is paid counts."""
    base = case.order.replaces or case.order.follows
    taken = any(
        change.order.follows == base and (change.entitlement is not None or case.order.follows is not None)
        for change in case.planned
    )
    return Refusal.PLANNED if base is not None and taken else None


def stands_beside(case: Case) -> Refusal | None:
    """What may stand beside what: the same question as when somebody buys."""
    base = case.order.replaces or case.order.follows
    planned = [change for change in case.planned if base is None or change.order.follows != base]
    found = obstacle(case.order.tier, case.order.duration, case.owned, planned, case.now)
    return found.why if found else None


def discount_holds(case: Case) -> Refusal | None:
    """The discount that made its price may be gone."""
    return case.discount


def seat_left(case: Case) -> Refusal | None:
    return None if case.reserved or case.seat_free else Refusal.SOLD_OUT


def still_sold(case: Case) -> Refusal | None:
    """Who paid in time gets what was offered, whatever the shop sells by now; who paid late does not."""
    return Refusal.NOT_SOLD if case.late and not case.on_sale else None


RULES: tuple[Rule, ...] = (
    not_banned,
    base_stands,
    one_change,
    stands_beside,
    discount_holds,
    seat_left,
    still_sold,
)
"""Asked in this order when an order is first paid, in the transaction that settles it; the first refusal counts."""


def judge(case: Case, rules: Sequence[Rule] = RULES) -> Refusal | None:
    """Why this paid order cannot be fulfilled; None when it can. Pure."""
    return next((why for rule in rules if (why := rule(case)) is not None), None)


async def refusal_of(
    db: Reader,
    order: Order,
    now: datetime,
    paid: Sequence[Fact] = (),
    *,
    banned: bool = False,
    rules: Sequence[Rule] = RULES,
) -> Refusal | None:
    """Why this order cannot be fulfilled, `paid` by these payments; None when it can."""
    return judge(replace(await _case(db, order, now, paid), banned=banned), rules)


async def no_longer_possible(db: Reader, order: Order, now: datetime) -> list[Order]:
    """The member's other open orders that could not be fulfilled any more, after this one was."""
    return [
        other
        for other in await orders.open_orders(db, order.guild_id, order.user_id)
        if other.id != order.id and await refusal_of(db, other, now) is not None
    ]


def is_late(order: Order, paid: Sequence[Fact]) -> bool:
    """Was the price of the order complete only after its link had expired? Pure.

    Of a bank transfer in parts the last one completes it; of a subscription the first payment pays the link.
    """
    moments = [fact.at for fact in paid]
    if not moments:
        return False
    return (max(moments) if in_parts(order) else min(moments)) > order.expires_at


def exclude_each_other(one: Order, other: Order, now: datetime) -> bool:
    """Could only one of these two open orders of a member be fulfilled? Pure."""
    bases = {one.replaces or one.follows, other.replaces or other.follows}
    if None not in bases and len(bases) == 1:
        return True
    pairs = ((one, other), (other, one))
    return any(
        obstacle(second.tier, second.duration, [_as_if_paid(first, now)], (), now) is not None
        for first, second in pairs
    )


def _as_if_paid(order: Order, now: datetime) -> OwnedMembership:
    ends = order.duration.end(now)
    entitlement = Entitlement(
        id=order.id,
        guild_id=order.guild_id,
        user_id=order.user_id,
        acquired_by=order.user_id,
        tier=order.tier,
        order_id=order.id,
        source="order",
        reason="",
        status=EntitlementStatus.LIVE,
        starts_at=now,
        ends_at=ends,
        held_until=ends,
    )
    return OwnedMembership(entitlement, replace(order, phase=Phase.ACTIVE if order.renewal else None))


async def _case(db: Reader, order: Order, now: datetime, paid: Sequence[Fact]) -> Case:
    owned = await owned_by(db, order.guild_id, order.user_id)
    planned = await planned_changes(db, order.guild_id, order.user_id, now)
    base_id = order.replaces or order.follows
    base = None if base_id is None else await entitlements.find(db, order.guild_id, id_=base_id)
    replaced = await credited(db, order.guild_id, order.user_id, order.replaces, order.id, now)
    gone = {entitlement.id for entitlement in replaced}
    if order.follows is not None and base is not None:  # it begins when these are over
        gone |= {
            membership.entitlement.id
            for membership in owned
            if membership.entitlement.tier.id == base.tier.id
            and membership.entitlement.ends_at <= base.ends_at
        }
    is_open = order.state in (OrderStatus.CREATED, OrderStatus.PENDING)
    late = is_late(order, paid)
    unused = sum([await unused_value(db, old, now) for old in replaced]) if late and replaced else 0
    sold = order.price_id is None or await tiers.sells(db, order.guild_id, order.price_id)
    return Case(
        order=order,
        now=now,
        base=base,
        credited=tuple(replaced),
        owned=tuple(
            membership
            for membership in owned
            if membership.entitlement.id not in gone and membership.entitlement.order_id != order.id
        ),
        planned=tuple(change for change in planned if change.order.id != order.id),
        reserved=is_open and now <= order.expires_at,
        seat_free=await is_seat_free(db, order.tier, order.user_id, now),
        late=late,
        credit_gone=late and unused < order.credit.amount,
        on_sale=sold and not order.tier.archived and order.tier.suspended is None,
        discount=await discounts.obstacle(db, order, now, late=late),
    )
