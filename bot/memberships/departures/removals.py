"""Removing a member from the server when a membership is over whose terms say so.

Only the regular end leads here, after its grace: never a refund, a lost dispute or a revocation, and never a membership
that staff gave. Everything is looked at again right before Discord is asked.
"""

from __future__ import annotations

from bot.audit import LYCEUM, AuditAction, record
from bot.clock import Clock
from bot.db import Database
from bot.errors import NeedsAction
from bot.i18n import Catalog
from bot.memberships.access.cards import retry_action
from bot.memberships.access.store import entitlements, overrides
from bot.memberships.departures import cards as departure_cards
from bot.memberships.departures.removal_rule import Ranks, Spared, is_over, spared_because
from bot.memberships.departures.store import removals
from bot.memberships.model import Entitlement, Order
from bot.memberships.orders.checkouts import Checkouts
from bot.memberships.orders.receipts import Receipts
from bot.memberships.orders.store import orders
from bot.outbox import ChannelSetting, Outbox, OutboxKey
from bot.ports import ChatServer, Person
from bot.work import Job
from bot.work.worker import Reschedule


class Removals:
    """Handles the work `member.kick`."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        server: ChatServer,
        outbox: Outbox,
        texts: Catalog,
        checkouts: Checkouts,
        receipts: Receipts,
    ) -> None:
        self._db = db
        self._clock = clock
        self._server = server
        self._outbox = outbox
        self._texts = texts
        self._checkouts = checkouts
        self._receipts = receipts

    async def kick(self, job: Job) -> None:
        """Work `member.kick`: remove the member of an entitlement that is over, unless something speaks for them."""
        ended, order = await self._look(job)
        if ended is None or not is_over(ended):
            return
        if (
            order is not None and order.renewal is not None
        ):  # a renewal may have been paid that nobody reported
            await self._checkouts.refresh(order)
        await self._wait_for_payments(ended)
        person = await self._still_to_remove(ended)
        if person is None:
            return
        if not await self._server.may_kick(ended.guild_id):
            await self._refused(job, ended)
        async with self._db.write() as tx:
            await removals.begin(tx, ended, self._clock.now())
        receipt = self._receipts.link(order) if order is not None else None
        server = self._server.guild_name(ended.guild_id)
        await self._outbox.direct(
            OutboxKey(ended.guild_id, "removal", f"{ended.id}:{ended.held_until.timestamp():.0f}"),
            person.id,
            departure_cards.leaving(self._texts.community, ended, server, receipt),
        )
        if await self._still_to_remove(ended) is None:
            return
        try:
            await self._server.kick(ended.guild_id, person.id, "Lyceum: the membership is over")
        except NeedsAction as error:
            if error.finding != "missing-permission":
                raise
            await self._refused(job, ended)
        await self._finish(ended)

    async def allowed(self, guild_id: int) -> bool:
        """May Lyceum remove members here at the moment?"""
        return await self._server.may_kick(guild_id)

    async def _look(self, job: Job) -> tuple[Entitlement | None, Order | None]:
        async with self._db.read() as db:
            ended = await entitlements.find(db, job.guild_id, id_=int(job.key))
            order = await orders.find(db, job.guild_id, ended.order_id) if ended and ended.order_id else None
        return ended, order

    async def _wait_for_payments(self, ended: Entitlement) -> None:
        """Whoever was about to pay when the membership ended keeps the time that their link gives them."""
        async with self._db.read() as db:
            open_orders = await orders.open_orders(db, ended.guild_id, ended.user_id)
        now = self._clock.now()
        begun = [order for order in open_orders if order.created_at < ended.held_until]
        until = [order.expires_at for order in begun if order.expires_at > now]
        if until:
            raise Reschedule(max(until))
        for order in begun:  # its time is over: was it paid in the last moment?
            await self._checkouts.refresh(order)

    async def _still_to_remove(self, ended: Entitlement) -> Person | None:
        """The member as they are now; None when they are gone, spared, or the membership goes on after all."""
        guild_id = ended.guild_id
        person = await self._server.member(guild_id, ended.user_id)
        if person is None:
            await self._finish(ended)
            return None
        ranks = Ranks(
            owner_id=self._server.owner_id(guild_id),
            roles={role.id: role for role in await self._server.roles(guild_id)},
            own_top=await self._server.own_top_position(guild_id),
        )
        async with self._db.read() as db:
            current = await entitlements.find(db, guild_id, id_=ended.id)
            of_member = await entitlements.of_member(db, guild_id, ended.user_id)
            exceptions = await overrides.of_member(db, guild_id, ended.user_id)
        if current is None or not is_over(current):
            return None
        why = spared_because(current, person, of_member, exceptions, ranks, self._clock.now())
        if why is None:
            return person
        await self._spare(current, why)
        return None

    async def _spare(self, ended: Entitlement, why: Spared) -> None:
        async with self._db.write() as tx:
            await record(
                tx,
                guild_id=ended.guild_id,
                at=self._clock.now(),
                actor=LYCEUM,
                action=AuditAction.DEPARTURE_SPARED,
                subject=ended.user_id,
                why=why.value,
            )

    async def _finish(self, ended: Entitlement) -> None:
        """Record that the member was removed, once; nothing when it was not Lyceum's doing."""
        now = self._clock.now()
        async with self._db.write() as tx:
            if await removals.finish(tx, ended, now):
                await record(
                    tx,
                    guild_id=ended.guild_id,
                    at=now,
                    actor=LYCEUM,
                    action=AuditAction.DEPARTURE_REMOVED,
                    subject=ended.user_id,
                    tier=str(ended.tier.id),
                )

    async def _refused(self, job: Job, ended: Entitlement) -> None:
        """Tell staff, once a day at most, and wait for the permission."""
        card = departure_cards.may_not_remove(self._texts.community, ended.user_id, ended.tier.name, job.id)
        key = OutboxKey(job.guild_id, "removal.refused", f"{self._clock.now():%Y-%m-%d}")
        await self._outbox.post(key, card, to=ChannelSetting.STAFF, marker=retry_action(job.id))
        raise NeedsAction(
            "kick-members", "Lyceum lacks Kick Members, so nobody is removed at the end of a membership."
        )
