"""Comparing everybody's roles with what the database wants: at start, once a day, and when an owner asks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.audit import AuditAction, record
from bot.clock import Clock, real_now
from bot.db import Database
from bot.memberships.access.store import entitlements, grants, overrides
from bot.memberships.access.wanted_roles import role_claim, wanted_roles
from bot.memberships.catalog.store import tiers
from bot.ports import ChatServer
from bot.work import Job, Queue
from bot.work.worker import Reschedule

EVERY = timedelta(days=1)
ENOUGH = timedelta(minutes=1)
"""A turned clock brings many days within a second of real time. What Discord tells is of real time: one look will do,
and more would meet its limit of ten listings in ten seconds, so that a month would take half a minute."""


@dataclass(frozen=True)
class RoleDifference:
    """One member whose roles are not what they should be. `foreign` roles are sold here but were given by others."""

    user_id: int
    missing: frozenset[int]
    superfluous: frozenset[int]
    foreign: frozenset[int]


@dataclass(frozen=True)
class RoleAuditReport:
    """What an audit found. `looked_at` counts the members of the server, `away` those who have rights but left."""

    looked_at: int
    away: int
    drifts: tuple[RoleDifference, ...]

    @property
    def repairable(self) -> tuple[RoleDifference, ...]:
        """Where Lyceum has something to give or to take."""
        return tuple(one for one in self.drifts if one.missing or one.superfluous)


def compare(
    user_id: int, held: frozenset[int], wanted: frozenset[int], ours: Iterable[int], sold: frozenset[int]
) -> RoleDifference | None:
    """What is wrong with one member's roles; None when nothing is. Only roles that Lyceum gave are superfluous."""
    given = frozenset(ours)
    drift = RoleDifference(user_id, wanted - held, (held & given) - wanted, (held & sold) - wanted - given)
    return drift if drift.missing or drift.superfluous or drift.foreign else None


class RoleAudit:
    """Looks at whole servers. What is wrong is put right by `role.sync`, one member at a time."""

    def __init__(self, db: Database, clock: Clock, queue: Queue, server: ChatServer) -> None:
        self._db = db
        self._clock = clock
        self._queue = queue
        self._server = server
        self._looked: dict[int, datetime] = {}

    async def schedule(self, guild_ids: Iterable[int]) -> None:
        """After a start nobody knows what was missed: look at every server now, and once a day from then on."""
        for guild_id in guild_ids:
            async with self._db.write() as tx:
                await self._queue.enqueue(tx, "access.audit", guild_id, "all", due=self._clock.now())

    async def look(self, guild_id: int) -> RoleAuditReport:
        """Compare all members with the database. One listing of the members, no request for each."""
        now = self._clock.now()
        async with self._db.read() as db:
            held_entitlements = await entitlements.by_member(db, guild_id)
            exceptions = await overrides.by_member(db, guild_id)
            given = await grants.by_member(db, guild_id)
            sold = frozenset(role for tier in await tiers.all_of(db, guild_id) for role in tier.terms.roles)
        wants = {
            user: (
                wanted_roles(map(role_claim, held_entitlements.get(user, ())), exceptions.get(user, ()), now),
                given.get(user, set[int]()),
            )
            for user in {*held_entitlements, *given}
        }
        drifts: list[RoleDifference] = []
        here = 0
        async for person in self._server.members(guild_id):
            here += 1
            wanted, ours = wants.pop(person.id, (frozenset[int](), set[int]()))
            found = None if person.bot else compare(person.id, person.roles, wanted, ours, sold)
            if found is not None:
                drifts.append(found)
        away = sum(bool(wanted) for wanted, _ in wants.values())
        return RoleAuditReport(here, away, tuple(drifts))

    async def repair(self, guild_id: int, actor: int) -> RoleAuditReport:
        """Ask for everything that is wrong to be put right; what was found."""
        report = await self.look(guild_id)
        async with self._db.write() as tx:
            for drift in report.repairable:
                await self._queue.enqueue(tx, "role.sync", guild_id, str(drift.user_id))
                await record(
                    tx,
                    guild_id=guild_id,
                    at=self._clock.now(),
                    actor=actor,
                    action=AuditAction.ROLE_DRIFT,
                    subject=drift.user_id,
                    missing=sorted(map(str, drift.missing)),
                    superfluous=sorted(map(str, drift.superfluous)),
                )
        return report

    async def run(self, job: Job) -> None:
        """Work `access.audit`: look, repair, and again tomorrow. Asked for anew (`tries` 1) it looks in any case."""
        before = self._looked.pop(job.guild_id, None)
        if job.tries == 1 or before is None or real_now() - before > ENOUGH:
            await self.repair(job.guild_id, 0)
            before = real_now()
        self._looked[job.guild_id] = before
        raise Reschedule(self._clock.now() + EVERY)
