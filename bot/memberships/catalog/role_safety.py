"""Roles change after a tier was made: look again, keep off sale what cannot be given, and tell the owner once.

What members have stays theirs (reliability.md, threat T7); only selling stops.
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
    """May these roles be sold: asked when a tier is saved, when it is bought, and whenever roles change."""

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
        """UserError with the reason for the first role that this editor may not sell. Above the owner stands none."""
        top = None if owner else await self._top(guild_id, actor)
        refused = [reason for id_ in role_ids if (reason := await self._refusal(guild_id, id_, top))]
        if refused:
            raise refused[0]

    async def is_sellable(self, tier: Tier) -> bool:
        """Can all its roles be given now? Nobody should pay for nothing."""
        return not any([await self._refusal(tier.guild_id, role, None) for role in roles_of(tier)])

    async def recheck(self, guild_id: int, actor: int = LYCEUM) -> None:
        """Suspend each tier whose roles may no longer be sold, and put the others back on sale."""
        known = {role.id: role for role in await self._server.roles(guild_id)}
        top = await self._server.own_top_position(guild_id)
        async with self._db.read() as db:
            found = await tiers.all_of(db, guild_id)
        for tier in found:
            findings = (finding_of(known.get(role), top) for role in roles_of(tier))
            finding = next((one for one in findings if one is not None), None)
            if finding != tier.suspended:
                await self._suspend(tier, finding, actor)

    async def tell(self, job: Job) -> None:
        """Work `tier.suspended`: one card in the staff channel that says what to do; none if it is mended already."""
        async with self._db.read() as db:
            tier = await tiers.get(db, job.guild_id, int(job.payload["tier"]))
        key = OutboxKey(job.guild_id, "tier.suspended", job.key)
        if tier is None or tier.archived or tier.suspended != job.payload["finding"]:
            await self._outbox.drop(key, "mended")
            return
        action = catalog_cards.recheck_action(job.key)
        shown = catalog_cards.suspended(self._texts.community, tier, action)
        await self._outbox.post(key, shown, to=ChannelSetting.STAFF, marker=action)

    async def _suspend(self, tier: Tier, finding: str | None, actor: int) -> None:
        now = self._clock.now()
        async with self._db.write() as tx:
            if not await tiers.suspend(tx, tier.guild_id, tier.id, finding):
                return
            note = {"finding": finding} if finding else {}
            action = AuditAction.TIER_SUSPENDED if finding else AuditAction.TIER_RESUMED
            await record(
                tx, guild_id=tier.guild_id, at=now, actor=actor, action=action, subject=tier.id, **note
            )
            if finding is not None:
                await self._queue.enqueue_once(
                    tx, "tier.suspended", tier.guild_id, str(new_id()), tier=str(tier.id), finding=finding
                )
            await catalog_changed(tx, self._queue, tier.guild_id)

    async def _top(self, guild_id: int, user_id: int) -> int:
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
    """Every role that its terms may give, the one afterwards included."""
    after = tier.terms.after_role_id
    return tier.terms.roles if after is None else (*tier.terms.roles, after)
