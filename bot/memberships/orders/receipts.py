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
from functools import cached_property
from pathlib import Path

from bot.db import Database
from bot.keyfile import own_secret
from bot.memberships.model import Order, OrderStatus
from bot.memberships.orders.order_state import refunded
from bot.memberships.orders.parts import corrected
from bot.memberships.orders.store import ledger, orders
from bot.money import Money
from bot.payments.port import Fact, FactKind
from bot.ports import ChatServer

SIGNED = 16  # bytes of HMAC-SHA256: 128 bits cannot be guessed
HAS_RECEIPT = (OrderStatus.PAID, OrderStatus.DISPUTED, OrderStatus.REFUNDED, OrderStatus.REVIEW)


@dataclass(frozen=True)
class ReceiptData:
    """The contents of a receipt. `payments` and `refunds` are sorted by time; `back` is the sum refunded, per currency."""

    order: Order
    seller: str | None
    payments: tuple[Fact, ...]
    refunds: tuple[Fact, ...]
    back: tuple[Money, ...]
    playing: bool


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
        address = self._address()
        if not address or order.state not in HAS_RECEIPT:
            return None
        return f"{address.rstrip('/')}/receipt/{self.token(order.guild_id, order.id)}"

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
        wrong = corrected(known)  # what the owner noted by mistake is nothing that happened
        facts = [fact for fact in known if fact.object_id not in wrong]
        if order is None or order.state not in HAS_RECEIPT:
            return None
        return ReceiptData(
            order,
            self._server.guild_name(order.guild_id),
            _of_kind(facts, FactKind.PAID),
            _completed_refunds(facts),
            _refund_totals(facts),
            self._is_play_money(order.provider),
        )

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
