"""Who pays: a subscription belongs to the member who ordered it, whoever has its entitlement by now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.cards import plain
from bot.db import Reader
from bot.errors import UserError
from bot.memberships.access.entitlements import RUNNING
from bot.memberships.access.store import entitlements
from bot.memberships.model import RENEWING, Entitlement, EntitlementStatus, Order, OrderStatus
from bot.memberships.orders.store import orders
from bot.payments.port import Phase


@dataclass(frozen=True)
class PaidSubscription:
    """A subscription as its payer (`order.user_id`) sees it, with what it gives, if it gives anything."""

    order: Order
    entitlement: Entitlement | None

    @property
    def phase(self) -> Phase | None:
        """Its phase at the provider."""
        return self.order.phase

    @property
    def renews(self) -> bool:
        """Will it charge again?"""
        return self.phase in RENEWING

    @property
    def serves(self) -> int | None:
        """The other member who has its entitlement now; None when it is the payer's own, or gives nothing any more."""
        given = self.entitlement
        if given is None or given.user_id == self.order.user_id or given.status not in RUNNING:
            return None
        return given.user_id

    def needs_showing(self, now: datetime) -> bool:
        """Is it not among the payer's own running memberships, but charges them or serves another?"""
        if self.serves is not None:
            return True
        given = self.entitlement
        if given is None and self.order.follows is not None and self.order.state is OrderStatus.PENDING:
            return False  # a planned change, which is shown as such
        runs = (
            given is not None
            and given.status is EntitlementStatus.LIVE
            and given.starts_at <= now < given.held_until
        )
        return self.renews and not runs


async def paid_by(db: Reader, guild_id: int, user_id: int) -> list[PaidSubscription]:
    """The subscriptions that a member pays for and that have not ended, the earliest first."""
    return [
        PaidSubscription(order, await entitlements.find(db, guild_id, order_id=order.id))
        for order in await orders.subscriptions_of(db, guild_id, user_id)
    ]


async def require_paid_by(db: Reader, guild_id: int, user_id: int, order_id: int) -> PaidSubscription:
    """The subscription of this order, if this member pays for it and it has not ended. UserError otherwise."""
    for paid in await paid_by(db, guild_id, user_id):
        if paid.order.id == order_id:
            return paid
    entitlement = await entitlements.find(db, guild_id, order_id=order_id)
    if entitlement is not None and entitlement.user_id == user_id != entitlement.acquired_by:
        raise paid_by_another(entitlement)
    raise UserError("You have no such subscription. /membership status shows what you have.")


def paid_by_another(entitlement: Entitlement) -> UserError:
    """What the holder of a transferred membership is told when they reach for its money."""
    return UserError(
        "Another account pays for {plan}. Only the account that pays can change or end the payments, or see its card and invoices.",
        plan=plain(entitlement.tier.name),
    )


def moved_away(entitlement: Entitlement) -> UserError:
    """What the payer of a transferred membership is told when they want to exchange it."""
    return UserError(
        "{plan}, which you pay for, belongs to another account now, so it cannot be changed. /membership cancel ends the payments.",
        plan=plain(entitlement.tier.name),
    )
