"""The shop card: an owner posts it in a channel, and it shows the shelf as it is, with buttons to buy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.audit import AuditAction, record
from bot.cards import Card
from bot.clock import Clock
from bot.crashpoints import point
from bot.db import Database, Writer
from bot.errors import NeedsAction
from bot.i18n import Catalog
from bot.ids import new_id
from bot.memberships.catalog import shop_view
from bot.memberships.catalog.holders import TierHolders
from bot.memberships.catalog.store import shop, tiers
from bot.memberships.model import Price, Tier
from bot.outbox import Outbox, OutboxKey
from bot.ports import ChatServer
from bot.work import Job, Queue


class ShopCards:
    """Posts shop cards and keeps them true. A price that nobody can pay is not on them."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        queue: Queue,
        server: ChatServer,
        outbox: Outbox,
        texts: Catalog,
        holders: TierHolders,
        payable: Callable[[Price], bool],
        playing: bool,
    ) -> None:
        self._db = db
        self._clock = clock
        self._queue = queue
        self._server = server
        self._outbox = outbox
        self._texts = texts
        self._holders = holders
        self._payable = payable
        self._playing = playing

    async def post(self, guild_id: int, channel_id: int, actor: int) -> None:
        """A shop card in this channel. What changes while it is posted is shown by an edit right after."""
        key = OutboxKey(guild_id, "shop.card", str(new_id()))
        posted = await self._outbox.post(key, await self._shown(guild_id), to=channel_id, marker=None)
        assert posted is not None  # noqa: S101 # nothing was said that speaks against posting it
        point("shop.posted")
        now = self._clock.now()
        async with self._db.write() as tx:
            await shop.add(tx, guild_id, channel_id, posted.message_id, now)
            await record(
                tx,
                guild_id=guild_id,
                at=now,
                actor=actor,
                action=AuditAction.SHOP_POSTED,
                subject=channel_id,
                message=str(posted.message_id),
            )
            await catalog_changed(tx, self._queue, guild_id)

    async def update(self, job: Job) -> None:
        """Work `shop.update`: every shop card of the guild shows the shelf. One that was deleted is forgotten."""
        async with self._db.read() as db:
            posted = await shop.cards(db, job.guild_id)
        shown = await self._shown(job.guild_id)
        trouble: NeedsAction | None = None
        for channel_id, message_id in posted:
            try:
                there = await self._server.edit(job.guild_id, channel_id, message_id, shown)
            except NeedsAction as error:
                there = error.finding != "gone"
                trouble = error if there else trouble
            if not there:
                async with self._db.write() as tx:
                    await shop.forget(tx, job.guild_id, channel_id, message_id)
        if trouble is not None:
            raise trouble

    async def _shown(self, guild_id: int) -> Card:
        async with self._db.read() as db:
            found = [
                replace(one, prices=tuple(filter(self._payable, one.prices)))
                for one in await tiers.products(db, guild_id)
            ]
            taken = await self._holders.seats_taken(db, guild_id, self._clock.now())
        return shop_view.shop(self._texts.community, found, taken, self._playing)


async def seats_changed(tx: Writer, queue: Queue, tier: Tier) -> None:
    """Somebody has, or has no more, a tier whose seats are counted."""
    if tier.seats is not None:
        await catalog_changed(tx, queue, tier.guild_id)


async def catalog_changed(tx: Writer, queue: Queue, guild_id: int) -> None:
    """Something that a shop card shows is different now."""
    if await shop.cards(tx, guild_id):
        await queue.enqueue(tx, "shop.update", guild_id, "shelf")
