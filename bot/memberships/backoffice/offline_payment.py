"""Marking a manual order as paid: no provider reports such a payment, so the owner does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.audit import AuditAction, record
from bot.clock import Clock
from bot.db import Database
from bot.errors import UserError
from bot.memberships.catalog.authority import Authorities
from bot.memberships.model import Order
from bot.memberships.orders.order_state import matches
from bot.memberships.orders.refunds import held_payments
from bot.memberships.orders.settlement import Settlement
from bot.memberships.orders.store import ledger, orders
from bot.memberships.reasons import clean_reason
from bot.money import Money, parse_amount
from bot.payments.port import Fact, FactKind, PaymentProvider, by_hand


@dataclass(frozen=True)
class Marked:
    """The payment of an order. `before`: it was marked already, nothing changed. `entitlement`: it pays the price, so it gives one."""

    order: Order
    money: Money
    before: bool
    entitlement: bool


class OfflinePayments:
    """The command /order paid."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        providers: Mapping[str, PaymentProvider],
        settlement: Settlement,
        authorities: Authorities,
    ) -> None:
        self._db = db
        self._clock = clock
        self._providers = providers
        self._settlement = settlement
        self._authorities = authorities

    async def mark(
        self, guild_id: int, number: str, actor: int, reason: str, typed: str | None = None
    ) -> Marked:
        """Record that the amount `typed` (None: the price) came for this order. An order that holds a payment is not changed.

        An amount other than the price gives no entitlement and puts the order on the owner's list. Once all of it
        was refunded, the order can be marked again.
        """
        reason = clean_reason(reason)
        authority = await self._authorities.by_id(guild_id, actor)
        async with self._db.write() as tx:
            order = await orders.numbered(tx, guild_id, number)
            if order is None:
                raise UserError(
                    "There is no such order here. Pick one from the list that appears while typing."
                )
            self._check(order)
            authority.require_terms([order.tier.terms], order.user_id)
            money = order.price if typed is None else parse_amount(typed, order.price.currency)
            facts = await ledger.facts(tx, guild_id, order.id)
            held = held_payments(facts)
            if held:
                [(first, _), *_] = held
                return Marked(
                    order, first.money, before=True, entitlement=matches(self._settlement.due(order), first)
                )
            now = self._clock.now()
            payments = sum(fact.kind is FactKind.PAID for fact in facts)
            paid = Fact(
                kind=FactKind.PAID,
                object_id=f"{order.id}-{payments + 1}",
                guild_id=guild_id,
                order_id=order.id,
                ref=order.ref or "-",
                money=money,
                at=now,
            )
            await record(
                tx,
                guild_id=guild_id,
                at=now,
                actor=actor,
                action=AuditAction.ORDER_MARKED,
                subject=order.id,
                reason=reason,
                amount=money.amount,
                currency=money.currency,
            )
            await self._settlement.settle(tx, order.provider, [paid])
            settled = await orders.find(tx, guild_id, order.id)
            assert settled is not None  # noqa: S101 # orders are never deleted
            return Marked(
                settled, money, before=False, entitlement=matches(self._settlement.due(settled), paid)
            )

    def _check(self, order: Order) -> None:
        provider = self._providers.get(order.provider)
        if by_hand(provider) is None:
            raise UserError(
                "This order is paid through {provider}, which reports payments itself. Only orders by bank transfer can be marked.",
                provider=order.provider,
            )
        if order.price.amount == 0:
            raise UserError("Nothing has to be paid for this order.")
