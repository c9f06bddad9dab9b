"""The preview of a change: from when, until when, for how much. Shown before anything is charged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.memberships.membership_actions import ChangeDraft
from bot.memberships.model import OrderRequest, Price, Tier
from bot.memberships.orders.holdings import OwnedMembership
from bot.money import Money

GOOD_FOR = timedelta(minutes=15)
"""How long a preview can be confirmed; its credit is calculated for the moment it was shown."""


@dataclass(frozen=True, kw_only=True)
class Quote:
    """A change from `held` to a price: at once (`now`), or when the present membership ends.

    `due` is the price less `discount` and `credit`; credit above it adds time (`extra`, in seconds), or is `lost` where
    no time can be added. `by_provider`: from one subscription to another, so the provider calculates the difference and
    charges the stored card. `at` is the moment of the calculation. `worse`: it replaces a preview that promised more.
    """

    held: OwnedMembership
    tier: Tier
    price: Price
    now: bool
    by_provider: bool
    at: datetime
    starts_at: datetime
    ends_at: datetime
    due: Money
    credit: int = 0
    discount: int = 0
    discounted_by: int | None = None
    extra: int = 0
    lost: int = 0
    worse: bool = False

    @property
    def draft(self) -> ChangeDraft:
        """The change and its promised terms, as the confirming button carries them."""
        at = self.at.replace(microsecond=0)
        return ChangeDraft(self.held.entitlement.id, self.price.id, self.now, at, self.due.amount, self.extra)

    def honours(self, promised: ChangeDraft) -> bool:
        """Is this quote at least as good as the preview?"""
        return self.now is promised.now and self.due.amount <= promised.due and self.extra >= promised.extra

    def order_request(self, user_id: int, until: datetime | None = None) -> OrderRequest:
        """The order that makes this change."""
        entitlement_id = self.held.entitlement.id
        return OrderRequest(
            tier=self.tier,
            price=self.price,
            user_id=user_id,
            due=self.due,
            credit=self.credit,
            discount=self.discount,
            discounted_by=self.discounted_by,
            extra=self.extra,
            replaces=entitlement_id if self.now else None,
            follows=None if self.now else entitlement_id,
            until=until,
        )
