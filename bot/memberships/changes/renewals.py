"""Renewals: a member stops or keeps them; none goes on for a membership that was refunded or exchanged."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.audit import LYCEUM, AuditAction, record
from bot.clock import Clock
from bot.crashpoints import point
from bot.db import Database, Reader
from bot.errors import NeedsAction, RetryLater, UserError
from bot.memberships.access.store import entitlements
from bot.memberships.model import RENEWING, EntitlementStatus, Order
from bot.memberships.orders.backing import outcome_of
from bot.memberships.orders.checkouts import SOON, Checkouts
from bot.memberships.orders.eligibility import outlasting
from bot.memberships.orders.holdings import OwnedMembership, PlannedChange, owned_by, planned_changes
from bot.memberships.orders.paying import PaidSubscription, paid_by, require_paid_by
from bot.memberships.orders.store import ledger, orders
from bot.payments.port import PaymentProvider, Phase, Subscriptions, subscriptions_of
from bot.work import Job, Queue

STOP = "subscription.stop"
"""The kind of work that ends a subscription because its payer asked for that."""
ASKING = 8.0
"""Seconds that a browser waits for the provider's answer."""


class Reason(StrEnum):
    """Why a member ends a subscription: the audit log keeps this word only, no text of theirs."""

    PRICE = "price"
    TIME = "time"
    CONTENT = "content"
    DONE = "done"
    OTHER = "other"


@dataclass(frozen=True)
class Endings:
    """The memberships that a member could end, and the planned changes that they could take back.

    `paying`: the other subscriptions that they pay for, which serve somebody else or nobody any more.
    """

    held: tuple[OwnedMembership, ...]
    planned: tuple[PlannedChange, ...]
    paying: tuple[PaidSubscription, ...] = ()


