"""The shop card: an owner posts it in a channel, and it shows the present catalog, with buttons to buy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.audit import AuditAction, record
from bot.cards import Card
from bot.clock import Clock
from bot.crashpoints import point
from bot.db import Database, Writer
from bot.errors import NeedsAction
from bot.i18n import Catalog, Language
from bot.ids import new_id
from bot.memberships.catalog import shop_view
from bot.memberships.catalog.holders import TierHolders
from bot.memberships.catalog.store import shop, tiers
from bot.memberships.model import Price, Tier
from bot.outbox import Outbox, OutboxKey
from bot.ports import ChatServer
from bot.work import Job, Queue


class ShopCards:
    """Posts shop cards and keeps them up to date. They leave out prices that no provider takes."""

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
        """Post a shop card in this channel. A change while it is posted is shown by an update right after."""
        key = OutboxKey(guild_id, "shop.card", str(new_id()))
        card = await self.card(guild_id, self._texts.community)
        async with self._outbox.single(key):
            posted = await self._outbox.post(key, card, to=channel_id, marker=None)
        assert posted is not None  # noqa: S101 # `post` skips a card only when `unless` is given
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
        """Work `shop.update`: make every shop card of the guild show the catalog. A deleted card is forgotten."""
        async with self._db.read() as db:
            posted = await shop.cards(db, job.guild_id)
        card = await self.card(job.guild_id, self._texts.community)
        trouble: NeedsAction | None = None
        for channel_id, message_id in posted:
            try:
                exists = await self._server.edit(job.guild_id, channel_id, message_id, card)
            except NeedsAction as error:
                exists = error.finding != "gone"
                trouble = error if exists else trouble
            if not exists:
                async with self._db.write() as tx:
                    await shop.forget(tx, job.guild_id, channel_id, message_id)
        if trouble is not None:
            raise trouble

    async def card(self, guild_id: int, t: Language, page: int = 0) -> Card:
        """The shop card in this language, at this page."""
        async with self._db.read() as db:
            products = [
                replace(product, prices=tuple(filter(self._payable, product.prices)))
                for product in await tiers.products(db, guild_id)
            ]
            taken = await self._holders.seats_taken(db, guild_id, self._clock.now())
        return shop_view.shop(t, products, taken, self._playing, page)


async def seats_changed(tx: Writer, queue: Queue, tier: Tier) -> None:
    """Update the shop cards after a member got or lost a tier, if its seats are limited."""
    if tier.seats is not None:
        await catalog_changed(tx, queue, tier.guild_id)


async def catalog_changed(tx: Writer, queue: Queue, guild_id: int) -> None:
    """Update the shop cards, if the guild has any, after a change that they show."""
    if await shop.cards(tx, guild_id):
        await queue.enqueue(tx, "shop.update", guild_id, "shelf")
