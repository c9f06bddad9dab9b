"""Making a member's roles what they should be, and starting and ending entitlements when they are due."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import datetime

from bot.audit import LYCEUM, AuditAction, record
from bot.clock import Clock
from bot.crashpoints import point
from bot.db import Database, Writer
from bot.errors import NeedsAction
from bot.memberships.access.breaker import Breaker
from bot.memberships.access.store import entitlements, grants, overrides
from bot.memberships.access.wanted_roles import role_claim, wanted_roles
from bot.memberships.catalog.shop import seats_changed
from bot.memberships.model import EntitlementStatus
from bot.ports import ChatServer, Person, Role
from bot.work import Job, Queue
from bot.work.worker import Reschedule

OnRolesChanged = Callable[[Writer, int, int], Awaitable[None]]
"""Called in the transaction that records a member's role changes, with the ids of guild and member."""


class Reconciler:
    """Asks what a member should hold, looks at what they hold, and changes only what differs.

    It takes only roles that Lyceum gave (`grant`); a role given by hand is never touched.
    """

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        queue: Queue,
        server: ChatServer,
        breaker: Breaker,
        on_change: OnRolesChanged,
    ) -> None:
        self._db = db
        self._clock = clock
        self._queue = queue
        self._server = server
        self._breaker = breaker
        self._on_change = on_change

    async def wanted(self, guild_id: int, user_id: int) -> tuple[frozenset[int], dict[int, datetime | None]]:
        """(roles that the member should hold now, roles that Lyceum gave)."""
        async with self._db.read() as db:
            held_entitlements = await entitlements.of_member(db, guild_id, user_id)
            exceptions = await overrides.of_member(db, guild_id, user_id)
            ours = await grants.of_member(db, guild_id, user_id)
        return wanted_roles(map(role_claim, held_entitlements), exceptions, self._clock.now()), ours

    async def sync(self, job: Job) -> None:
        """Work `role.sync`: make the member's roles equal to the wanted ones. NeedsAction for what only the owner can fix.

        A member who left is skipped; `member_joined` enqueues this work again.
        """
        guild_id, user_id = job.guild_id, int(job.key)
        wanted, ours = await self.wanted(guild_id, user_id)
        person = await self._server.member(guild_id, user_id)
        if person is None:
            return
        trouble: NeedsAction | None = None
        given = [role for role, when in ours.items() if when is None and role in wanted & person.roles]
        for role in sorted(wanted - person.roles):
            try:
                await self._give(guild_id, person, role)
            except NeedsAction as error:
                trouble = error
            else:
                given.append(role)
        taken: list[int] = []
        for role in sorted(frozenset(ours) - wanted):
            try:
                await self._take(guild_id, person, role)
            except NeedsAction as error:
                trouble = error
            else:
                taken.append(role)
        await self._record_changes(guild_id, user_id, given, taken)
        if trouble is not None:
            raise trouble

    async def resync(self, job: Job) -> None:
        """Work `access.release`: a role that was withheld until now may come back."""
        async with self._db.write() as tx:
            await self._queue.enqueue(tx, "role.sync", job.guild_id, job.key)

    async def end(self, job: Job) -> None:
        """Work `entitlement.end`: end the entitlement at its time; roles that its terms keep longer go at `after_until`."""
        now = self._clock.now()
        async with self._db.write() as tx:
            entitlement = await entitlements.find(tx, job.guild_id, id_=int(job.key))
            # A suspended one ends, or goes on, when its money is decided about: until then it gives nothing.
            if entitlement is None or entitlement.status not in (
                EntitlementStatus.LIVE,
                EntitlementStatus.ENDED,
            ):
                return
            kept_until = entitlement.tier.terms.after_until
            if entitlement.status is not EntitlementStatus.ENDED:
                if now < entitlement.held_until:
                    raise Reschedule(entitlement.held_until)
                point("entitlement.before_end")
                await entitlements.set_status(tx, entitlement, EntitlementStatus.ENDED, now)
                await record(
                    tx,
                    guild_id=job.guild_id,
                    at=now,
                    actor=LYCEUM,
                    action=AuditAction.ENTITLEMENT_ENDED,
                    subject=entitlement.id,
                )
                await seats_changed(tx, self._queue, entitlement.tier)
                if entitlement.status is EntitlementStatus.LIVE and entitlement.removes:
                    key, order_id = str(entitlement.id), entitlement.order_id
                    await self._queue.enqueue(tx, "member.kick", job.guild_id, key, order=order_id)
            elif kept_until is not None and now < kept_until:
                raise Reschedule(kept_until)
            await self._queue.enqueue(tx, "role.sync", job.guild_id, str(entitlement.user_id))
        point("entitlement.ended")
        if kept_until is not None and now < kept_until:
            raise Reschedule(kept_until)

    async def start(self, job: Job) -> None:
        """Work `entitlement.start`: an entitlement that was bought ahead begins."""
        async with self._db.write() as tx:
            entitlement = await entitlements.find(tx, job.guild_id, id_=int(job.key))
            if entitlement is None or entitlement.status is not EntitlementStatus.LIVE:
                return
            if self._clock.now() < entitlement.starts_at:
                raise Reschedule(entitlement.starts_at)
            await self._queue.enqueue(tx, "role.sync", job.guild_id, str(entitlement.user_id))

    async def _give(self, guild_id: int, person: Person, role_id: int) -> None:
        roles = {role.id: role for role in await self._server.roles(guild_id)}
        _require_givable(roles.get(role_id), role_id, await self._server.own_top_position(guild_id))
        async with self._db.write() as tx:
            await grants.intend(tx, guild_id, person.id, [role_id])
        await self._breaker.check(guild_id)
        point("role.before_put")
        async with self._reporting_to_breaker(guild_id, role_id):
            await self._server.add_role(guild_id, person.id, role_id, "Lyceum: a membership wants it")
        point("role.after_put")

    async def _take(self, guild_id: int, person: Person, role_id: int) -> None:
        if role_id in person.roles:
            await self._breaker.check(guild_id)
            point("role.before_delete")
            async with self._reporting_to_breaker(guild_id, role_id):
                await self._server.remove_role(
                    guild_id, person.id, role_id, "Lyceum: no membership wants it any more"
                )
            point("role.after_delete")

    @contextlib.asynccontextmanager
    async def _reporting_to_breaker(self, guild_id: int, role_id: int) -> AsyncGenerator[None]:
        """Open the breaker when Discord refuses the call inside, close it when the call succeeds."""
        try:
            yield
        except NeedsAction as error:
            if error.finding == "missing-permission":
                await self._breaker.refused(guild_id, role_id)
            raise
        await self._breaker.allowed(guild_id)

    async def _record_changes(self, guild_id: int, user_id: int, given: list[int], taken: list[int]) -> None:
        now = self._clock.now()
        async with self._db.write() as tx:
            for role in given:
                await grants.given(tx, guild_id, user_id, role, now)
                await record(
                    tx,
                    guild_id=guild_id,
                    at=now,
                    actor=LYCEUM,
                    action=AuditAction.ROLE_GIVEN,
                    subject=user_id,
                    role=str(role),
                )
            for role in taken:
                await grants.taken(tx, guild_id, user_id, role)
                await record(
                    tx,
                    guild_id=guild_id,
                    at=now,
                    actor=LYCEUM,
                    action=AuditAction.ROLE_TAKEN,
                    subject=user_id,
                    role=str(role),
                )
            await self._on_change(tx, guild_id, user_id)
            point("role.before_commit")
        point("role.committed")


def _require_givable(role: Role | None, role_id: int, own_top: int) -> None:
    """NeedsAction when a role may not be given: it may have been raised or gained permissions after the tier was made."""
    if role is None:
        raise NeedsAction(
            "role-deleted", "The role {role} that a membership gives was deleted.", role=role_id
        )
    if role.position >= own_top:  # Discord would refuse: it need not be asked
        raise NeedsAction("missing-permission", "The role {role} stands above Lyceum's own.", role=role.name)
    if role.dangerous:
        raise NeedsAction(
            "role-dangerous",
            "The role {role} may not be given for money any more: {permissions}.",
            role=role.name,
            permissions=", ".join(role.dangerous),
        )
    if role.managed or role.everyone:
        raise NeedsAction(
            "role-dangerous",
            "The role {role} may not be given for money any more: it is managed.",
            role=role.name,
        )
