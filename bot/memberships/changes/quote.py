"""What a change would be: when, for how much, until when. Shown before anything is charged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.memberships.membership_actions import ChangeDraft
from bot.memberships.model import OrderRequest, Price, Tier
from bot.memberships.orders.holdings import OwnedMembership
from bot.money import Money

GOOD_FOR = timedelta(minutes=15)
"""A preview can be confirmed so long: its credit is reckoned from the moment at which it was shown."""


@dataclass(frozen=True, kw_only=True)
class Quote:
    """A change from `held` to a price: at once (`now`), or when what the member has ends.

    `list_price` less `discount` less `credit` is `due`; credit above it adds time, or is `lost` where no time can be
    added. `by_provider`: a subscription that stays one, so its provider reckons the difference and charges the known
    card. `at` is the moment of the reckoning. `worse`: it takes the place of a preview that promised more.
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
    extra: int = 0
    lost: int = 0
    worse: bool = False

    @property
    def draft(self) -> ChangeDraft:
        """What a button needs to know of it: the change, and what was promised."""
        at = self.at.replace(microsecond=0)
        return ChangeDraft(self.held.entitlement.id, self.price.id, self.now, at, self.due.amount, self.extra)

    def keeps(self, promised: ChangeDraft) -> bool:
        """Is this at least as good as what was shown?"""
        return self.now is promised.now and self.due.amount <= promised.due and self.extra >= promised.extra

    def wish(self, user_id: int, until: datetime | None = None) -> OrderRequest:
        """The order that makes it so."""
        right_id = self.held.entitlement.id
        return OrderRequest(
            tier=self.tier,
            price=self.price,
            user_id=user_id,
            due=self.due,
            credit=self.credit,
            discount=self.discount,
            extra=self.extra,
            replaces=right_id if self.now else None,
            follows=None if self.now else right_id,
            until=until,
        )
