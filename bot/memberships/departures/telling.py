"""Telling of a departure: one card for staff, and a message to the payer if they allowed any."""

from __future__ import annotations

from datetime import timedelta

from bot.clock import Clock
from bot.db import Database
from bot.errors import UserError
from bot.i18n import Catalog
from bot.memberships.access.store import entitlements
from bot.memberships.departures import cards as departure_cards
from bot.memberships.departures.actions import LOOK_AGAIN
from bot.memberships.departures.departure import DepartureAction, Notice, ToldSubscription
from bot.memberships.departures.store import departures
from bot.memberships.orders.receipts import Receipts
from bot.memberships.orders.store import orders
from bot.memberships.reminders.reminders import Reminders
from bot.outbox import ChannelSetting, Outbox, OutboxKey
from bot.work import Job
from bot.work.worker import Reschedule

PATIENCE = timedelta(minutes=2)
"""How long the card waits for the providers to confirm the end."""


class DepartureNotices:
    """Handles the work `departure.tell`, and reads a notice again for its buttons."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        outbox: Outbox,
        texts: Catalog,
        reminders: Reminders,
        receipts: Receipts,
    ) -> None:
        self._db = db
        self._clock = clock
        self._outbox = outbox
        self._texts = texts
        self._reminders = reminders
        self._receipts = receipts

    async def read(self, guild_id: int, notice_id: int) -> Notice:
        """The notice as it stands now. UserError when everything on it was decided anew."""
        notice = await self._find(guild_id, notice_id)
        if notice is None:
            raise UserError(
                "This has been decided again since. The latest card in this channel shows where it stands."
            )
        return notice

    async def tell(self, job: Job) -> None:
        """Work `departure.tell`: the card in the staff channel, once; it waits a little until renewals are turned off."""
        notice = await self._find(job.guild_id, int(job.key))
        key = OutboxKey(job.guild_id, "departure", job.key)
        if notice is None:
            await self._outbox.drop(key, "decided anew")
            return
        ending = [one for one in notice.subscriptions if one.decided.action is DepartureAction.END]
        waiting = any(one.decided.ended_at is None for one in ending)
        if notice.departure.returned_at is not None and waiting:
            await self._outbox.drop(key, "returned")  # before anything was done: there is nothing to tell
            return
        if waiting and self._clock.now() < notice.departure.heard_at + PATIENCE:
            raise Reschedule(notice.departure.heard_at + PATIENCE)
        for one in ending:
            await self._tell_payer(notice, one)
        card = departure_cards.told(self._texts.community, notice)
        marker = LOOK_AGAIN.encode(notice.id)
        await self._outbox.post(key, card, to=ChannelSetting.STAFF, marker=marker)

    async def _tell_payer(self, notice: Notice, one: ToldSubscription) -> None:
        """A message to the payer whose renewal was turned off. Discord may refuse it: they share no server with Lyceum."""
        order = one.order
        if one.decided.ended_at is None or order.user_id != notice.departure.user_id:
            return
        key = OutboxKey(order.guild_id, "departure.note", f"{notice.id}:{order.id}")
        if not await self._reminders.allowed(order.guild_id, order.user_id):
            await self._outbox.drop(key, "not_allowed", user_id=order.user_id)
            return
        card = departure_cards.note(self._texts.community, one, self._receipts.link(order))
        await self._outbox.direct(key, order.user_id, card)

    async def _find(self, guild_id: int, notice_id: int) -> Notice | None:
        async with self._db.read() as db:
            decided = await departures.of_notice(db, guild_id, notice_id)
            known = await departures.find(db, guild_id, decided[0].departure_id) if decided else None
            if known is None:
                return None
            subscriptions = [
                ToldSubscription(row, order, await entitlements.find(db, guild_id, order_id=order.id))
                for row in decided
                if (order := await orders.find(db, guild_id, row.order_id)) is not None
            ]
        return Notice(notice_id, known, tuple(subscriptions))