class Renewals:
    """Carries out /membership cancel, the end on a receipt's page, and the work that ends subscriptions."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        queue: Queue,
        checkouts: Checkouts,
        providers: Mapping[str, PaymentProvider],
    ) -> None:
        self._db = db
        self._clock = clock
        self._queue = queue
        self._checkouts = checkouts
        self._providers = providers

    async def endings(self, guild_id: int, user_id: int) -> Endings:
        """What the member could end or take back."""
        now = self._clock.now()
        async with self._db.read() as db:
            owned = await owned_by(db, guild_id, user_id)
            paid = await paid_by(db, guild_id, user_id)
            planned = await planned_changes(db, guild_id, user_id, now)
        return Endings(
            tuple(one for one in owned if one.runs(now) and one.entitlement.tier.item is None),
            tuple(planned),
            tuple(subscription for subscription in paid if subscription.needs_showing(now)),
        )

    async def stop(
        self, guild_id: int, user_id: int, order_id: int, reason: Reason | None
    ) -> PaidSubscription:
        """Stop the renewal; the paid period runs to its end. A planned change is dropped too."""
        paid, provider = await self._paid_subscription(guild_id, user_id, order_id)
        if paid.renews:
            assert paid.order.ref is not None  # noqa: S101 # a renewing order has a checkout
            await subscriptions_of(provider).set_ending(paid.order.ref, True)
            point("subscription.ending")
            await self._audit(paid.order, user_id, AuditAction.SUBSCRIPTION_STOPPED, reason)
        return await self._refreshed(paid.order)

    async def keep(self, guild_id: int, user_id: int, order_id: int) -> PaidSubscription:
        """Keep a renewal that was stopped. UserError when it would charge without giving access."""
        paid, provider = await self._paid_subscription(guild_id, user_id, order_id)
        if paid.phase is Phase.ENDING:
            async with self._db.read() as db:
                if await self._must_not_renew(db, paid.order):
                    raise UserError(
                        "This subscription was exchanged, given back or revoked, so it cannot go on. /membership status shows what you have."
                    )
            await self._withdraw_stop(paid.order)
            assert paid.order.ref is not None  # noqa: S101 # as above
            await subscriptions_of(provider).set_ending(paid.order.ref, False)
            await self._audit(paid.order, user_id, AuditAction.SUBSCRIPTION_KEPT, None)
        return await self._refreshed(paid.order)

    async def portal(self, guild_id: int, user_id: int, order_id: int) -> str:
        """The provider's page for card and invoices, valid for a few minutes. UserError when it has none."""
        paid, provider = await self._paid_subscription(guild_id, user_id, order_id)
        customer = paid.order.customer
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
        if order is not None:
            await self._end(order, asked=False)

    async def ask_end(self, order: Order) -> None:
        """Who pays wants no more, told from outside Discord: stored first, tried at once, and until it is done."""
        async with self._db.write() as tx:
            current = await orders.find(tx, order.guild_id, order.id)
            if current is None or current.phase not in RENEWING:
                return
            now, key = self._clock.now(), str(order.id)
            if not await self._queue.is_open(tx, STOP, order.guild_id, key):
                await record(
                    tx,
                    guild_id=order.guild_id,
                    at=now,
                    actor=LYCEUM,
                    action=AuditAction.SUBSCRIPTION_END_ASKED,
                    subject=order.id,
                )
            await self._queue.enqueue(tx, STOP, order.guild_id, key, due=now + SOON)
        with contextlib.suppress(RetryLater, NeedsAction, TimeoutError):  # the work asks again
            async with asyncio.timeout(ASKING):
                await self._end(current, asked=True)
            async with self._db.read() as db:
                told = await orders.find(db, order.guild_id, order.id)
            if told is not None and told.phase not in RENEWING:
                await self._withdraw_stop(order)

    async def end_asked(self, order: Order) -> bool:
        """Was the end asked for, and the provider not reached yet?"""
        async with self._db.read() as db:
            return await self._queue.is_open(db, STOP, order.guild_id, str(order.id))

    async def stop_asked(self, job: Job) -> None:
        """Work `subscription.stop`: stop a subscription because who pays for it asked for that."""
        async with self._db.read() as db:
            order = await orders.find(db, job.guild_id, int(job.key))
        if order is not None:
            await self._end(order, asked=True)

    async def _end(self, order: Order, *, asked: bool) -> None:
        """Let the provider charge no more, if that was `asked` or the subscription serves nobody; done twice, it is done once."""
        if order.renewal is None or order.ref is None:
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
            order = await orders.find(db, order.guild_id, order.id) or order
            must_end = order.phase in RENEWING and (asked or await self._must_not_renew(db, order))
        if must_end and order.ref is not None:
            if not asked:
                await self._tell_if_outlasted(order)
            await subscriptions_of(provider).set_ending(order.ref, True)
            point("subscription.ended")
            await self._audit(order, LYCEUM, AuditAction.SUBSCRIPTION_STOPPED, None)
            await self._checkouts.refresh(order)

    async def _tell_if_outlasted(self, order: Order) -> None:
        """Write to who pays once the subscription is stopped, because what it gives is there without it."""
        async with self._db.write() as tx:
            held = await entitlements.find(tx, order.guild_id, order_id=order.id)
            owned = [] if held is None else await owned_by(tx, order.guild_id, held.user_id)
            lasting = None if held is None else outlasting(held, owned)
            if lasting is not None and not lasting.renews:
                key = f"{order.id}:{lasting.entitlement.id}"
                await self._queue.enqueue(tx, "payer.spared", order.guild_id, key, order=str(order.id))

    async def _withdraw_stop(self, order: Order) -> None:
        """The end that was asked for is there, or is not wanted any more: a later keep must not be undone by it."""
        async with self._db.write() as tx:
            await self._queue.withdraw(tx, STOP, order.guild_id, str(order.id))

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
        if outlasting(entitlement, await owned_by(db, entitlement.guild_id, entitlement.user_id)):
            return True
        for follower in await orders.following(db, order.guild_id, entitlement_id=entitlement.id):
            given = await entitlements.find(db, order.guild_id, order_id=follower.id)
            if follower.renewal is None and given is not None and given.status is EntitlementStatus.LIVE:
                return True
        return False

    async def _paid_subscription(
        self, guild_id: int, user_id: int, order_id: int
    ) -> tuple[PaidSubscription, PaymentProvider]:
        """The subscription, if this member pays for it, and its provider."""
        async with self._db.read() as db:
            paid = await require_paid_by(db, guild_id, user_id, order_id)
        provider = self._providers.get(paid.order.provider)
        if provider is None:
            raise RetryLater(f"the provider {paid.order.provider} is off")
        return paid, provider

    async def _refreshed(self, order: Order) -> PaidSubscription:
        await self._checkouts.refresh(order)
        async with self._db.read() as db:
            refreshed = await orders.find(db, order.guild_id, order.id)
            entitlement = await entitlements.find(db, order.guild_id, order_id=order.id)
        return PaidSubscription(refreshed or order, entitlement)

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
