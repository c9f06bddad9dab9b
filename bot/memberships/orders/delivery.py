"""Whether what was paid can reach its payer: between link and payment a role may be deleted, or not be given any more, or the payer leaves."""

from __future__ import annotations

from collections.abc import Iterable

from bot.clock import Clock
from bot.db import Database, Writer
from bot.errors import NeedsAction
from bot.memberships.access.store import entitlements
from bot.memberships.catalog.sellable_roles import finding_of
from bot.memberships.model import Entitlement, EntitlementStatus
from bot.memberships.orders.store import orders
from bot.ports import ChatServer
from bot.work import Job, Queue


class Delivery:
    """Handles the work `order.deliver`, which stands on the owner's list until it is settled."""

    def __init__(self, db: Database, clock: Clock, queue: Queue, server: ChatServer) -> None:
        self._db = db
        self._clock = clock
        self._queue = queue
        self._server = server

    async def look_again(self, tx: Writer, held: Iterable[Entitlement]) -> None:
        """Check at once what waits of these entitlements: their holder is back."""
        for entitlement in held:
            guild_id, key = entitlement.guild_id, str(entitlement.order_id)
            if await self._queue.is_open(tx, "order.deliver", guild_id, key):
                await self._queue.enqueue(tx, "order.deliver", guild_id, key)

    async def check(self, job: Job) -> None:
        """Work `order.deliver`: NeedsAction while a paid membership reaches nobody. The days are safe meanwhile."""
        async with self._db.read() as db:
            order = await orders.find(db, job.guild_id, int(job.key))
            entitlement = await entitlements.find(db, job.guild_id, order_id=int(job.key))
        if (
            order is None
            or entitlement is None
            or entitlement.status is not EntitlementStatus.LIVE
            or entitlement.held_until <= self._clock.now()
        ):
            return
        roles = {role.id: role for role in await self._server.roles(job.guild_id)}
        paid_for = entitlement.tier.terms.roles
        if not roles.keys() >= set(paid_for):
            raise NeedsAction(
                "paid-role-deleted", "A role of order {number} is gone: it was deleted.", number=order.id
            )
        member = await self._server.member(job.guild_id, entitlement.user_id)
        if member is None:
            raise NeedsAction(
                "payer-gone", "The payer of order {number} is not in this server.", number=order.id
            )
        own_top = await self._server.own_top_position(job.guild_id)
        for role_id in paid_for:
            if role_id not in member.roles and finding_of(roles[role_id], own_top) is not None:
                raise NeedsAction(
                    "paid-role-refused",
                    "The role {role} of order {number} may not be given now.",
                    role=roles[role_id].name,
                    number=order.id,
                )
