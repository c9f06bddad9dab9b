"""The interface between Lyceum and payment providers.

A provider verifies and reports *facts*. `bot/memberships/orders/order_state.py` decides what the set of all facts
means for an order, so their order of arrival does not matter.
Every provider is a PaymentProvider. One that renews payments by itself also implements Subscriptions, one whose money
only the owner sees ByHand; `subscriptions_of` and `by_hand` test for these. `registry.py` lists all providers.
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
"""The headers as they came, so that a duplicate one can be refused."""


class InvalidWebhook(Exception):
    """A webhook that is forged, too old or malformed. The sender is not told which."""


class Recurrence(StrEnum):
    """Whether a payment is made once or repeatedly."""

    ONCE = "once"
    RECURRING = "recurring"


@dataclass(frozen=True, kw_only=True)
class Purchase:
    """What is to be paid. `guild_id` and `order_id` come back in every fact.

    The adapter packs them into one reference of its own (WeChat Pay takes 32 characters of letters,
    digits and `_-|*`: both ids fit in base 36). With `Recurrence.RECURRING`, `money` is due now and
    `renewal` every `months` from then on. `customer` is the provider's id for this member, if it has one.
    """

    guild_id: int
    order_id: int
    money: Money
    title: str
    expires_at: datetime
    user_id: int = 0
    recurrence: Recurrence = Recurrence.ONCE
    months: int = 0
    renewal: Money | None = None
    customer: str | None = None


@dataclass(frozen=True)
class Checkout:
    """Where the member pays: an address to open, the content of a QR code to scan, or instructions.

    `instructions` is the owner's text (a bank account); it is shown as written.
    """

    ref: str
    expires_at: datetime
    url: str | None = None
    qr_payload: str | None = None
    instructions: str | None = None


class FactKind(StrEnum):
    """What a provider can report about an order."""

    PAID = "paid"
    DECLINED = "declined"  # this attempt failed; the member may try again
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"  # names the refund that came back
    DISPUTED = "disputed"  # the bank took the money back until the dispute is decided
    DISPUTE_WON = "dispute_won"
    DISPUTE_LOST = "dispute_lost"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REJECTED = "rejected"  # stated by us: what was sold cannot be given any more; its money goes back
    CORRECTED = (
        "corrected"  # stated by the owner: names a payment or refund that they noted and that never was
    )


@dataclass(frozen=True)
class BillingPeriod:
    """The time that a payment of a recurring order covers: `[starts_at, ends_at)`."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One thing that happened to one of the provider's objects.

    `object_id` is the id of the payment, refund, dispute or checkout; `money` is what it moved, or would have
    moved; `payment_id` is the payment that a refund or dispute is about. Payments of recurring orders have a
    `period`; `renewal` is True for all but the first.
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
    """The state of a subscription at the provider."""

    ACTIVE = "active"
    ENDING = "ending"  # paid to the end of the period, then over
    PAST_DUE = "past_due"  # a renewal could not be taken yet
    PAUSED = "paused"
    ENDED = "ended"


@dataclass(frozen=True)
class Subscription:
    """A recurring order as the provider sees it now. `customer` is the provider's id for the member."""

    ref: str
    phase: Phase
    customer: str | None = None


@dataclass(frozen=True)
class CheckoutSnapshot:
    """Everything that has happened at a checkout, and the state of its subscription, if it has one."""

    facts: tuple[Fact, ...]
    subscription: Subscription | None = None


@dataclass(frozen=True)
class ProviderNotice:
    """One verified webhook. It carries a `fact`, or the id of an object to fetch again in `about`.

    With neither, the event means nothing to us. A provider whose webhooks are only a trigger (Stripe's come in any
    order, twice, or late) sends `about` alone: the truth is then fetched, never taken from the event.
    """

    event_id: str
    kind: str
    fact: Fact | None = None
    about: str | None = None


@dataclass(frozen=True)
class Unmatched:
    """An event about no order of ours. `object_id` is the provider's id of the payment, refund or other object."""

    provider: str
    event_id: str
    kind: str
    object_id: str
    money: Money | None
    received_at: datetime


class PaymentProvider(Protocol):
    """A service that moves money. Calls over the network raise RetryLater or NeedsAction."""

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
    def receives_webhooks(self) -> bool:
        """Does it send webhooks that we can verify? Otherwise its address does not exist (404)."""
        ...

    def supports(self, money: Money, recurrence: Recurrence) -> bool:
        """Can this amount be paid here in its currency, once or repeatedly?"""
        ...

    async def create_checkout(self, purchase: Purchase) -> Checkout:
        """Open a checkout. The same order id always gives the same one."""
        ...

    async def close_checkout(self, ref: str) -> None:
        """Take no more money at this checkout; harmless when it is paid or closed. Fetch it afterwards."""
        ...

    def verify(self, headers: Headers, body: bytes, now: datetime) -> ProviderNotice:
        """Read a webhook. Pure: no network, no database; `now` is real time. Raises InvalidWebhook."""
        ...

    async def order_of(self, about: str) -> tuple[int, int] | None:
        """(guild id, order id) of the object that a notice was about; None when it is not ours."""
        ...

    async def fetch(self, ref: str) -> CheckoutSnapshot:
        """Everything that has happened at this checkout: the truth even if webhooks are lost."""
        ...

    async def refund(self, payment_id: str, money: Money, key: str) -> tuple[Fact, ...]:
        """Give `money` of a payment back, once per `key`. Returns nothing if a webhook will report the refund."""
        ...


@runtime_checkable
class Subscriptions(Protocol):
    """What a provider of recurring payments can do besides (its `supports` accepts `Recurrence.RECURRING`)."""

    async def quote_change(self, ref: str, to: Purchase) -> Money:
        """What is due now if the subscription of checkout `ref` becomes `to` (the provider's own proration)."""
        ...

    async def change(self, ref: str, to: Purchase, *, at_once: bool) -> Checkout:
        """Change the subscription into `to`: now, with the difference due at once, or when its period ends.

        The new checkout's `ref` reports on `to` from then on. The same `to.order_id` changes it once.
        """
        ...

    async def set_ending(self, ref: str, ending: bool) -> None:
        """End the subscription of this checkout with its period, or let it renew again."""
        ...

    async def portal(self, customer: str, back: str) -> str | None:
        """The address where a member manages card and invoices; None when the provider has no such page."""
        ...


@runtime_checkable
class ByHand(Protocol):
    """A provider whose payments only the owner sees: fetching reports nothing, and refunds are sent by the owner."""

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
