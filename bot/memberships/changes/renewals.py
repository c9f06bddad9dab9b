"""Renewals: a member ends them, or lets them go on; nobody pays on for what was given back or exchanged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.audit import LYCEUM, AuditAction, record
from bot.clock import Clock
from bot.crashpoints import point
from bot.db import Database, Reader
from bot.errors import NeedsAction, RetryLater, UserError
from bot.memberships.access.store import entitlements
from bot.memberships.model import EntitlementStatus, Order
from bot.memberships.orders.checkouts import Checkouts
from bot.memberships.orders.holdings import OwnedMembership, PlannedChange, owned_by, planned_changes
from bot.memberships.orders.settlement import RENEWING
from bot.memberships.orders.store import orders
from bot.payments.port import PaymentProvider, Phase, Subscriptions, subscriptions_of
from bot.work import Job


class Reason(StrEnum):
    """Why somebody ends a subscription; kept as this word in the log, without any text."""

    PRICE = "price"
    TIME = "time"
    CONTENT = "content"
    DONE = "done"
    OTHER = "other"


@dataclass(frozen=True)
class Endings:
    """What a member has and what is planned: all that could be ended, or taken back."""

    held: tuple[OwnedMembership, ...]
    planned: tuple[PlannedChange, ...]


class Renewals:
    """The verbs of /membership cancel, and handler of subscription.end."""

    def __init__(
        self, db: Database, clock: Clock, checkouts: Checkouts, providers: Mapping[str, PaymentProvider]
    ) -> None:
        self._db = db
        self._clock = clock
        self._checkouts = checkouts
        self._providers = providers

    async def endings(self, guild_id: int, user_id: int) -> Endings:
        """What could be ended or taken back."""
        now = self._clock.now()
        async with self._db.read() as db:
            mine = await owned_by(db, guild_id, user_id)
            ahead = await planned_changes(db, guild_id, user_id, mine, now)
        return Endings(tuple(one for one in mine if one.runs(now)), tuple(ahead))

    async def stop(
        self, guild_id: int, user_id: int, order_id: int, reason: Reason | None
    ) -> OwnedMembership:
        """Take no more money; what is paid for stays to its end. A planned change is dropped with it."""
        held, order, provider = await self._own(guild_id, user_id, order_id)
        if held.renews:
            assert order.ref is not None  # noqa: S101 # what renews was paid somewhere
            await subscriptions_of(provider).set_ending(order.ref, True)
            point("subscription.ending")
            await self._note(order, user_id, AuditAction.SUBSCRIPTION_STOPPED, reason)
        return await self._seen(guild_id, user_id, order)

    async def keep(self, guild_id: int, user_id: int, order_id: int) -> OwnedMembership:
        """Let it go on after all. UserError for what would be charged without giving anything."""
        held, order, provider = await self._own(guild_id, user_id, order_id)
        if held.phase is Phase.ENDING:
            async with self._db.read() as db:
                if await self._unwanted(db, order):
                    raise UserError(
                        "This subscription was exchanged, given back or revoked, so it cannot go on. /membership status shows what you have."
                    )
            assert order.ref is not None  # noqa: S101 # as above
            await subscriptions_of(provider).set_ending(order.ref, False)
            await self._note(order, user_id, AuditAction.SUBSCRIPTION_KEPT, None)
        return await self._seen(guild_id, user_id, order)

    async def portal(self, guild_id: int, user_id: int, order_id: int) -> str:
        """Where the member manages card and invoices, for a few minutes. UserError when there is no such place."""
        _, order, provider = await self._own(guild_id, user_id, order_id)
        async with self._db.read() as db:
            customer = await orders.customer_of(db, guild_id, order.user_id, provider.name)
        url = (
            await provider.portal(customer, f"https://discord.com/channels/{guild_id}")
            if customer and isinstance(provider, Subscriptions)
            else None
        )
        if url is None:
            raise UserError("This way of paying has no page for cards and invoices.")
        return url

    async def end(self, job: Job) -> None:
        """Work `subscription.end`: a subscription whose right was revoked, exchanged or refused must not renew."""
        async with self._db.read() as db:
            order = await orders.find(db, job.guild_id, int(job.key))
        if order is None or order.renewal is None or order.ref is None:
            return
        provider = self._providers.get(order.provider)
        if provider is None:
            raise NeedsAction(
                "provider-off",
                "The provider {provider} is not set up, so it cannot end a subscription.",
                provider=order.provider,
            )
        await self._checkouts.refresh(order)
        async with self._db.read() as db:
            order = await orders.find(db, job.guild_id, order.id) or order
            unwanted = order.phase in RENEWING and await self._unwanted(db, order)
        if unwanted and order.ref is not None:
            await subscriptions_of(provider).set_ending(order.ref, True)
            point("subscription.ended")
            await self._note(order, LYCEUM, AuditAction.SUBSCRIPTION_STOPPED, None)
            await self._checkouts.refresh(order)

    async def _unwanted(self, db: Reader, order: Order) -> bool:
        entitlement = await entitlements.find(db, order.guild_id, order_id=order.id)
        if entitlement is None or entitlement.status in (
            EntitlementStatus.REVOKED,
            EntitlementStatus.REPLACED,
        ):
            return True
        mine = await owned_by(db, entitlement.guild_id, entitlement.user_id)
        return any(
            one.order is not None
            and one.order.follows == entitlement.id
            and one.order.renewal is None
            and one.entitlement.status is EntitlementStatus.LIVE
            for one in mine
        )

    async def _own(
        self, guild_id: int, user_id: int, order_id: int
    ) -> tuple[OwnedMembership, Order, PaymentProvider]:
        async with self._db.read() as db:
            mine = await owned_by(db, guild_id, user_id)
        for one in mine:
            if one.order is not None and one.order.id == order_id and one.subscribed:
                provider = self._providers.get(one.order.provider)
                if provider is None:
                    raise RetryLater(f"the provider {one.order.provider} is off")
                return one, one.order, provider
        raise UserError("You have no such subscription. /membership status shows what you have.")

    async def _seen(self, guild_id: int, user_id: int, order: Order) -> OwnedMembership:
        await self._checkouts.refresh(order)
        async with self._db.read() as db:
            [held] = [
                one for one in await owned_by(db, guild_id, user_id) if one.order and one.order.id == order.id
            ]
        return held

    async def _note(self, order: Order, actor: int, action: AuditAction, reason: Reason | None) -> None:
        async with self._db.write() as tx:
            detail = {"reason": reason.value} if reason else {}
            await record(
                tx,
                guild_id=order.guild_id,
                at=self._clock.now(),
                actor=actor,
                action=action,
                subject=order.id,
                **detail,
            )
