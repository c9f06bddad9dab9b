"""Turning the renewal of a departed payer's subscription off, at its provider."""

from __future__ import annotations

from collections.abc import Mapping

from bot.audit import LYCEUM, AuditAction, record
from bot.clock import Clock
from bot.crashpoints import point
from bot.db import Database
from bot.errors import NeedsAction
from bot.memberships.departures.departure import DepartedSubscription
from bot.memberships.model import RENEWING, Order
from bot.memberships.orders.checkouts import Checkouts
from bot.memberships.orders.store import orders
from bot.payments.port import PaymentProvider, subscriptions_of


class DepartureEndings:
    """Tells providers that a subscription ends with its period."""

    def __init__(
        self, db: Database, clock: Clock, checkouts: Checkouts, providers: Mapping[str, PaymentProvider]
    ) -> None:
        self._db = db
        self._clock = clock
        self._checkouts = checkouts
        self._providers = providers

    async def turn_off(self, decided: DepartedSubscription) -> None:
        """End the subscription with its period; harmless twice. The log says who decided it, and how the payer left."""
        order = await self._refreshed(decided)
        if order is None or order.ref is None or order.phase not in RENEWING:
            return
        provider = self._providers.get(order.provider)
        if provider is None:
            raise NeedsAction(
                "provider-off",
                "The provider {provider} is not set up, so it cannot end a subscription.",
                provider=order.provider,
            )
        await subscriptions_of(provider).set_ending(order.ref, True)
        point("subscription.ended")
        async with self._db.write() as tx:
            await record(
                tx,
                guild_id=order.guild_id,
                at=self._clock.now(),
                actor=decided.decided_by or LYCEUM,
                action=AuditAction.SUBSCRIPTION_STOPPED,
                subject=order.id,
                reason=decided.cause.value,
            )
        await self._checkouts.refresh(order)

    async def _refreshed(self, decided: DepartedSubscription) -> Order | None:
        """The order as its provider knows it now."""
        order = await self._find(decided)
        if order is not None:
            await self._checkouts.refresh(order)
        return await self._find(decided)

    async def _find(self, decided: DepartedSubscription) -> Order | None:
        async with self._db.read() as db:
            return await orders.find(db, decided.guild_id, decided.order_id)
