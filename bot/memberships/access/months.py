"""Months that a member bought one behind the other: when a purchase ends that lengthens a row of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from bot.db import Reader
from bot.memberships.access.store import entitlements
from bot.memberships.model import FOREVER, BillingKind, Duration, Entitlement, EntitlementStatus, Order
from bot.memberships.periods import Anchor, Span, anchor_of

Bought = Mapping[int, tuple[Duration, timedelta]]
"""Of each order, by id: for how long it was bought, and the time that credit above its price added."""

_PRECEDENCE = list(EntitlementStatus)


async def _nothing_bought(db: Reader, guild_id: int, order_ids: Collection[int]) -> Bought:
    return {}


class Months:
    """Counts months in the community's `zone`; `bought` tells what orders are for."""

    def __init__(
        self,
        zone: tzinfo = UTC,
        bought: Callable[[Reader, int, Collection[int]], Awaitable[Bought]] = _nothing_bought,
    ) -> None:
        self._zone = zone
        self._bought = bought

    async def end(self, db: Reader, order: Order, user_id: int, starts: datetime) -> datetime:
        """The end of what this order gives the member if it begins at `starts`."""
        owned = await entitlements.of_member(db, order.guild_id, user_id)
        others = [other for other in owned if other.tier.id == order.tier.id and other.order_id != order.id]
        anchor = await self._anchor(db, others, starts)
        extra = timedelta(seconds=order.extra)
        return min(order.duration.end(starts, self._zone, anchor) + extra, FOREVER)

    async def _anchor(self, db: Reader, others: Sequence[Entitlement], starts: datetime) -> Anchor:
        """Where the months of what begins at `starts` are counted from, behind these others of the same tier.

        What is over, refunded or revoked still tells on which day the row of months began, if nothing took its place.
        """
        earlier = sorted(
            (other for other in others if other.order_id is not None and other.ends_at <= starts),
            key=lambda other: _PRECEDENCE.index(other.status),
        )
        order_ids = [other.order_id for other in earlier if other.order_id is not None]
        bought: Bought = await self._bought(db, earlier[0].guild_id, order_ids) if earlier else {}
        spans = [
            Span(other.starts_at, other.ends_at, _months_alone(bought.get(order_id)))
            for other, order_id in zip(earlier, order_ids, strict=True)
        ]
        return anchor_of(starts, spans, self._zone)


def _months_alone(bought: tuple[Duration, timedelta] | None) -> int:
    """How many months an order bought ahead; 0 for one that was for something else, or has extra time."""
    if bought is None or bought[0].kind is not BillingKind.PREPAID or bought[1]:
        return 0
    return bought[0].months
