"""Comparing all members' roles with what the database wants.

At start, after each lost session of the gateway, once a day, and when an owner asks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.audit import LYCEUM, AuditAction, record
from bot.clock import Clock, real_now
from bot.db import Database
from bot.memberships.access.early_ends import revive
from bot.memberships.access.store import entitlements, grants, overrides
from bot.memberships.access.wanted_roles import role_claim, wanted_roles
from bot.memberships.catalog.store import tiers
from bot.ports import ChatServer
from bot.work import Job, Queue
from bot.work.worker import Reschedule

EVERY = timedelta(days=1)
ENOUGH = timedelta(minutes=1)
"""When the demo's clock is turned, many days pass within a second of real time. Discord's answer is of real time, so one
audit is enough; more would meet its limit of ten listings in ten seconds, and a month would take half a minute."""


class PresenceWatch(Protocol):
    """Whoever must know of people who left while no event told it: asked before and after members are listed."""

    async def watched(self, guild_id: int) -> set[int]:
        """The people whose presence matters."""
        ...

    async def seen(self, guild_id: int, watched: set[int], present: set[int]) -> None:
        """The whole list was read: of those watched, these are present."""
        ...


@dataclass(frozen=True)
class RoleDifference:
    """One member whose roles are not what they should be. `foreign` roles are sold here but were given by others."""

    user_id: int
    missing: frozenset[int]
    superfluous: frozenset[int]
    foreign: frozenset[int]


@dataclass(frozen=True)
class RoleAuditReport:
    """What an audit found. `looked_at` counts the server's members, `away` those with an entitlement who left."""

    looked_at: int
    away: int
    differences: tuple[RoleDifference, ...]

    @property
    def repairable(self) -> tuple[RoleDifference, ...]:
        """The differences in which Lyceum has a role to give or to take."""
        return tuple(
            difference for difference in self.differences if difference.missing or difference.superfluous
        )


def compare(
    user_id: int, held: frozenset[int], wanted: frozenset[int], ours: Iterable[int], sold: frozenset[int]
) -> RoleDifference | None:
    """One member's difference; None when there is none. Only roles that Lyceum gave (`ours`) can be superfluous."""
    given = frozenset(ours)
    missing, superfluous, foreign = wanted - held, (held & given) - wanted, (held & sold) - wanted - given
    return (
        RoleDifference(user_id, missing, superfluous, foreign) if missing or superfluous or foreign else None
    )


class RoleAudit:
    """Audits whole servers. `role.sync` repairs what differs, one member at a time."""

    def __init__(
        self, db: Database, clock: Clock, queue: Queue, server: ChatServer, presence: PresenceWatch
    ) -> None:
        self._db = db
        self._clock = clock
        self._queue = queue
        self._server = server
        self._presence = presence
        self._audited_at: dict[int, datetime] = {}

    async def schedule(self, guild_ids: Iterable[int]) -> None:
        """After a start or a lost session nobody knows what was missed: audit these servers now, then once a day."""
        for guild_id in guild_ids:
            async with self._db.write() as tx:
                await self._queue.enqueue(tx, "access.audit", guild_id, "all", due=self._clock.now())

    async def compare_members(self, guild_id: int) -> RoleAuditReport:
        """Compare all members with the database. One listing of the members, no request for each."""
        return await self._compare(guild_id, watched=set(), here=set())

    async def _compare(self, guild_id: int, *, watched: set[int], here: set[int]) -> RoleAuditReport:
        """As `compare_members`; adds those of `watched` who are present to `here`."""
        now = self._clock.now()
        async with self._db.read() as db:
            held_entitlements = await entitlements.by_member(db, guild_id)
            exceptions = await overrides.by_member(db, guild_id)
            given = await grants.by_member(db, guild_id)
            sold = frozenset(role for tier in await tiers.all_of(db, guild_id) for role in tier.terms.roles)
        roles_by_user = {
            user: (
                wanted_roles(map(role_claim, held_entitlements.get(user, ())), exceptions.get(user, ()), now),
                given.get(user, set[int]()),
            )
            for user in {*held_entitlements, *given}
        }
        differences: list[RoleDifference] = []
        present = 0
        async for person in self._server.members(guild_id):
            present += 1
            if person.id in watched:
                here.add(person.id)
            wanted, ours = roles_by_user.pop(person.id, (frozenset[int](), set[int]()))
            difference = None if person.bot else compare(person.id, person.roles, wanted, ours, sold)
            if difference is not None:
                differences.append(difference)
        away = sum(bool(wanted) for wanted, _ in roles_by_user.values())
        return RoleAuditReport(present, away, tuple(differences))

    async def repair(self, guild_id: int, actor: int) -> RoleAuditReport:
        """Compare all members and enqueue `role.sync` for each who needs it; returns what was found."""
        async with self._db.write() as tx:
            await revive(tx, self._queue, guild_id, self._clock.now())
        watched, here = await self._presence.watched(guild_id), set[int]()
        report = await self._compare(guild_id, watched=watched, here=here)
        await self._presence.seen(guild_id, watched, here)
        async with self._db.write() as tx:
            for difference in report.repairable:
                await self._queue.enqueue(tx, "role.sync", guild_id, str(difference.user_id))
                await record(
                    tx,
                    guild_id=guild_id,
                    at=self._clock.now(),
                    actor=actor,
                    action=AuditAction.ROLE_DRIFT,
                    subject=difference.user_id,
                    missing=sorted(map(str, difference.missing)),
                    superfluous=sorted(map(str, difference.superfluous)),
                )
        return report

    async def run(self, job: Job) -> None:
        """Work `access.audit`: audit, repair, and again tomorrow. A newly enqueued job (`tries` 1) always audits."""
        audited_at = self._audited_at.pop(job.guild_id, None)
        if job.tries == 1 or audited_at is None or real_now() - audited_at > ENOUGH:
            await self.repair(job.guild_id, LYCEUM)
            audited_at = real_now()
        self._audited_at[job.guild_id] = audited_at
        raise Reschedule(self._clock.now() + EVERY)
