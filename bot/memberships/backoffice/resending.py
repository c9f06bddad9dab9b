"""Sending a member their order again: the card by direct message, if they allowed these, and the role."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from bot.audit import AuditAction, record
from bot.cards import Card
from bot.clock import Clock
from bot.db import Database
from bot.errors import UserError
from bot.i18n import Catalog
from bot.ids import new_id
from bot.memberships.access.store import entitlements
from bot.memberships.model import Order, OrderStatus
from bot.memberships.orders import cards as order_cards
from bot.memberships.orders.checkouts import Checkouts
from bot.memberships.orders.receipts import Receipts
from bot.memberships.orders.store import orders
from bot.memberships.reminders import store as notices
from bot.outbox import Outbox, OutboxKey, OutboxState
from bot.ports import ChatServer
from bot.work import Queue


class ResendOutcome(Enum):
    """Did the card reach the member, and if not, why?"""

    SENT = "sent"
    CLOSED = "closed"  # the member takes no direct messages
    GONE = "gone"  # not in the server any more
    NOT_ALLOWED = "not allowed"  # the member never asked for messages


@dataclass(frozen=True)
class Resent:
    """The outcome; `link` leads to the receipt, which the owner may pass on in another way."""

    order: Order
    outcome: ResendOutcome
    link: str | None


class Resending:
    """The command /order resend."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        queue: Queue,
        server: ChatServer,
        outbox: Outbox,
        texts: Catalog,
        checkouts: Checkouts,
        receipts: Receipts,
    ) -> None:
        self._db = db
        self._clock = clock
        self._queue = queue
        self._server = server
        self._outbox = outbox
        self._texts = texts
        self._checkouts = checkouts
        self._receipts = receipts

    async def resend(self, guild_id: int, number: str, actor: int) -> Resent:
        """Send pay card or receipt if the member allowed direct messages; sync their roles and update the card in any case."""
        async with self._db.write() as tx:
            order = await orders.numbered(tx, guild_id, number)
            if order is None:
                raise UserError(
                    "There is no such order here. Pick one from the list that appears while typing."
                )
            entitlement = await entitlements.find(tx, guild_id, order_id=order.id)
            holder = entitlement.user_id if entitlement else order.user_id
            await self._queue.enqueue(tx, "role.sync", guild_id, str(holder))
            await self._queue.enqueue(tx, "card.update", guild_id, str(order.id))
            await record(
                tx,
                guild_id=guild_id,
                at=self._clock.now(),
                actor=actor,
                action=AuditAction.ORDER_RESENT,
                subject=order.id,
            )
            allowed = await notices.allowed(tx, guild_id, order.user_id)
        link = self._receipts.link(order)
        if not allowed:
            return Resent(order, ResendOutcome.NOT_ALLOWED, link)
        card = await self._card(order, link)
        key = OutboxKey(guild_id, "order.resend", str(new_id()))
        async with self._outbox.single(key):
            outcome = await self._outbox.direct(key, order.user_id, card)
        return Resent(order, _OUTCOMES[outcome], link)

    async def _card(self, order: Order, link: str | None) -> Card:
        t = self._texts.community
        if order.state in (OrderStatus.CREATED, OrderStatus.PENDING):
            return order_cards.pay(t, await self._checkouts.pending_order(order), direct=True)
        async with self._db.read() as db:
            entitlement = await entitlements.find(db, order.guild_id, order_id=order.id)
        member = await self._server.member(order.guild_id, order.user_id)
        playing = self._checkouts.is_play_money(order.provider)
        receipt = order_cards.OrderReceipt.of(
            order, entitlement, member, self._clock.now(), playing=playing, link=link
        )
        return order_cards.receipt(t, receipt)


_OUTCOMES = {
    OutboxState.SENT: ResendOutcome.SENT,
    OutboxState.CLOSED: ResendOutcome.CLOSED,
    OutboxState.GONE: ResendOutcome.GONE,
}
