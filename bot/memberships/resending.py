"""Showing a member their order once more: the card by direct message, if they allowed any, and the role again."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from bot.audit import Action, record
from bot.cards import Card
from bot.clock import Clock
from bot.db import Database
from bot.errors import UserError
from bot.i18n import Texts
from bot.ids import new_id
from bot.memberships import cards
from bot.memberships.buying import Buying
from bot.memberships.model import Order
from bot.memberships.receipts import Receipts
from bot.memberships.state import State
from bot.memberships.store import entitlements, notices, orders
from bot.outbox import Outbox, OutboxKey, OutboxState
from bot.ports import ChatServer
from bot.work import Queue


class Way(Enum):
    """Did the card reach the member, and if not, why?"""

    SENT = "sent"
    CLOSED = "closed"  # Discord does not let us
    GONE = "gone"  # not in the server any more
    NOT_ALLOWED = "not allowed"  # the member never asked for messages


@dataclass(frozen=True)
class Resent:
    """What became of it; `link` leads to the receipt, which the owner may hand over otherwise."""

    order: Order
    way: Way
    link: str | None


class Resending:
    """The verb of /order resend."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        queue: Queue,
        server: ChatServer,
        outbox: Outbox,
        texts: Texts,
        buying: Buying,
        receipts: Receipts,
    ) -> None:
        self._db = db
        self._clock = clock
        self._queue = queue
        self._server = server
        self._outbox = outbox
        self._texts = texts
        self._buying = buying
        self._receipts = receipts

    async def resend(self, guild_id: int, number: str, actor: int) -> Resent:
        """Send pay card or receipt to the member who may be written to; give what is theirs again in any case."""
        async with self._db.write() as tx:
            order = await orders.numbered(tx, guild_id, number)
            if order is None:
                raise UserError(
                    "There is no such order here. Pick one from the list that appears while typing."
                )
            right = await entitlements.find(tx, guild_id, order_id=order.id)
            holder = right.user_id if right else order.user_id
            await self._queue.again(tx, "role.sync", guild_id, str(holder))
            await self._queue.again(tx, "card.update", guild_id, str(order.id))
            await record(
                tx,
                guild_id=guild_id,
                at=self._clock.now(),
                actor=actor,
                action=Action.ORDER_RESENT,
                subject=order.id,
            )
            allowed = await notices.allowed(tx, guild_id, order.user_id)
        link = self._receipts.link(order)
        if not allowed:
            return Resent(order, Way.NOT_ALLOWED, link)
        card = await self._card(order, link)
        key = OutboxKey(guild_id, "order.resend", str(new_id()))
        outcome = await self._outbox.direct(key, order.user_id, card)
        return Resent(order, _WAYS[outcome], link)

    async def _card(self, order: Order, link: str | None) -> Card:
        t = self._texts.community
        if order.state in (State.CREATED, State.PENDING):
            return cards.pay(t, await self._buying.bill(order), direct=True)
        async with self._db.read() as db:
            right = await entitlements.find(db, order.guild_id, order_id=order.id)
        person = await self._server.member(order.guild_id, order.user_id)
        playing = self._buying.plays(order.provider)
        told = cards.Receipt.of(order, right, person, self._clock.now(), playing=playing, link=link)
        return cards.receipt(t, told)


_WAYS = {OutboxState.SENT: Way.SENT, OutboxState.CLOSED: Way.CLOSED, OutboxState.GONE: Way.GONE}
