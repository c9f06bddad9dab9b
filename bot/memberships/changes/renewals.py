"""Renewals: a member stops or keeps them; none goes on for a membership that was refunded or exchanged."""

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
from bot.memberships.orders.backing import outcome_of
from bot.memberships.orders.checkouts import Checkouts
from bot.memberships.orders.holdings import OwnedMembership, PlannedChange, owned_by, planned_changes
from bot.memberships.orders.settlement import RENEWING
from bot.memberships.orders.store import ledger, orders
from bot.payments.port import PaymentProvider, Phase, Subscriptions, subscriptions_of
from bot.work import Job


class Reason(StrEnum):
    """Why a member ends a subscription: the audit log keeps this word only, no text of theirs."""

    PRICE = "price"
    TIME = "time"
    CONTENT = "content"
    DONE = "done"
    OTHER = "other"


@dataclass(frozen=True)
class Endings:
    """The memberships that a member could end, and the planned changes that they could take back."""

    held: tuple[OwnedMembership, ...]
    planned: tuple[PlannedChange, ...]


class Renewals:
    """Carries out /membership cancel and the work `subscription.end`."""

    def __init__(
        self, db: Database, clock: Clock, checkouts: Checkouts, providers: Mapping[str, PaymentProvider]
    ) -> None:
        self._db = db
        self._clock = clock
        self._checkouts = checkouts
        self._providers = providers

    async def endings(self, guild_id: int, user_id: int) -> Endings:
        """What the member could end or take back."""
        now = self._clock.now()
        async with self._db.read() as db:
            owned = await owned_by(db, guild_id, user_id)
            planned = await planned_changes(db, guild_id, user_id, owned, now)
        return Endings(tuple(membership for membership in owned if membership.runs(now)), tuple(planned))

    async def stop(
        self, guild_id: int, user_id: int, order_id: int, reason: Reason | None
    ) -> OwnedMembership:
        """Stop the renewal; the paid period runs to its end. A planned change is dropped too."""
        held, order, provider = await self._own_subscription(guild_id, user_id, order_id)
        if held.renews:
            assert order.ref is not None  # noqa: S101 # a renewing order has a checkout
            await subscriptions_of(provider).set_ending(order.ref, True)
            point("subscription.ending")
            await self._audit(order, user_id, AuditAction.SUBSCRIPTION_STOPPED, reason)
        return await self._refreshed(guild_id, user_id, order)

    async def keep(self, guild_id: int, user_id: int, order_id: int) -> OwnedMembership:
        """Keep a renewal that was stopped. UserError when it would charge without giving access."""
        held, order, provider = await self._own_subscription(guild_id, user_id, order_id)
        if held.phase is Phase.ENDING:
            async with self._db.read() as db:
                if await self._must_not_renew(db, order):
                    raise UserError(
                        "This subscription was exchanged, given back or revoked, so it cannot go on. /membership status shows what you have."
                    )
            assert order.ref is not None  # noqa: S101 # as above
            await subscriptions_of(provider).set_ending(order.ref, False)
            await self._audit(order, user_id, AuditAction.SUBSCRIPTION_KEPT, None)
        return await self._refreshed(guild_id, user_id, order)

    async def portal(self, guild_id: int, user_id: int, order_id: int) -> str:
        """The provider's page for card and invoices, valid for a few minutes. UserError when it has none."""
        _, order, provider = await self._own_subscription(guild_id, user_id, order_id)
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
        """Work `subscription.end`: stop a subscription whose entitlement was revoked, replaced or never given."""
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
            must_end = order.phase in RENEWING and await self._must_not_renew(db, order)
        if must_end and order.ref is not None:
            await subscriptions_of(provider).set_ending(order.ref, True)
            point("subscription.ended")
            await self._audit(order, LYCEUM, AuditAction.SUBSCRIPTION_STOPPED, None)
            await self._checkouts.refresh(order)

    async def _must_not_renew(self, db: Reader, order: Order) -> bool:
        entitlement = await entitlements.find(db, order.guild_id, order_id=order.id)
        if entitlement is None or entitlement.status in (
            EntitlementStatus.REVOKED,
            EntitlementStatus.REPLACED,
        ):
            return True
        facts = await ledger.facts(db, order.guild_id, order.id)
        if outcome_of(order, facts).lapsed:  # the money of its present period went back
            return True
        owned = await owned_by(db, entitlement.guild_id, entitlement.user_id)
        return any(
            membership.order is not None
            and membership.order.follows == entitlement.id
            and membership.order.renewal is None
            and membership.entitlement.status is EntitlementStatus.LIVE
            for membership in owned
        )

    async def _own_subscription(
        self, guild_id: int, user_id: int, order_id: int
    ) -> tuple[OwnedMembership, Order, PaymentProvider]:
        async with self._db.read() as db:
            owned = await owned_by(db, guild_id, user_id)
        for membership in owned:
            if membership.order is not None and membership.order.id == order_id and membership.subscribed:
                provider = self._providers.get(membership.order.provider)
                if provider is None:
                    raise RetryLater(f"the provider {membership.order.provider} is off")
                return membership, membership.order, provider
        raise UserError("You have no such subscription. /membership status shows what you have.")

    async def _refreshed(self, guild_id: int, user_id: int, order: Order) -> OwnedMembership:
        await self._checkouts.refresh(order)
        async with self._db.read() as db:
            [held] = [
                membership
                for membership in await owned_by(db, guild_id, user_id)
                if membership.order and membership.order.id == order.id
            ]
        return held

    async def _audit(self, order: Order, actor: int, action: AuditAction, reason: Reason | None) -> None:
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
