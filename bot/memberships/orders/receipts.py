"""Receipts for the world outside Discord: whoever has the signed link sees what was bought, never who paid."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Protocol

from bot.db import Database, Reader
from bot.keyfile import own_secret
from bot.memberships.access.store import entitlements
from bot.memberships.model import Entitlement, Order, OrderStatus
from bot.memberships.orders.order_state import refunded
from bot.memberships.orders.parts import corrected
from bot.memberships.orders.store import ledger, orders
from bot.money import Money
from bot.payments.port import Fact, FactKind
from bot.ports import ChatServer

SIGNED = 16  # bytes of HMAC-SHA256: 128 bits cannot be guessed
HAS_RECEIPT = (OrderStatus.PAID, OrderStatus.DISPUTED, OrderStatus.REFUNDED, OrderStatus.REVIEW)


@dataclass(frozen=True, kw_only=True)
class ReceiptData:
    """The contents of a receipt. `payments` and `refunds` are sorted by time; `back` is the sum refunded, per currency.

    `runs_until` is the end of what is paid, if it was given. `successor` is the token of the order that the
    subscription was changed into, with its plan.
    """

    order: Order
    seller: str | None
    payments: tuple[Fact, ...]
    refunds: tuple[Fact, ...]
    back: tuple[Money, ...]
    playing: bool
    runs_until: datetime | None = None
    successor: tuple[str, str] | None = None


class EndsSubscriptions(Protocol):
    """Ends a subscription for whoever has the link to its receipt: another room's act (changes/renewals.py)."""

    async def ask_end(self, order: Order) -> None:
        """Store that it is to end, and try at once. Nothing happens if it ends already."""
        ...

    async def end_asked(self, order: Order) -> bool:
        """Was its end asked for, and the provider not reached yet?"""
        ...


class Receipts:
    """Makes and reads the links to receipts. `address()` is "" while no page can be reached from outside."""

    def __init__(
        self,
        db: Database,
        server: ChatServer,
        is_play_money: Callable[[str], bool],
        key: Path,
        address: Callable[[], str],
    ) -> None:
        self._db = db
        self._server = server
        self._is_play_money = is_play_money
        self._path = key
        self._address = address

    def link(self, order: Order) -> str | None:
        """The URL of an order's receipt; None when it has none, or when there is no address."""
        return self.page(order) if order.state in HAS_RECEIPT else None

    def page(self, order: Order) -> str | None:
        """The URL of its page, which a subscription has even before it is paid; None when there is no address."""
        address = self._address()
        if not address or not _has_page(order):
            return None
        return f"{address.rstrip('/')}/receipt/{self.token(order.guild_id, order.id)}"

    def form_token(self, order: Order) -> str:
        """The token of the form that ends this subscription. It proves that our page sent the form."""
        ids = struct.pack(">QQ", order.guild_id, order.id)
        return hmac.new(self._key, b"end\n" + ids, hashlib.sha256).hexdigest()

    def token(self, guild_id: int, order_id: int) -> str:
        """Both ids and their signature, as base64url."""
        ids = struct.pack(">QQ", guild_id, order_id)
        return base64.urlsafe_b64encode(ids + self._sign(ids)).decode().rstrip("=")

    async def read(self, token: str) -> ReceiptData | None:
        """The receipt of a token that we signed; None for any other text."""
        ids = self._ids_of(token)
        if ids is None:
            return None
        async with self._db.read() as db:
            order = await orders.find(db, *ids)
            known = await ledger.facts(db, *ids)
            if order is None or not _has_page(order):
                return None
            entitlement = await entitlements.find(db, order.guild_id, order_id=order.id)
            successor = await self._successor(db, order, entitlement)
        wrong = corrected(known)  # what the owner noted by mistake is nothing that happened
        facts = [fact for fact in known if fact.object_id not in wrong]
        return ReceiptData(
            order=order,
            seller=self._server.guild_name(order.guild_id),
            payments=_of_kind(facts, FactKind.PAID),
            refunds=_completed_refunds(facts),
            back=_refund_totals(facts),
            playing=self._is_play_money(order.provider),
            runs_until=entitlement.ends_at if entitlement is not None else None,
            successor=successor,
        )

    async def _successor(
        self, db: Reader, order: Order, entitlement: Entitlement | None
    ) -> tuple[str, str] | None:
        """The subscription that this one was changed into: it is the one that charges now."""
        if entitlement is None or order.renewal is None:
            return None
        found = [await orders.find(db, order.guild_id, entitlement.replaced_by or 0)]
        found += await orders.following(db, order.guild_id, entitlement_id=entitlement.id)
        for later in found:
            if (
                later is not None
                and later.user_id == order.user_id
                and later.phase is not None
                and later.state in HAS_RECEIPT
            ):
                return self.token(later.guild_id, later.id), later.tier.name
        return None

    def _ids_of(self, token: str) -> tuple[int, int] | None:
        try:
            raw = base64.b64decode(token.encode("ascii") + b"=", altchars=b"-_", validate=True)
        except (UnicodeEncodeError, binascii.Error):
            return None
        if len(raw) != 16 + SIGNED or not hmac.compare_digest(raw[16:], self._sign(raw[:16])):
            return None
        guild_id, order_id = struct.unpack(">QQ", raw[:16])
        # Only one spelling is valid: decoding ignores some bits of the last letter.
        return (guild_id, order_id) if self.token(guild_id, order_id) == token else None

    def _sign(self, ids: bytes) -> bytes:
        return hmac.new(self._key, b"receipt\n" + ids, hashlib.sha256).digest()[:SIGNED]

    @cached_property
    def _key(self) -> bytes:
        return own_secret(self._path, lambda: secrets.token_bytes(32))


def _has_page(order: Order) -> bool:
    return order.state in HAS_RECEIPT or order.renewal is not None


def _of_kind(facts: list[Fact], kind: FactKind) -> tuple[Fact, ...]:
    return tuple(
        sorted((fact for fact in facts if fact.kind is kind), key=lambda fact: (fact.at, fact.object_id))
    )


def _completed_refunds(facts: list[Fact]) -> tuple[Fact, ...]:
    failed = {fact.object_id for fact in facts if fact.kind is FactKind.REFUND_FAILED}
    return tuple(fact for fact in _of_kind(facts, FactKind.REFUNDED) if fact.object_id not in failed)


def _refund_totals(facts: list[Fact]) -> tuple[Money, ...]:
    sums: dict[str, int] = {}
    for (_, currency), amount in refunded(facts).items():
        sums[currency] = sums.get(currency, 0) + amount
    return tuple(Money(amount, currency) for currency, amount in sorted(sums.items()))
