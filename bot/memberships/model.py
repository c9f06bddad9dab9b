"""The types that the packages of this domain, the cogs and other domains share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import TypedDict

from bot.memberships.item import Item
from bot.memberships.periods import Anchor
from bot.money import Money
from bot.payments.port import Fact, Phase, Recurrence

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
"""The `ends_at` of an entitlement without end: it compares like any other date, in Python and in SQL."""

RENEWING = (Phase.ACTIVE, Phase.PAST_DUE, Phase.PAUSED)
"""A subscription in one of these phases will charge again."""


class ExpiryAction(StrEnum):
    """What happens when a membership is over: take the roles, give another role instead, keep them, or remove the member."""

    TAKE = "take"
    FALLBACK = "fallback"
    KEEP = "keep"
    KICK = "kick"


@dataclass(frozen=True, kw_only=True)
class Terms:
    """One version of what a tier gives. `version` counts from 1.

    `events`: members-only events are open; `consultations` a month; `discount` percent off other tiers.
    `after` is what happens at the end, with `after_role_id` for a fallback and `after_until` for keeping the roles.
    """

    version: int
    roles: tuple[int, ...]
    events: bool = False
    consultations: int = 0
    discount: int = 0
    grace_days: int = 0
    after: ExpiryAction = ExpiryAction.TAKE
    after_role_id: int | None = None
    after_until: datetime | None = None


class Benefits(TypedDict, total=False):
    """The terms that are a figure, or a yes or no, as an edit sets them; None leaves one as it is."""

    events: bool | None
    consultations: int | None
    discount: int | None
    grace_days: int | None


@dataclass(frozen=True, kw_only=True)
class Tier:
    """What is or was for sale: a membership or, with `item`, that one thing alone, which gives no roles.

    `terms` are the present ones, or those of an order or entitlement. `suspended` is the finding that keeps it off
    sale for now.
    """

    id: int
    guild_id: int
    name: str
    description: str
    position: int
    seats: int | None
    suspended: str | None
    archived: bool
    terms: Terms
    item: Item | None = None


class BillingKind(StrEnum):
    """How a tier can be bought."""

    ONCE = "once"  # some days, paid once
    PREPAID = "prepaid"  # calendar months, paid once
    RECURRING = "recurring"  # calendar months, again and again
    LIFETIME = "lifetime"
    TRIAL = "trial"  # some days for nothing, once per member


@dataclass(frozen=True)
class Duration:
    """How long a purchase lasts: `days` for once and trial, `months` for prepaid and recurring, else for ever."""

    kind: BillingKind
    days: int = 0
    months: int = 0

    @property
    def recurrence(self) -> Recurrence:
        """Whether a provider takes the money once or again and again."""
        return Recurrence.RECURRING if self.kind is BillingKind.RECURRING else Recurrence.ONCE

    def end(self, start: datetime, zone: tzinfo = UTC, anchor: Anchor | None = None) -> datetime:
        """The end of a purchase that begins at `start`. A month from the 31st ends on the last day of the next month.

        Months are those of the calendar in `zone`, counted from `anchor` where others precede them.
        """
        if self.kind is BillingKind.LIFETIME:
            return FOREVER
        if self.months:
            return min((anchor or Anchor(start)).after(self.months, zone), FOREVER)
        return min(start + timedelta(days=self.days), FOREVER)


class Refusal(StrEnum):
    """Why something cannot be bought, or why the money of a paid order goes back by itself."""

    HAD = "had"  # a trial of what the member knows already
    SUBSCRIBED = "subscribed"  # there is a subscription, and the two would charge for the same time
    UNPAID = "unpaid"  # there is one whose renewal was not paid, and that may still be
    FOREVER = "forever"
    PAID_AHEAD = "paid_ahead"  # days that were paid would be lost
    PLANNED = "planned"  # a change is planned already
    CHANGED = "changed"  # what it was to replace or to follow is over
    SOLD_OUT = "sold_out"
    NOT_SOLD = "not_sold"  # paid late, and not on sale any more
    BANNED = "banned"
    DISCOUNT_GONE = "discount_gone"  # the membership that gave the discount was taken away
    FREE_TWICE = "free_twice"  # what a discount makes free is given once at a time
    TAKEN_BACK = "taken_back"  # the member took back what cost nothing


@dataclass(frozen=True)
class Price:
    """One way to buy a tier: for how long, and what that costs. A trial costs nothing."""

    id: int
    tier_id: int
    duration: Duration
    money: Money


@dataclass(frozen=True)
class Product:
    """A tier with its present prices, the shortest duration first."""

    tier: Tier
    prices: tuple[Price, ...]


@dataclass(frozen=True, kw_only=True)
class Order:
    """One purchase, with price, duration and terms (`tier.terms`) as they were when it was made.

    `price` is due first, `renewal` at every renewal of a recurring order. `credit` is what the unused days of the
    entitlement `replaces` are worth, `discount` what another membership takes off (both in the price's currency).
    Credit above the price adds `extra` seconds. The entitlement begins when the entitlement `follows` ends.
    `refused`: it could not be fulfilled when it was paid, so its money goes back.
    `discounted_by` is the entitlement that gave the discount; None without one, and for orders from before it was kept.
    `customer` is the provider's id of who pays its subscription.
    `kept` is what of the credit was still there at an exchange that came late; None when all of it counts.
    """

    id: int
    guild_id: int
    user_id: int
    tier: Tier
    price_id: int | None
    state: OrderStatus
    provider: str
    ref: str | None
    duration: Duration
    price: Money
    renewal: Money | None
    credit: Money
    replaces: int | None
    follows: int | None
    phase: Phase | None
    created_at: datetime
    expires_at: datetime
    discount: int = 0
    extra: int = 0
    refused: Refusal | None = None
    discounted_by: int | None = None
    customer: str | None = None
    kept: int | None = None

    @property
    def full_price(self) -> Money:
        """The price before credit and discount."""
        return Money(self.price.amount + self.credit.amount + self.discount, self.price.currency)


@dataclass(frozen=True, kw_only=True)
class OrderRequest:
    """What a member is about to order: a price, how much of it is `due` now, and why that is less (as in `Order`).

    `until` is when the order expires, if not at the usual time.
    """

    tier: Tier
    price: Price
    user_id: int
    due: Money
    credit: int = 0
    discount: int = 0
    discounted_by: int | None = None
    extra: int = 0
    replaces: int | None = None
    follows: int | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Search:
    """A filter for orders; None matches any value."""

    user_id: int | None = None
    state: OrderStatus | None = None
    tier_id: int | None = None


class EntitlementStatus(StrEnum):
    """The status of an entitlement."""

    LIVE = "live"
    SUSPENDED = "suspended"  # its money is disputed
    ENDED = "ended"
    REVOKED = "revoked"
    REPLACED = "replaced"  # an upgrade took its place


@dataclass(frozen=True, kw_only=True)
class Entitlement:
    """That a member has a tier from `starts_at` to `ends_at`; its roles stay to `held_until` (after the grace).

    `user_id` is who has it now, `acquired_by` who bought, tried or was given it: a transfer changes only the first.
    `source` is order, trial, grant or import; `reason` what staff wrote; `replaced_by` the order of an upgrade.
    `length` is the seconds that were bought at once (None: renewing, for ever, or not bought); `cut` of them are not
    given while the money behind the order's credit is missing. `taken_at` is when it was suspended or revoked because of
    its money: it gets back the days that it had left then. `follows` is the entitlement of a planned change's order.
    """

    id: int
    guild_id: int
    user_id: int
    acquired_by: int
    tier: Tier
    order_id: int | None
    source: str
    reason: str
    status: EntitlementStatus
    starts_at: datetime
    ends_at: datetime
    held_until: datetime
    replaced_by: int | None = None
    length: int | None = None
    cut: int = 0
    taken_at: datetime | None = None
    follows: int | None = None

    @property
    def forever(self) -> bool:
        """Has the entitlement no end?"""
        return self.ends_at >= FOREVER

    @property
    def removes(self) -> bool:
        """Does its regular end remove the member from the server?

        Never if staff gave or handed it to them: that would be their kick.
        """
        own = self.source != "grant" and self.acquired_by == self.user_id
        return self.tier.terms.after is ExpiryAction.KICK and own and not self.forever

    @property
    def unused(self) -> bool:
        """Is all of its time still to come, as far as its dates tell? A part of it may have been given before a pause."""
        seconds = (self.ends_at - self.starts_at) // timedelta(seconds=1)
        return self.length is None or self.forever or seconds >= self.length - self.cut

    def gives_roles(self, now: datetime) -> bool:
        """Does the entitlement give its roles at this moment?"""
        return self.status is EntitlementStatus.LIVE and self.starts_at <= now < self.held_until

    def gives_after_end(self, now: datetime) -> bool:
        """Has it ended, and do its terms give roles or keep them even so?"""
        terms = self.tier.terms
        kept = terms.after_until is not None and now < terms.after_until
        return self.status is EntitlementStatus.ENDED and (terms.after_role_id is not None or kept)


@dataclass(frozen=True)
class PayCard:
    """A pay card that may still be edited: `sealed` is its encrypted interaction token, `made_at` real time."""

    id: int
    locale: str
    sealed: str
    made_at: datetime


class OrderStatus(StrEnum):
    """The status of an order."""

    CREATED = "created"  # no checkout yet
    PENDING = "pending"  # waits for the payment
    PAID = "paid"
    DISPUTED = "disputed"  # the payer's bank holds the money until the dispute is decided
    REFUNDED = "refunded"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REVIEW = "review"  # a payment came that is not the price: the owner decides


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What was noted by hand for an order, whose money may come in parts.

    Of what came, `held` was not given back; `missing` of the price is still open, `over` lies above it. `allocated`
    of `held` pays the order. `counted` are the payments that made up the price; `ended`: a part was given back since,
    and the policy ends the membership with it.
    """

    held: Money
    missing: Money
    over: Money
    allocated: Money
    counted: tuple[Fact, ...]
    ended: bool = False

    @property
    def incomplete(self) -> bool:
        """Has a part of the price come, and is the rest still open?"""
        return self.held.amount > 0 and not self.counted


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The status that an order's payments lead to, and the payments behind it.

    `counted` payments pay the order (one, or one a period). `extra` ones have the correct price, but came on top or
    for an order that cannot be fulfilled any more, and are refunded. `odd` ones are of another amount, currency or
    checkout and wait for the owner. `ever`: a payment of the correct price came, refunded or not; `mismatched`: an
    odd one came. `resting` payments would count if they were not disputed. `since` and `until` enclose the periods of
    counted and resting payments of a recurring order; `lapsed`: all money for its latest period went back.
    `parts` are those of an order whose payments are noted by hand.
    """

    state: OrderStatus
    counted: tuple[Fact, ...]
    extra: tuple[Fact, ...]
    odd: tuple[Fact, ...]
    ever: bool
    mismatched: bool
    since: datetime | None
    until: datetime | None
    waiting: bool = False
    """Are all payments of the correct price disputed, and none of the disputes decided?"""
    resting: tuple[Fact, ...] = ()
    lapsed: bool = False
    parts: Parts | None = None

    @property
    def stands(self) -> bool:
        """Does money of the order itself stay, or is it only disputed?"""
        return self.state in (OrderStatus.PAID, OrderStatus.DISPUTED)

    def rests(self, now: datetime) -> bool:
        """Is the payment for the present period disputed?"""
        begun = [
            fact for fact in (*self.counted, *self.resting) if fact.period and fact.period.starts_at <= now
        ]
        latest = max(begun, key=lambda fact: fact.period.starts_at if fact.period else now, default=None)
        return self.waiting or latest in self.resting


@dataclass(frozen=True)
class Funding:
    """What an order is worth: `full` is its price, credit and discount together, `held` what of that is backed by money
    that stayed.

    `undecided`: some of what is missing is disputed, and may come back. `until`: what cost nothing ends then at the
    latest, with the membership that gave the discount.
    """

    full: int
    held: int
    undecided: bool = False
    until: datetime | None = None

    def part(self, seconds: int) -> int:
        """The part of a time that the held money pays, rounded down."""
        return seconds if self.held >= self.full else seconds * max(0, self.held) // self.full
