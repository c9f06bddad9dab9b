"""Checking the roles of tiers: a tier whose roles may not be sold (any more) goes off sale, and the owner is told once.

Roles can be raised or gain permissions after a tier was made. What members have stays theirs; only selling stops.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.audit import LYCEUM, AuditAction, record
from bot.clock import Clock
from bot.db import Database
from bot.errors import UserError
from bot.i18n import Catalog
from bot.ids import new_id
from bot.memberships.catalog import cards as catalog_cards
from bot.memberships.catalog.sellable_roles import finding_of, refusal
from bot.memberships.catalog.shop import catalog_changed
from bot.memberships.catalog.store import tiers
from bot.memberships.model import Tier
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

    async def check(self, guild_id: int, role_ids: Iterable[int], actor: int, owner: bool) -> None:
        """UserError for the first role that this editor may not sell. The server's `owner` ranks above all."""
        top = None if owner else await self._top_position(guild_id, actor)
        refusals = [reason for id_ in role_ids if (reason := await self._refusal(guild_id, id_, top))]
        if refusals:
            raise refusals[0]

    async def is_sellable(self, tier: Tier) -> bool:
        """Can all roles of the tier be given now? Nobody should pay for nothing."""
        return not any([await self._refusal(tier.guild_id, role, None) for role in roles_of(tier)])

    async def recheck(self, guild_id: int, actor: int = LYCEUM) -> None:
        """Suspend each tier whose roles may no longer be sold, and put the others back on sale."""
        server_roles = {role.id: role for role in await self._server.roles(guild_id)}
        own_top = await self._server.own_top_position(guild_id)
        async with self._db.read() as db:
            on_sale = await tiers.all_of(db, guild_id)
        for tier in on_sale:
            findings = (finding_of(server_roles.get(role), own_top) for role in roles_of(tier))
            finding = next(filter(None, findings), None)
            if finding != tier.suspended:
                await self._suspend(tier, finding, actor)

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

    async def _suspend(self, tier: Tier, finding: str | None, actor: int) -> None:
        now = self._clock.now()
        async with self._db.write() as tx:
            if not await tiers.suspend(tx, tier.guild_id, tier.id, finding):
                return
            details = {"finding": finding} if finding else {}
            action = AuditAction.TIER_SUSPENDED if finding else AuditAction.TIER_RESUMED
            await record(
                tx, guild_id=tier.guild_id, at=now, actor=actor, action=action, subject=tier.id, **details
            )
            if finding is not None:
                await self._queue.enqueue_once(
                    tx, "tier.suspended", tier.guild_id, str(new_id()), tier=str(tier.id), finding=finding
                )
            await catalog_changed(tx, self._queue, tier.guild_id)

    async def _top_position(self, guild_id: int, user_id: int) -> int:
        person = await self._server.member(guild_id, user_id)
        held = person.roles if person else frozenset[int]()
        return max(
            (role.position for role in await self._server.roles(guild_id) if role.id in held), default=0
        )

    async def _refusal(self, guild_id: int, role_id: int, actor_top: int | None) -> UserError | None:
        roles = {role.id: role for role in await self._server.roles(guild_id)}
        role = roles.get(role_id)
        if role is None:
            return UserError("This role does not exist any more. Choose another one.")
        return refusal(role, await self._server.own_top_position(guild_id), actor_top)


def roles_of(tier: Tier) -> tuple[int, ...]:
    """All roles that the tier's terms may give, including the one after expiry."""
    after = tier.terms.after_role_id
    return tier.terms.roles if after is None else (*tier.terms.roles, after)
