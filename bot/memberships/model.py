"""The nouns that cross this domain's borders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from dateutil.relativedelta import relativedelta

from bot.money import Money
from bot.payments.port import Fact, Phase, Recurrence

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
"""The end of what never ends: compares like any other date, in Python and in SQL."""


class ExpiryAction(StrEnum):
    """What happens to the roles when a membership is over."""

    TAKE = "take"
    FALLBACK = "fallback"
    KEEP = "keep"


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a tier gives, as it was when somebody bought it. `version` counts from 1.

    `events`: members-only events are open; `consultations` a month; `discount` percent off other tiers.
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


@dataclass(frozen=True, kw_only=True)
class Tier:
    """A membership by name, with the terms that are meant: the present ones, or those of an order or a right.

    `suspended` is the finding that keeps it off sale for now.
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

    def end(self, start: datetime) -> datetime:
        """When what begins at `start` ends. A month from the 31st ends on the last day of the next month."""
        if self.kind is BillingKind.LIFETIME:
            return FOREVER
        return min(start + timedelta(days=self.days) + relativedelta(months=self.months), FOREVER)


@dataclass(frozen=True)
class Price:
    """One way to buy a tier. A trial costs nothing."""

    id: int
    tier_id: int
    duration: Duration
    money: Money


@dataclass(frozen=True)
class Product:
    """A tier with the ways to buy it now, the shortest first."""

    tier: Tier
    prices: tuple[Price, ...]


@dataclass(frozen=True, kw_only=True)
class Order:
    """One purchase, with price, span and terms (`tier.terms`) as they were.

    `price` is due first, `renewal` at every renewal of a recurring one. `credit` is what the unused days of the
    entitlement `replaces` are worth here, `discount` what another membership took off (both in the price's currency);
    `extra` are seconds that credit above the price adds. `follows` is the entitlement after whose end this one begins.
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

    @property
    def full_price(self) -> Money:
        """The price before credit and discount."""
        return Money(self.price.amount + self.credit.amount + self.discount, self.price.currency)


@dataclass(frozen=True, kw_only=True)
class OrderRequest:
    """What a member is about to order: a price, what is `due` of it now, and why that is less (as in `Order`).

    `until` is when the order closes, if another time than usual.
    """

    tier: Tier
    price: Price
    user_id: int
    due: Money
    credit: int = 0
    discount: int = 0
    extra: int = 0
    replaces: int | None = None
    follows: int | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Search:
    """Which orders are meant; None: any."""

    user_id: int | None = None
    state: OrderStatus | None = None
    tier_id: int | None = None


class EntitlementStatus(StrEnum):
    """Where an entitlement stands."""

    LIVE = "live"
    SUSPENDED = "suspended"  # its money is disputed
    ENDED = "ended"
    REVOKED = "revoked"
    REPLACED = "replaced"  # an upgrade took its place


@dataclass(frozen=True, kw_only=True)
class Entitlement:
    """What a member has from a tier, from when until when; its roles stay to `held_until` (the grace).

    `source` is order, trial, grant or import; `reason` what staff wrote; `replaced_by` the order of an upgrade.
    """

    id: int
    guild_id: int
    user_id: int
    tier: Tier
    order_id: int | None
    source: str
    reason: str
    status: EntitlementStatus
    starts_at: datetime
    ends_at: datetime
    held_until: datetime
    replaced_by: int | None = None

    @property
    def forever(self) -> bool:
        """Has it no end?"""
        return self.ends_at >= FOREVER

    def gives_roles(self, now: datetime) -> bool:
        """Does it give its roles at this moment?"""
        return self.status is EntitlementStatus.LIVE and self.starts_at <= now < self.held_until


@dataclass(frozen=True)
class PayCard:
    """A pay card that may still be edited: its interaction token, sealed. `made_at` is real time."""

    id: int
    locale: str
    sealed: str
    made_at: datetime


class OrderStatus(StrEnum):
    """Where an order stands."""

    CREATED = "created"  # no checkout yet
    PENDING = "pending"  # waits for the money
    PAID = "paid"
    DISPUTED = "disputed"  # the payer's bank took the money back until it is decided
    REFUNDED = "refunded"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REVIEW = "review"  # money came that is not the price: the owner decides


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The state, and the payments behind it.

    `counted` payments pay the order (one, or one a period); `extra` ones of the right price came on top, or for
    what cannot be given any more, and are given back; `odd` ones are of another amount, currency or checkout
    and wait for the owner. `ever` tells whether a right payment came at all, refunded or not, `mismatched`
    the same of an odd one. `since` and `until` span the counted periods of a recurring order.
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
    """Is every right payment disputed, and nothing decided?"""
