"""Editing a tier: the owner sees who is affected, then chooses whether the change reaches the members who have it.

What a tier gives is a version of its terms. An edit drafts the next version, and a button puts it in force, so a
draft outlives a restart and two edits at the same time cannot both win. Names, descriptions and seats change at once:
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
from bot.memberships.catalog.authority import Authorities, Authority, Staff
from bot.memberships.catalog.holders import TierHolders
from bot.memberships.catalog.naming import require_free_name
from bot.memberships.catalog.role_safety import RoleSafety
from bot.memberships.catalog.shop import catalog_changed
from bot.memberships.catalog.store import tiers
from bot.memberships.catalog.terms_change import roles_given_more, roles_named
from bot.memberships.catalog.tier_edit import EditProposal, TermsDraft, TierEdit, edited
from bot.memberships.catalog.tiers import TierCatalog
from bot.memberships.model import Tier
from bot.names import compared, means
from bot.ports import ChatServer
from bot.work import Queue


class TierEditing:
    """What /tier edit and its buttons do."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        queue: Queue,
        tier_catalog: TierCatalog,
        safety: RoleSafety,
        authorities: Authorities,
        server: ChatServer,
        holders: TierHolders,
        zone: ZoneInfo,
    ) -> None:
        self._db = db
        self._clock = clock
        self._queue = queue
        self._tier_catalog = tier_catalog
        self._safety = safety
        self._authorities = authorities
        self._server = server
        self._tier_holders = holders
        self._zone = zone

    async def propose(
        self, guild_id: int, typed: str, edit: TierEdit, actor: int, owner: bool
    ) -> EditProposal:
        """Save name, description and seats; draft new terms, or put them in force while nobody has the tier."""
        before = await self._tier_catalog.find(guild_id, typed)
        after = edited(before, edit, self._clock.now(), self._zone)
        if after == before:
            raise UserError("Nothing would change. Fill in at least one option with something new.")
        finding = before.suspended
        if after.terms != before.terms:
            finding = await self._judge(
                before, after, await self._authorities.of(guild_id, Staff(actor, owner))
            )
        now = self._clock.now()
        async with self._db.write() as tx:
            await self._save_labels(tx, before, after, actor, now)
            holders = await self._tier_holders.summary(tx, guild_id, before.id, now)
            if after.terms == before.terms:
                return EditProposal(before, after, holders)
            version = await tiers.last_version(tx, guild_id, before.id) + 1
            after = replace(after, terms=replace(after.terms, version=version))
            await tiers.add_terms(tx, guild_id, before.id, after.terms, now, actor)
            if holders.members:  # it waits for its button
                await record(
                    tx,
                    guild_id=guild_id,
                    at=now,
                    actor=actor,
                    action=AuditAction.TIER_DRAFTED,
                    subject=before.id,
                    version=version,
                )
            else:
                await self._put_in_force(tx, before, after, finding, actor, now)
                after = replace(after, suspended=finding)
        draft = TermsDraft(before.id, before.terms.version, version)
        return EditProposal(before, after, holders, draft if holders.members else None)

    async def roles_given(self, guild_id: int, typed: str) -> list[tuple[int, str | None]]:
        """(id, name) of the roles that a tier gives; the name is None for one that was deleted."""
        tier = await self._tier_catalog.find(guild_id, typed)
        names = {role.id: role.name for role in await self._server.roles(guild_id)}
        return [(role_id, names.get(role_id)) for role_id in tier.terms.roles]

    async def role_given(self, guild_id: int, plan: str, typed: str) -> int:
        """The role of a tier with that id, mention or name. UserError for a role that the tier does not give."""
        key = typed.strip().removeprefix("<@&").removesuffix(">")
        for role_id, name in await self.roles_given(guild_id, plan):
            if means(key, role_id, *filter(None, [name])):
                return role_id
        raise UserError(
            "The membership gives no such role. Pick one from the list that appears while typing; a deleted role is listed with its id."
        )

    async def apply(
        self, guild_id: int, draft: TermsDraft, *, everybody: bool, actor: int, owner: bool
    ) -> tuple[Tier, int]:
        """Put a draft in force for new buyers; with `everybody`, also for all members who have the tier.

        Returns the tier and how many members' entitlements changed.
        """
        tier_id, base_version, version = draft
        async with self._db.read() as db:
            before = await tiers.at_version(db, guild_id, tier_id, base_version)
            after = await tiers.at_version(db, guild_id, tier_id, version)
        if before is None or after is None:
            raise _outdated()
        authority = await self._authorities.of(guild_id, Staff(actor, owner))
        finding = await self._judge(before, after, authority)
        now = self._clock.now()
        async with self._db.write() as tx:
            await self._put_in_force(tx, before, after, finding, actor, now)
            if everybody and not owner:
                await self._require_for_holders(tx, after, authority, now)
            reached = await self._apply_to_holders(tx, after, actor, now) if everybody else 0
        return replace(after, suspended=finding), reached

    async def _judge(self, before: Tier, after: Tier, authority: Authority) -> str | None:
        """UserError for what an edit adds or changes; what was broken before is only found, so that it can be mended."""
        authority.require_change(before.terms, after.terms)
        await self._safety.check(before.guild_id, sorted(roles_named(before.terms, after.terms)))
        return await self._safety.finding_of_terms(before.guild_id, after.terms)

    async def _require_for_holders(
        self, tx: Writer, after: Tier, authority: Authority, now: datetime
    ) -> None:
        """UserError when this person may not cause what the new terms give to, or take from, some member who has the tier."""
        for user_id, held in await self._tier_holders.terms_held(tx, after.guild_id, after.id):
            authority.require_change(held, after.terms, user_id)
            authority.require(roles_given_more(after.terms, held))  # what they would lose
        for user_id, gained in (await self._tier_holders.gained_by_terms(tx, after, now)).items():
            if gained:
                authority.require(gained, user_id)

    async def _apply_to_holders(self, tx: Writer, tier: Tier, actor: int, now: datetime) -> int:
        """Put all entitlements to the tier under its new terms; returns how many members that changed."""
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

    async def _put_in_force(
        self, tx: Writer, before: Tier, after: Tier, finding: str | None, actor: int, now: datetime
    ) -> None:
        """Make the terms of `after` the tier's present ones; UserError if another edit was faster."""
        version = after.terms.version
        if not await tiers.change(tx, before.guild_id, before.id, before.terms.version, version=version):
            raise _outdated()
        await record(
            tx,
            guild_id=before.guild_id,
            at=now,
            actor=actor,
            action=AuditAction.TIER_EDITED,
            subject=before.id,
            version=version,
        )
        await self._safety.store(tx, after, finding, actor)
        await catalog_changed(tx, self._queue, before.guild_id)

    async def _save_labels(self, tx: Writer, before: Tier, after: Tier, actor: int, now: datetime) -> None:
        """Save name, description and seats, if one of them changed."""
        new: dict[str, Any] = {"description": after.description, "seats": after.seats}
        if (before.name, before.description, before.seats) == (after.name, after.description, after.seats):
            return
        if after.name != before.name:
            await require_free_name(tx, before.guild_id, compared(after.name), after.name, but=before.id)
            new |= {"name": after.name, "name_key": compared(after.name)}
        if not await tiers.change(tx, before.guild_id, before.id, before.terms.version, **new):
            raise _outdated()
        await record(
            tx,
            guild_id=before.guild_id,
            at=now,
            actor=actor,
            action=AuditAction.TIER_EDITED,
            subject=before.id,
            seats=after.seats,
        )
        await catalog_changed(tx, self._queue, before.guild_id)


def _outdated() -> UserError:
    return UserError(
        "This membership was changed or archived in the meantime, so nothing was saved. Look at it with /tier preview and edit it again."
    )
