"""Editing a tier: what changes for whom is said first; the owner chooses whether it reaches those who have it.

What a tier gives is a version of its terms. An edit drafts the next version, and a button puts it in force, so a
draft outlives a restart and two edits at the same time cannot both win. Names, words and seats change at once:
nobody bought them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.audit import AuditAction, record
from bot.clock import Clock
from bot.db import Database, Writer
from bot.errors import UserError
from bot.memberships.catalog.holders import TierHolders
from bot.memberships.catalog.naming import require_free_name
from bot.memberships.catalog.role_safety import RoleSafety, roles_of
from bot.memberships.catalog.shop import catalog_changed
from bot.memberships.catalog.store import tiers
from bot.memberships.catalog.tier_edit import EditProposal, TermsDraft, TierEdit, edited
from bot.memberships.catalog.tiers import TierCatalog
from bot.memberships.model import Tier
from bot.names import compared
from bot.work import Queue


class TierEditing:
    """The verbs of /tier edit."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        queue: Queue,
        tier_catalog: TierCatalog,
        safety: RoleSafety,
        holders: TierHolders,
        zone: ZoneInfo,
    ) -> None:
        self._db = db
        self._clock = clock
        self._queue = queue
        self._tier_catalog = tier_catalog
        self._safety = safety
        self._tier_holders = holders
        self._zone = zone

    async def propose(
        self, guild_id: int, typed: str, edit: TierEdit, actor: int, owner: bool
    ) -> EditProposal:
        """Save what concerns nobody who has the tier; draft the rest and tell whom it would concern."""
        seen = await self._tier_catalog.find(guild_id, typed)
        wanted = edited(seen, edit, self._clock.now(), self._zone)
        if wanted == seen:
            raise UserError("Nothing would change. Fill in at least one option with something new.")
        if wanted.terms != seen.terms:
            await self._safety.check(guild_id, roles_of(wanted), actor, owner)
        now = self._clock.now()
        async with self._db.write() as tx:
            await self._rename(tx, seen, wanted, actor, now)
            holders = await self._tier_holders.summary(tx, guild_id, seen.id, now)
            if wanted.terms == seen.terms:
                return EditProposal(seen, wanted, holders)
            version = await tiers.last_version(tx, guild_id, seen.id) + 1
            wanted = replace(wanted, terms=replace(wanted.terms, version=version))
            await tiers.add_terms(tx, guild_id, seen.id, wanted.terms, now, actor)
            if holders.members:  # it waits for its button
                await record(
                    tx,
                    guild_id=guild_id,
                    at=now,
                    actor=actor,
                    action=AuditAction.TIER_DRAFTED,
                    subject=seen.id,
                    version=version,
                )
            else:
                await self._put_in_force(tx, seen, wanted, actor, now)
        draft = TermsDraft(seen.id, seen.terms.version, version)
        return EditProposal(seen, wanted, holders, draft if holders.members else None)

    async def apply(
        self, guild_id: int, draft: TermsDraft, *, everybody: bool, actor: int, owner: bool
    ) -> tuple[Tier, int]:
        """Put a draft in force for new buyers, or for everybody who has the tier too: the tier, and how many those are."""
        tier_id, seen, version = draft
        async with self._db.read() as db:
            before = await tiers.at_version(db, guild_id, tier_id, seen)
            after = await tiers.at_version(db, guild_id, tier_id, version)
        if before is None or after is None:
            raise _outdated()
        await self._safety.check(guild_id, roles_of(after), actor, owner)
        now = self._clock.now()
        async with self._db.write() as tx:
            await self._put_in_force(tx, before, after, actor, now)
            reached = await self._apply_to_holders(tx, after, actor, now) if everybody else 0
        return after, reached

    async def _apply_to_holders(self, tx: Writer, tier: Tier, actor: int, now: datetime) -> int:
        """Everybody who has the tier has it under the new terms."""
        members = await self._tier_holders.apply_terms(tx, tier)
        await record(
            tx,
            guild_id=tier.guild_id,
            at=now,
            actor=actor,
            action=AuditAction.TIER_APPLIED,
            subject=tier.id,
            version=tier.terms.version,
            members=members,
        )
        return members

    async def _put_in_force(self, tx: Writer, seen: Tier, after: Tier, actor: int, now: datetime) -> None:
        """New buyers get these terms, if nobody was faster."""
        version = after.terms.version
        if not await tiers.change(tx, seen.guild_id, seen.id, seen.terms.version, version=version):
            raise _outdated()
        await tiers.suspend(tx, seen.guild_id, seen.id, None)  # its roles were looked at just now
        await record(
            tx,
            guild_id=seen.guild_id,
            at=now,
            actor=actor,
            action=AuditAction.TIER_EDITED,
            subject=seen.id,
            version=version,
        )
        await catalog_changed(tx, self._queue, seen.guild_id)

    async def _rename(self, tx: Writer, seen: Tier, wanted: Tier, actor: int, now: datetime) -> None:
        """Name, description and seats."""
        new: dict[str, Any] = {"description": wanted.description, "seats": wanted.seats}
        if (seen.name, seen.description, seen.seats) == (wanted.name, wanted.description, wanted.seats):
            return
        if wanted.name != seen.name:
            await require_free_name(tx, seen.guild_id, compared(wanted.name), wanted.name, but=seen.id)
            new |= {"name": wanted.name, "name_key": compared(wanted.name)}
        if not await tiers.change(tx, seen.guild_id, seen.id, seen.terms.version, **new):
            raise _outdated()
        await record(
            tx,
            guild_id=seen.guild_id,
            at=now,
            actor=actor,
            action=AuditAction.TIER_EDITED,
            subject=seen.id,
            seats=wanted.seats,
        )
        await catalog_changed(tx, self._queue, seen.guild_id)


def _outdated() -> UserError:
    return UserError(
        "This membership was changed or archived meanwhile, so nothing was saved. Look at it with /tier preview and edit it again."
    )
