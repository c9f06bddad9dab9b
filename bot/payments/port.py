"""What Lyceum asks of whoever moves the money, in our words.

A provider verifies and reports *facts*; what they mean for an order is decided in
`bot/memberships/state.py` from the set of all of them, so their order of arrival does not matter.
A new provider is one module with a class of this shape and one line in `registry.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.money import Money

Headers = Sequence[tuple[str, str]]
"""As they came, so that one which came twice can be refused."""


class InvalidWebhook(Exception):
    """Not from the provider, too old, or not what it would send. The sender is not told which."""


@dataclass(frozen=True)
class Purchase:
    """What is to be paid. `guild_id` and `order_id` come back in every fact.

    The adapter packs them into one reference of its own. (WeChat Pay takes 32 characters of
    letters, digits and `_-|*`: both ids fit in base 36.)
    """

    guild_id: int
    order_id: int
    money: Money
    title: str
    expires_at: datetime


@dataclass(frozen=True)
class Checkout:
    """Where the member pays: an address to open, or the content of a QR code to scan."""

    ref: str
    expires_at: datetime
    url: str | None = None
    qr_payload: str | None = None


class Kind(StrEnum):
    """What can be a fact about an order."""

    PAID = "paid"
    DECLINED = "declined"  # this attempt failed; the member may try again
    REFUNDED = "refunded"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Fact:
    """One thing that happened to one of the provider's objects.

    `object_id` names the payment, refund or checkout; `money` is what it moved, or would have moved;
    `payment_id` tells which payment a refund gives back.
    """

    kind: Kind
    object_id: str
    guild_id: int
    order_id: int
    ref: str
    money: Money
    at: datetime
    payment_id: str | None = None


@dataclass(frozen=True)
class Notice:
    """One verified webhook. `fact` is None when the event means nothing to us."""

    event_id: str
    kind: str
    fact: Fact | None


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

    def supports(self, money: Money) -> bool:
        """Can this amount be paid in this currency here?"""
        ...

    async def create_checkout(self, purchase: Purchase) -> Checkout:
        """Open a checkout; for the same order id always the same one."""
        ...

    def verify(self, headers: Headers, body: bytes, now: datetime) -> Notice:
        """Read a webhook. Pure: no network, no database; `now` is real time. Raises InvalidWebhook."""
        ...

    async def fetch(self, ref: str) -> tuple[Fact, ...]:
        """Everything that has happened at this checkout: the truth, should webhooks be lost."""
        ...

    async def refund(self, payment_id: str, money: Money, key: str) -> tuple[Fact, ...]:
        """Give `money` of a payment back; the same `key` gives it back once. Empty if a webhook will tell."""
        ...
