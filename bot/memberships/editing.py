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

from bot.audit import Action, record
from bot.clock import Clock
from bot.db import Database, Reader, Writer
from bot.errors import UserError
from bot.memberships.edits import Edit, Holders, Proposal, TermsDraft, edited
from bot.memberships.entitle import held_until
from bot.memberships.model import Tier, Way
from bot.memberships.naming import free_name
from bot.memberships.role_safety import RoleSafety, roles_of
from bot.memberships.shop_cards import shelf_changed
from bot.memberships.store import entitlements, orders, tiers
from bot.memberships.tiers import Tiers
from bot.names import compared
from bot.work import Queue


class Editing:
    """The verbs of /tier edit."""

    def __init__(
        self, db: Database, clock: Clock, queue: Queue, shelf: Tiers, safety: RoleSafety, zone: ZoneInfo
    ) -> None:
        self._db = db
        self._clock = clock
        self._queue = queue
        self._shelf = shelf
        self._safety = safety
        self._zone = zone

    async def propose(self, guild_id: int, typed: str, edit: Edit, actor: int, owner: bool) -> Proposal:
        """Save what concerns nobody who has the tier; draft the rest and tell whom it would concern."""
        seen = await self._shelf.find(guild_id, typed)
        wanted = edited(seen, edit, self._clock.now(), self._zone)
        if wanted == seen:
            raise UserError("Nothing would change. Fill in at least one option with something new.")
        if wanted.terms != seen.terms:
            await self._safety.check(guild_id, roles_of(wanted), actor, owner)
        now = self._clock.now()
        async with self._db.write() as tx:
            await self._rename(tx, seen, wanted, actor, now)
            holders = await self._holders(tx, guild_id, seen.id)
            if wanted.terms == seen.terms:
                return Proposal(seen, wanted, holders)
            version = await tiers.last_version(tx, guild_id, seen.id) + 1
            wanted = replace(wanted, terms=replace(wanted.terms, version=version))
            await tiers.add_terms(tx, guild_id, seen.id, wanted.terms, now, actor)
            if holders.members:  # it waits for its button
                await record(
                    tx,
                    guild_id=guild_id,
                    at=now,
                    actor=actor,
                    action=Action.TIER_DRAFTED,
                    subject=seen.id,
                    version=version,
                )
            else:
                await self._put_in_force(tx, seen, wanted, actor, now)
        draft = TermsDraft(seen.id, seen.terms.version, version)
        return Proposal(seen, wanted, holders, draft if holders.members else None)

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
            reached = await self._reach(tx, after, actor, now) if everybody else 0
        return after, reached

    async def _reach(self, tx: Writer, tier: Tier, actor: int, now: datetime) -> int:
        """Everybody who has it has it under the new terms; roles and the end of a grace follow."""
        paid_for = await orders.of_live_entitlements(tx, tier.guild_id, tier.id)
        for right in await entitlements.live_of_tier(tx, tier.guild_id, tier.id):
            order = paid_for.get(right.order_id) if right.order_id else None
            held = held_until(tier.terms, right.ends_at, order.phase if order else None)
            if held != right.held_until:
                await entitlements.move(tx, right, right.starts_at, right.ends_at, held)
                await self._queue.again(tx, "entitlement.end", tier.guild_id, str(right.id), due=held)
        members = await entitlements.renew_terms(tx, tier.guild_id, tier.id, tier.terms.version)
        for user_id in members:
            await self._queue.again(tx, "role.sync", tier.guild_id, str(user_id))
        await record(
            tx,
            guild_id=tier.guild_id,
            at=now,
            actor=actor,
            action=Action.TIER_APPLIED,
            subject=tier.id,
            version=tier.terms.version,
            members=len(members),
        )
        return len(members)

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
            action=Action.TIER_EDITED,
            subject=seen.id,
            version=version,
        )
        await shelf_changed(tx, self._queue, seen.guild_id)

    async def _rename(self, tx: Writer, seen: Tier, wanted: Tier, actor: int, now: datetime) -> None:
        """Name, description and seats."""
        new: dict[str, Any] = {"description": wanted.description, "seats": wanted.seats}
        if (seen.name, seen.description, seen.seats) == (wanted.name, wanted.description, wanted.seats):
            return
        if wanted.name != seen.name:
            await free_name(tx, seen.guild_id, compared(wanted.name), wanted.name, but=seen.id)
            new |= {"name": wanted.name, "name_key": compared(wanted.name)}
        if not await tiers.change(tx, seen.guild_id, seen.id, seen.terms.version, **new):
            raise _outdated()
        await record(
            tx,
            guild_id=seen.guild_id,
            at=now,
            actor=actor,
            action=Action.TIER_EDITED,
            subject=seen.id,
            seats=wanted.seats,
        )
        await shelf_changed(tx, self._queue, seen.guild_id)

    async def _holders(self, db: Reader, guild_id: int, tier_id: int) -> Holders:
        now = self._clock.now()
        found = [
            right
            for right in await entitlements.live_of_tier(db, guild_id, tier_id)
            if right.held_until > now
        ]
        paid_for = await orders.of_live_entitlements(db, guild_id, tier_id)
        recurring = {order.id for order in paid_for.values() if order.span.way is Way.RECURRING}
        renewing = {right.id for right in found if right.order_id in recurring}
        ends = [right.held_until for right in found if not right.forever and right.id not in renewing]
        return Holders(
            len({right.user_id for right in found}), max(ends, default=None), len(renewing),
            sum(right.forever for right in found),
        )  # fmt: skip


def _outdated() -> UserError:
    return UserError(
        "This membership was changed or archived meanwhile, so nothing was saved. Look at it with /tier preview and edit it again."
    )
