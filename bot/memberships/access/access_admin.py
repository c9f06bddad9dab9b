"""What staff do to a member's access: grant, revoke, withhold, transfer, import. Each needs a reason and is logged."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.audit import AuditAction, record
from bot.clock import Clock
from bot.db import Database, Writer
from bot.errors import UserError
from bot.ids import new_id
from bot.memberships.access.entitlements import RUNNING, Entitlements
from bot.memberships.access.gains import gains
from bot.memberships.access.judging import held_until
from bot.memberships.access.store import entitlements, grants, overrides
from bot.memberships.access.wanted_roles import Override
from bot.memberships.catalog.authority import Authorities, Authority, Staff
from bot.memberships.catalog.tiers import TierCatalog
from bot.memberships.model import Entitlement, EntitlementStatus, Tier
from bot.memberships.reasons import clean_reason
from bot.memberships.until import read_gift, read_until
from bot.names import means
from bot.ports import ChatServer, Person
from bot.work import Queue

__all__ = ["AccessAdmin", "Staff"]

OnTransfer = Callable[[Writer, int, Sequence[Entitlement], int], Awaitable[None]]
"""Called in the transaction of a transfer, with the guild's id, what moved, and who has it now; UserError refuses it."""


class AccessAdmin:
    """The commands of /access that change something."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        queue: Queue,
        server: ChatServer,
        tiers: TierCatalog,
        authorities: Authorities,
        entitlement_service: Entitlements,
        zone: ZoneInfo,
        on_transfer: OnTransfer,
    ) -> None:
        self._db = db
        self._clock = clock
        self._queue = queue
        self._server = server
        self._tiers = tiers
        self._authorities = authorities
        self._entitlement_service = entitlement_service
        self._zone = zone
        self._on_transfer = on_transfer

    async def grant(
        self, guild_id: int, user_id: int, plan: str, until: str, reason: str, staff: Staff
    ) -> Entitlement:
        """Give a tier or an item for free. UserError for bots, people who are not here, what the giver may not cause, or
        a bad end.
        """
        tier = await self._tiers.find(guild_id, plan, items=True)
        await self._require_present(guild_id, user_id)
        (await self._authorities.of(guild_id, staff)).require_terms([tier.terms], user_id)
        await self._tiers.require_givable(tier)
        now = self._clock.now()
        end = read_gift(until, now, self._zone, owner=staff.owner)
        entitlement = _unpaid_entitlement(tier, user_id, "grant", clean_reason(reason), now, end)
        async with self._db.write() as tx:
            await self._entitlement_service.give(tx, entitlement, staff.id)
        return entitlement

    async def renewing_beside(self, given: Entitlement) -> Entitlement | None:
        """The member's subscription to the same tier, if there is one: it is charged for time that is given as well."""
        async with self._db.read() as db:
            of_member = await entitlements.of_member(db, given.guild_id, given.user_id)
        return next(
            (
                other
                for other in of_member
                if other.tier.id == given.tier.id
                and other.source == "order"
                and other.status is EntitlementStatus.LIVE
                and not other.forever
                and other.length is None
            ),
            None,
        )

    async def revoke(
        self, guild_id: int, user_id: int, plan: str, reason: str, staff: Staff
    ) -> list[Entitlement]:
        """End every entitlement of this member to a tier, without a refund: those that run, and those that have ended
        and still give roles. UserError when there is none.
        """
        why = clean_reason(reason)
        authority = await self._authorities.of(guild_id, staff)
        async with self._db.write() as tx:
            chosen = [
                entitlement
                for entitlement in await entitlements.giving(tx, guild_id, user_id, self._clock.now())
                if means(plan, entitlement.tier.id, entitlement.tier.name)
            ]
            if not chosen:
                raise UserError("This member has no such membership. /access explain shows what they have.")
            authority.require_terms(entitlement.tier.terms for entitlement in chosen)
            await self._require_nothing_uncovered(tx, authority, guild_id, user_id, chosen)
            for entitlement in chosen:
                await self._entitlement_service.end(tx, entitlement, EntitlementStatus.REVOKED, staff.id, why)
        return chosen

    async def withhold(
        self, guild_id: int, user_id: int, role_id: int, until: str, reason: str, staff: Staff
    ) -> Override:
        """Take a role away until a date although a membership gives it; the membership's days go on."""
        why = clean_reason(reason)
        if role_id == guild_id:  # Discord's @everyone has the server's id
            raise UserError("Everybody has this role, so it cannot be withheld. Choose another one.")
        (await self._authorities.of(guild_id, staff)).require([role_id])
        now = self._clock.now()
        end = read_until(until, now, self._zone, ever=False)
        override = Override(role_id, False, end, why, new_id(), staff.id)
        async with self._db.write() as tx:
            await overrides.add(tx, guild_id, user_id, override, now)
            await record(
                tx,
                guild_id=guild_id,
                at=now,
                actor=staff.id,
                action=AuditAction.ROLE_WITHHELD,
                subject=user_id,
                role=str(role_id),
                until=end.isoformat(),
                reason=why,
            )
            await self._queue.enqueue(tx, "role.sync", guild_id, str(user_id))
            await self._queue.enqueue(tx, "access.release", guild_id, str(user_id), due=end)
        return override

    async def release(self, guild_id: int, user_id: int, role_id: int, staff: Staff) -> None:
        """Withhold a role no longer. UserError when it was not withheld."""
        (await self._authorities.of(guild_id, staff)).require([role_id], user_id)
        now = self._clock.now()
        async with self._db.write() as tx:
            if not await overrides.end(tx, guild_id, user_id, role_id, now):
                raise UserError("No role of that name is withheld from this member.")
            await record(
                tx,
                guild_id=guild_id,
                at=now,
                actor=staff.id,
                action=AuditAction.ROLE_RELEASED,
                subject=user_id,
                role=str(role_id),
            )
            await self._queue.enqueue(tx, "role.sync", guild_id, str(user_id))

    async def transfer(
        self, guild_id: int, giver: int, taker: int, reason: str, staff: Staff
    ) -> list[Entitlement]:
        """Move all running entitlements to another account of the same person. Whoever pays goes on paying.

        UserError when nothing runs or the other account is not in the server.
        """
        why = clean_reason(reason)
        if giver == taker:
            raise UserError("These are the same account. Name the old one first, then the new one.")
        await self._require_present(guild_id, taker)
        authority = await self._authorities.of(guild_id, staff)
        now = self._clock.now()
        async with self._db.write() as tx:
            running = await self._running(tx, guild_id, giver)
            if not running:
                raise UserError(
                    "The first member has nothing that is running, so nothing can be handed over."
                )
            # A refund would revive the replaced ones, so they move too.
            replaced = await self._replaced(tx, guild_id, giver, running)
            authority.require_terms((one.tier.terms for one in [*running, *replaced]), taker)
            await self._require_nothing_uncovered(tx, authority, guild_id, giver, running)
            for entitlement in replaced:
                await entitlements.hand_over(tx, entitlement, taker)
            for entitlement in running:
                await entitlements.hand_over(tx, entitlement, taker)
                await record(
                    tx,
                    guild_id=guild_id,
                    at=now,
                    actor=staff.id,
                    action=AuditAction.ENTITLEMENT_TRANSFERRED,
                    subject=entitlement.id,
                    member=str(giver),
                    to=str(taker),
                    reason=why,
                )
            await self._on_transfer(tx, guild_id, running, taker)
            for user_id in (giver, taker):
                await self._entitlement_service.lay_out(tx, guild_id, user_id)
                await self._queue.enqueue(tx, "role.sync", guild_id, str(user_id))
        return running

    async def importable(self, guild_id: int, plan: str) -> tuple[Tier, list[Person]]:
        """A tier, and the people who hold all its roles without having it from Lyceum."""
        tier = await self._tiers.find(guild_id, plan)
        await self._tiers.require_givable(tier)
        roles = frozenset(tier.terms.roles)
        async with self._db.read() as db:
            holders = {
                entitlement.user_id for entitlement in await entitlements.live_of_tier(db, guild_id, tier.id)
            }
        people = [
            person
            async for person in self._server.members(guild_id)
            if not person.bot and person.id not in holders and roles <= person.roles
        ]
        return tier, people

    async def preview(self, guild_id: int, plan: str, until: str, staff: Staff) -> tuple[Tier, int, datetime]:
        """What `import_members` would do: the tier, how many members, until when."""
        tier, people = await self._importable_by(staff, guild_id, plan)
        return tier, len(people), read_gift(until, self._clock.now(), self._zone, owner=staff.owner)

    async def import_members(
        self, guild_id: int, plan: str, until: str, source: str, staff: Staff
    ) -> tuple[Tier, int, datetime]:
        """Give the tier to the people who hold its roles already; Lyceum takes the roles at its end. Harmless twice."""
        tier, people = await self._importable_by(staff, guild_id, plan)
        now = self._clock.now()
        end = read_gift(until, now, self._zone, owner=staff.owner)
        why = clean_reason(source)
        for person in people:
            async with self._db.write() as tx:
                entitlement = _unpaid_entitlement(tier, person.id, "import", why, now, end)
                await grants.intend(tx, guild_id, person.id, tier.terms.roles)
                for role_id in tier.terms.roles:
                    await grants.given(tx, guild_id, person.id, role_id, now)
                await self._entitlement_service.give(tx, entitlement, staff.id)
        return tier, len(people), end

    async def _importable_by(self, staff: Staff, guild_id: int, plan: str) -> tuple[Tier, list[Person]]:
        """As `importable`, without the staff member: only the owner gives themselves something."""
        tier, people = await self.importable(guild_id, plan)
        (await self._authorities.of(guild_id, staff)).require_terms([tier.terms])
        return tier, [person for person in people if staff.owner or person.id != staff.id]

    async def _running(self, tx: Writer, guild_id: int, user_id: int) -> list[Entitlement]:
        return [
            entitlement
            for entitlement in await entitlements.of_member(tx, guild_id, user_id)
            if entitlement.status in RUNNING
        ]

    async def _replaced(
        self, tx: Writer, guild_id: int, user_id: int, running: Collection[Entitlement]
    ) -> list[Entitlement]:
        """The entitlements that the running ones replaced, and those that these had replaced before."""
        of_member = await entitlements.of_member(tx, guild_id, user_id)
        replaced: list[Entitlement] = []
        order_ids = {entitlement.order_id for entitlement in running} - {None}
        while order_ids:
            step = [
                entitlement
                for entitlement in of_member
                if entitlement.replaced_by in order_ids and entitlement not in replaced
            ]
            replaced += step
            order_ids = {entitlement.order_id for entitlement in step} - {None}
        return replaced

    async def _require_present(self, guild_id: int, user_id: int) -> None:
        person = await self._server.member(guild_id, user_id)
        if person is None:
            raise UserError("This person is not in the server. Ask them to join first.")
        if person.bot:
            raise UserError("Bots have no memberships. Choose a person.")

    async def _require_nothing_uncovered(
        self, tx: Writer, authority: Authority, guild_id: int, user_id: int, taken: Collection[Entitlement]
    ) -> None:
        """UserError when the member would gain roles, which this person may not cause, by losing these entitlements."""
        held = await entitlements.of_member(tx, guild_id, user_id)
        exceptions = await overrides.of_member(tx, guild_id, user_id)
        taken_ids = {entitlement.id for entitlement in taken}
        left = [entitlement for entitlement in held if entitlement.id not in taken_ids]
        uncovered = gains(held, left, exceptions, self._clock.now())
        if uncovered:
            authority.require(uncovered, user_id)


def _unpaid_entitlement(
    tier: Tier, user_id: int, source: str, reason: str, now: datetime, end: datetime
) -> Entitlement:
    return Entitlement(
        id=new_id(),
        guild_id=tier.guild_id,
        user_id=user_id,
        acquired_by=user_id,
        tier=tier,
        order_id=None,
        source=source,
        reason=reason,
        status=EntitlementStatus.LIVE,
        starts_at=now,
        ends_at=end,
        held_until=held_until(tier.terms, end),
    )
