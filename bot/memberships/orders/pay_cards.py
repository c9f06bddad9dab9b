"""Pay cards that follow their order: the token that edits them is stored encrypted, for 15 minutes at most."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cards import Card
from bot.clock import Clock, real_now
from bot.crashpoints import point
from bot.db import Database, Writer
from bot.i18n import Catalog
from bot.keyfile import own_secret
from bot.memberships.access.store import entitlements
from bot.memberships.model import Order, OrderStatus, PayCard
from bot.memberships.orders import cards as order_cards
from bot.memberships.orders.checkouts import Checkouts
from bot.memberships.orders.receipts import Receipts
from bot.memberships.orders.store import orders, pay_cards
from bot.payments.registry import is_by_hand
from bot.ports import ChatServer
from bot.work import Job, Queue

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

TOKEN_VALID_FOR = timedelta(minutes=15)
"""Discord's documentation: an interaction token is valid for 15 minutes."""


class Seal:
    """Fernet (AES-128-CBC with HMAC-SHA256) under a key that lies beside the database, not in it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def close(self, token: str) -> str:
        """The token, encrypted for storage."""
        return self._fernet().encrypt(token.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """The token; None when the key has changed since."""
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet().decrypt(sealed.encode()).decode()
        except InvalidToken:
            return None

    def _fernet(self) -> Fernet:
        from cryptography.fernet import Fernet  # importing takes 50 ms; the start need not wait

        return Fernet(own_secret(self._path, Fernet.generate_key))


class PayCards:
    """Remembers pay cards and edits them when their order changes."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        queue: Queue,
        server: ChatServer,
        texts: Catalog,
        checkouts: Checkouts,
        key: Path,
        receipts: Receipts,
    ) -> None:
        self._db = db
        self._clock = clock
        self._queue = queue
        self._server = server
        self._texts = texts
        self._checkouts = checkouts
        self._seal = Seal(key)
        self._receipts = receipts

    async def remember(self, order: Order, token: str, locale: str) -> None:
        """Keep the order's pay card up to date from now on; `token` edits it."""
        sealed = self._seal.close(token)
        async with self._db.write() as tx:
            await pay_cards.keep_answer(tx, order.guild_id, order.id, locale, sealed, real_now())

    async def roles_changed(self, tx: Writer, guild_id: int, user_id: int) -> None:
        """Queue an update of a member's pay cards, which show their roles."""
        for order_id in await pay_cards.answered_orders(tx, guild_id, user_id):
            await self._queue.enqueue(tx, "card.update", guild_id, str(order_id))

    async def update(self, job: Job) -> None:
        """Work `card.update`: show the order's present state on its pay cards."""
        async with self._db.read() as db:
            order = await orders.find(db, job.guild_id, int(job.key))
            open_cards = await pay_cards.answers(db, job.guild_id, int(job.key))
            entitlement = await entitlements.find(db, job.guild_id, order_id=int(job.key))
        if order is None or not open_cards:
            return
        if order.state in (OrderStatus.CREATED, OrderStatus.PENDING):
            await self._update_open(order, open_cards)
            return
        paid = order.state is OrderStatus.PAID
        person = await self._server.member(order.guild_id, order.user_id) if paid else None
        playing, link = self._checkouts.is_play_money(order.provider), self._receipts.link(order)
        receipt = order_cards.OrderReceipt.of(
            order, entitlement, person, self._clock.now(), playing=playing, link=link
        )
        for pay_card in open_cards:
            await self._edit(
                pay_card, job.guild_id, order_cards.receipt(self._texts.of(pay_card.locale), receipt)
            )

    async def _update_open(self, order: Order, open_cards: Sequence[PayCard]) -> None:
        """An open order's card changes when a part of its price has come by hand: it shows what is left to pay."""
        if not is_by_hand(order.provider):
            return
        pending = await self._checkouts.pending_order(order)
        for pay_card in open_cards:
            card = order_cards.pay(self._texts.of(pay_card.locale), pending)
            await self._edit(pay_card, order.guild_id, card)

    async def forget(self) -> None:
        """Drop the tokens that Discord no longer accepts."""
        async with self._db.write() as tx:
            await pay_cards.forget_answers(tx, real_now() - TOKEN_VALID_FOR)

    async def _edit(self, pay_card: PayCard, guild_id: int, card: Card) -> None:
        token = self._seal.open(pay_card.sealed) if pay_card.made_at > real_now() - TOKEN_VALID_FOR else None
        point("card.before_edit")
        shown = token is not None and await self._server.edit_answer(token, card)
        point("card.after_edit")
        if not shown:
            async with self._db.write() as tx:
                await pay_cards.forget_answer(tx, guild_id, pay_card.id)
