"""What Lyceum asks of whoever moves the money, in our words.

A provider verifies and reports *facts*; what they mean for an order is decided in
`bot/memberships/orders/order_state.py` from the set of all of them, so their order of arrival does not matter.
Every provider is a PaymentProvider. One that renews payments by itself is also a Subscriptions, one whose money only the
owner sees also a ByHand; `subscriptions_of` and `by_hand` ask for these. `registry.py` lists all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, runtime_checkable

from bot.errors import NeedsAction
from bot.money import Money

Headers = Sequence[tuple[str, str]]
"""As they came, so that one which came twice can be refused."""


class InvalidWebhook(Exception):
    """Not from the provider, too old, or not what it would send. The sender is not told which."""


class Recurrence(StrEnum):
    """Whether money comes once or again and again."""

    ONCE = "once"
    RECURRING = "recurring"


@dataclass(frozen=True, kw_only=True)
class Purchase:
    """What is to be paid. `guild_id` and `order_id` come back in every fact.

    The adapter packs them into one reference of its own. (WeChat Pay takes 32 characters of
    letters, digits and `_-|*`: both ids fit in base 36.) With `Pace.RECURRING`, `money` is due now and
    `renewal` every `months` from then on. `customer` is what the provider called this member before.
    """

    guild_id: int
    order_id: int
    money: Money
    title: str
    expires_at: datetime
    user_id: int = 0
    pace: Recurrence = Recurrence.ONCE
    months: int = 0
    renewal: Money | None = None
    customer: str | None = None


@dataclass(frozen=True)
class Checkout:
    """Where the member pays: an address to open, or the content of a QR code to scan; or words on how to pay.

    `instructions` is what the owner wrote (a bank account); it is shown as written.
    """

    ref: str
    expires_at: datetime
    url: str | None = None
    qr_payload: str | None = None
    instructions: str | None = None


class FactKind(StrEnum):
    """What can be a fact about an order."""

    PAID = "paid"
    DECLINED = "declined"  # this attempt failed; the member may try again
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"  # names the refund that came back
    DISPUTED = "disputed"  # the money was taken back until it is decided
    DISPUTE_WON = "dispute_won"
    DISPUTE_LOST = "dispute_lost"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REJECTED = "rejected"  # ours alone: what was sold cannot be given any more; its money goes back


@dataclass(frozen=True)
class BillingPeriod:
    """The time that a payment of a recurring order is for: `[starts_at, ends_at)`."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One thing that happened to one of the provider's objects.

    `object_id` names the payment, refund, dispute or checkout; `money` is what it moved, or would have
    moved; `payment_id` tells which payment a refund or dispute is about. `period` comes with payments of
    recurring orders; `renewal` tells those that are not the first.
    """

    kind: FactKind
    object_id: str
    guild_id: int
    order_id: int
    ref: str
    money: Money
    at: datetime
    payment_id: str | None = None
    period: BillingPeriod | None = None
    renewal: bool = False


class Phase(StrEnum):
    """Where a subscription stands at the provider."""

    ACTIVE = "active"
    ENDING = "ending"  # paid to the end of the period, then over
    PAST_DUE = "past_due"  # a renewal could not be taken yet
    PAUSED = "paused"
    ENDED = "ended"


@dataclass(frozen=True)
class Subscription:
    """A recurring order as the provider sees it now. `customer` is the provider's name for the member."""

    ref: str
    phase: Phase
    customer: str | None = None


@dataclass(frozen=True)
class CheckoutSnapshot:
    """Everything that has happened at a checkout, and where its subscription stands, if it is one."""

    facts: tuple[Fact, ...]
    subscription: Subscription | None = None


@dataclass(frozen=True)
class ProviderNotice:
    """One verified webhook. It carries a `fact`, or says "look again" at the provider's object `about`.

    With neither the event means nothing to us. A provider whose webhooks are only a trigger (Stripe: any
    order, twice, of another age) sends `about` alone: the truth is then fetched, never taken from the event.
    """

    event_id: str
    kind: str
    fact: Fact | None = None
    about: str | None = None


@dataclass(frozen=True)
class Unmatched:
    """An event about no order of ours. `object_id` is what the provider calls the payment, refund or whatever it is."""

    provider: str
    event_id: str
    kind: str
    object_id: str
    money: Money | None
    received_at: datetime


class PaymentProvider(Protocol):
    """Whoever moves the money. Calls over the network raise RetryLater or NeedsAction."""

    @property
    def name(self) -> str:
        """The key in the registry and the last part of the webhook's address."""
        ...

    @property
    def play_money(self) -> bool:
        """True when nothing real moves; every card then says so."""
        ...

    @property
    def acknowledgement(self) -> bytes:
        """The body that tells the provider to stop resending (Alipay wants exactly `success`)."""
        ...

    @property
    def listens(self) -> bool:
        """Does it send webhooks that we can verify? Otherwise its address does not exist (404)."""
        ...

    def supports(self, money: Money, pace: Recurrence) -> bool:
        """Can this amount be paid in this currency here, once or again and again?"""
        ...

    async def create_checkout(self, purchase: Purchase) -> Checkout:
        """Open a checkout; for the same order id always the same one."""
        ...

    async def close_checkout(self, ref: str) -> None:
        """Take no more money there; harmless when it is paid or closed. Look again afterwards."""
        ...

    def verify(self, headers: Headers, body: bytes, now: datetime) -> ProviderNotice:
        """Read a webhook. Pure: no network, no database; `now` is real time. Raises InvalidWebhook."""
        ...

    async def order_of(self, about: str) -> tuple[int, int] | None:
        """(guild id, order id) of the provider's object that a notice was about; None when it is not ours."""
        ...

    async def fetch(self, ref: str) -> CheckoutSnapshot:
        """Everything that has happened at this checkout: the truth, should webhooks be lost."""
        ...

    async def refund(self, payment_id: str, money: Money, key: str) -> tuple[Fact, ...]:
        """Give `money` of a payment back; the same `key` gives it back once. Empty if a webhook will tell."""
        ...


@runtime_checkable
class Subscriptions(Protocol):
    """What a provider can do besides that takes money again and again (`supports` says yes to `Pace.RECURRING`)."""

    async def quote_change(self, ref: str, to: Purchase) -> Money:
        """What is due now if the subscription of checkout `ref` becomes `to` (the provider's own proration)."""
        ...

    async def change(self, ref: str, to: Purchase, *, at_once: bool) -> Checkout:
        """Let the subscription become `to`: now, the difference due at once, or when its period ends.

        The new checkout's `ref` tells of `to` from then on. The same `to.order_id` changes it once.
        """
        ...

    async def set_ending(self, ref: str, ending: bool) -> None:
        """End the subscription of this checkout at the end of its period, or let it go on after all."""
        ...

    async def portal(self, customer: str, back: str) -> str | None:
        """Where a member manages card and invoices; None when the provider has no such place."""
        ...


@runtime_checkable
class ByHand(Protocol):
    """A provider whose money only the owner sees come and go: asking it finds nothing, and a refund is theirs to send."""

    @property
    def valid_for(self) -> timedelta:
        """How long an order waits for its money."""
        ...


def subscriptions_of(provider: PaymentProvider) -> Subscriptions:
    """The provider as one that has subscriptions. NeedsAction when it has none."""
    if isinstance(provider, Subscriptions):
        return provider
    raise NeedsAction("payment-refused", "{provider} has no subscriptions.", provider=provider.name)


def by_hand(provider: PaymentProvider | None) -> ByHand | None:
    """The provider as one whose money only the owner sees; None for all others."""
    return provider if isinstance(provider, ByHand) else None
