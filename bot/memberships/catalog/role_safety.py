"""Checking the roles of tiers: a tier whose roles may not be sold (any more) goes off sale, and the owner is told once.

Roles can be raised or gain permissions after a tier was made. What members have stays theirs; only selling stops.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.audit import LYCEUM, AuditAction, record
from bot.clock import Clock
from bot.db import Database, Writer
from bot.errors import UserError
from bot.i18n import Catalog
from bot.ids import new_id
from bot.memberships.catalog import cards as catalog_cards
from bot.memberships.catalog.sellable_roles import finding_in, refusal
from bot.memberships.catalog.shop import catalog_changed
from bot.memberships.catalog.store import tiers
from bot.memberships.model import Terms, Tier
from bot.outbox import ChannelSetting, Outbox, OutboxKey
from bot.ports import ChatServer
from bot.work import Job, Queue


class RoleSafety:
    """Decides whether roles may be sold: when a tier is saved, when it is bought, and whenever roles change."""

    def __init__(
        self, db: Database, clock: Clock, queue: Queue, server: ChatServer, texts: Catalog, outbox: Outbox
    ) -> None:
        self._db = db
        self._clock = clock
        self._queue = queue
        self._server = server
        self._texts = texts
        self._outbox = outbox

    async def check(self, guild_id: int, role_ids: Iterable[int]) -> None:
        """UserError for the first of these roles that may not be sold."""
        roles = {role.id: role for role in await self._server.roles(guild_id)}
        own_top = await self._server.own_top_position(guild_id)
        for role_id in role_ids:
            if role_id not in roles:
                raise UserError("This role does not exist any more. Choose another one.")
            refused = refusal(roles[role_id], own_top)
            if refused is not None:
                raise refused

    async def finding(self, tier: Tier) -> str | None:
        """What keeps the tier off sale now; None when all its roles can be given. What is stored about it is mended."""
        roles = {role.id: role for role in await self._server.roles(tier.guild_id)}
        finding = finding_in(tier.terms, roles, await self._server.own_top_position(tier.guild_id))
        if finding != tier.suspended and not tier.archived:
            await self.recheck(tier.guild_id)
        return finding

    async def finding_of_terms(self, guild_id: int, terms: Terms) -> str | None:
        """What would keep a tier with these terms off sale now."""
        roles = {role.id: role for role in await self._server.roles(guild_id)}
        return finding_in(terms, roles, await self._server.own_top_position(guild_id))

    async def recheck(self, guild_id: int, actor: int = LYCEUM) -> None:
        """Suspend each tier whose roles may no longer be sold, and put the others back on sale."""
        server_roles = {role.id: role for role in await self._server.roles(guild_id)}
        own_top = await self._server.own_top_position(guild_id)
        async with self._db.read() as db:
            on_sale = await tiers.all_of(db, guild_id)
        for tier in on_sale:
            finding = finding_in(tier.terms, server_roles, own_top)
            if finding != tier.suspended:
                async with self._db.write() as tx:
                    await self.store(tx, tier, finding, actor)

    async def tell(self, job: Job) -> None:
        """Work `tier.suspended`: one card in the staff channel that says what to do; none if that is done already."""
        async with self._db.read() as db:
            tier = await tiers.get(db, job.guild_id, int(job.payload["tier"]))
        key = OutboxKey(job.guild_id, "tier.suspended", job.key)
        if tier is None or tier.archived or tier.suspended != job.payload["finding"]:
            await self._outbox.drop(key, "mended")
            return
        action = catalog_cards.recheck_action(job.key)
        card = catalog_cards.suspended(self._texts.community, tier, action)
        await self._outbox.post(key, card, to=ChannelSetting.STAFF, marker=action)

    async def store(self, tx: Writer, tier: Tier, finding: str | None, actor: int) -> None:
        """Keep the tier off sale for this finding and tell the staff, or (None) sell it again. Harmless twice."""
        if not await tiers.suspend(tx, tier.guild_id, tier.id, finding):
            return
        await record(
            tx,
            guild_id=tier.guild_id,
            at=self._clock.now(),
            actor=actor,
            action=AuditAction.TIER_SUSPENDED if finding else AuditAction.TIER_RESUMED,
            subject=tier.id,
            **({"finding": finding} if finding else {}),
        )
        if finding is not None:
            await self._queue.enqueue_once(
                tx, "tier.suspended", tier.guild_id, str(new_id()), tier=str(tier.id), finding=finding
            )
        await catalog_changed(tx, self._queue, tier.guild_id)
