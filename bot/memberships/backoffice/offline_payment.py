"""Noting what came by hand: no provider reports such a payment, so the owner does, in parts if it comes in parts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from bot.audit import AuditAction, record
from bot.cards import plain
from bot.clock import Clock
from bot.db import Database, Reader, Writer
from bot.errors import UserError
from bot.i18n import stamp
from bot.memberships.access.store import entitlements
from bot.memberships.backoffice.days import arrival
from bot.memberships.catalog.authority import Authorities, Authority
from bot.memberships.model import Order, OrderStatus, Outcome, Parts
from bot.memberships.orders.admission import is_seat_free
from bot.memberships.orders.order_state import order_state
from bot.memberships.orders.parts import next_moment, standing
from bot.memberships.orders.refund_authority import require_refund
from bot.memberships.orders.settlement import Settlement
from bot.memberships.orders.store import ledger, orders
from bot.memberships.reasons import clean_reason
from bot.money import Money, parse_amount
from bot.payments.port import Fact, FactKind, PaymentProvider, by_hand
from bot.work import Queue


@dataclass(frozen=True, kw_only=True)
class Marked:
    """A payment that was noted, and what is noted of the order now. `before`: all of it was noted already, nothing changed."""

    order: Order
    money: Money
    parts: Parts
    before: bool = False

    @property
    def entitlement(self) -> bool:
        """Is the price complete, so that it gives the membership?"""
        return self.order.state is OrderStatus.PAID


@dataclass(frozen=True, kw_only=True)
class Corrected:
    """A note that was wrong. `was` stood there, `now` is what stands there instead; None when nothing came, or went."""

    order: Order
    kind: FactKind
    was: Money
    now: Money | None
    parts: Parts


class OfflinePayments:
    """The commands /order paid and /order correct, and the button that lets an order wait longer."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        queue: Queue,
        providers: Mapping[str, PaymentProvider],
        settlement: Settlement,
        authorities: Authorities,
        zone: tzinfo,
    ) -> None:
        self._db = db
        self._clock = clock
        self._queue = queue
        self._providers = providers
        self._settlement = settlement
        self._authorities = authorities
        self._zone = zone

    async def mark(
        self,
        guild_id: int,
        number: str,
        actor: int,
        reason: str,
        typed: str | None = None,
        arrived: str | None = None,
    ) -> Marked:
        """Note that the amount `typed` (None: all that is still open) came for this order, on the day `arrived` (today).

        The day decides whether it came in time. It must be named when unused days were credited and the link is over,
        for what was quoted holds only for money that came before. The membership begins once the parts make up the price. What is above puts the order on the owner's list.
        Without an amount, an order of which nothing is open is not changed.
        """
        reason = clean_reason(reason)
        authority = await self._authorities.by_id(guild_id, actor)
        async with self._db.write() as tx:
            order = await self._require_order(tx, guild_id, number)
            await self._require_authority(tx, authority, order)
            money = None if typed is None else parse_amount(typed, order.price.currency)
            facts = await ledger.facts(tx, guild_id, order.id)
            parts = _parts(self._judge(order, facts))
            if money is None and not parts.missing.amount:
                return Marked(order=order, money=parts.held, parts=parts, before=True)
            money = money or parts.missing
            now = self._clock.now()
            if arrived is None and order.credit.amount and parts.missing.amount and now > order.expires_at:
                raise UserError(
                    "The link of this order ended on {when}, and unused days were credited to it. Say under `arrived` on which day the money came: in time it counts as quoted, later only what is unused now.",
                    when=stamp(order.expires_at, "f"),
                )
            at = arrival(arrived, order, facts, now, self._zone) if arrived else next_moment(facts, now)
            paid = _payment(order, facts, money, at)
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
                came=at.isoformat(),
            )
            order, parts = await self._settle(tx, order, [paid])
            return Marked(order=order, money=money, parts=parts)

    async def _require_authority(self, db: Reader, authority: Authority, order: Order) -> None:
        """UserError unless this staff member may cause what the order gives, to whoever it would give it."""
        authority.require_terms([order.tier.terms], order.user_id)
        entitlement = await entitlements.find(db, order.guild_id, order_id=order.id)
        if entitlement is not None:
            authority.require_terms([order.tier.terms], entitlement.user_id)

    async def correct(
        self,
        guild_id: int,
        number: str,
        actor: int,
        reason: str,
        typed: str | None = None,
        note: str | None = None,
    ) -> Corrected:
        """Take back a note (None: the last one) that was wrong, and note the amount `typed` in its place, if any.

        A correction is a fact and a booking of its own; nothing is deleted, and no refund is made. What really came
        takes the place of the wrong note in time, so a slip neither begins nor lengthens a membership by itself.
        """
        reason = clean_reason(reason)
        authority = await self._authorities.by_id(guild_id, actor)
        async with self._db.write() as tx:
            order = await self._require_order(tx, guild_id, number)
            await self._require_authority(tx, authority, order)
            await require_refund(tx, authority, order, self._clock.now())  # it may take the membership back
            facts = await ledger.facts(tx, guild_id, order.id)
            wrong = _note(facts, note)
            right = _amount(typed, wrong.money)
            _require_correctable(facts, wrong, right)
            now = self._clock.now()
            statements = [
                Fact(
                    kind=FactKind.CORRECTED,
                    object_id=wrong.object_id,
                    guild_id=guild_id,
                    order_id=order.id,
                    ref=wrong.ref,
                    money=wrong.money,
                    at=next_moment(facts, now),
                )
            ]
            if right is not None and wrong.kind is FactKind.PAID:
                statements.append(_payment(order, facts, right, wrong.at))
            elif right is not None:
                statements.append(_refund(facts, wrong, right))
            await record(
                tx,
                guild_id=guild_id,
                at=now,
                actor=actor,
                action=AuditAction.ORDER_CORRECTED,
                subject=order.id,
                reason=reason,
                note=wrong.object_id,
                was=wrong.money.amount,
                amount=right.amount if right else 0,
                currency=wrong.money.currency,
            )
            order, parts = await self._settle(tx, order, statements)
            # Its time may have run out while the part was held that never came.
            await self._queue.enqueue(tx, "order.expire", guild_id, str(order.id), due=order.expires_at)
            return Corrected(order=order, kind=wrong.kind, was=wrong.money, now=right, parts=parts)

    async def extend(self, guild_id: int, number: str, actor: int) -> Order:
        """Let an order of which a part came wait as long again for the rest. UserError when that is not possible."""
        now = self._clock.now()
        async with self._db.write() as tx:
            order = await self._require_order(tx, guild_id, number)
            provider = by_hand(self._providers.get(order.provider))
            open_ = order.state in (OrderStatus.CREATED, OrderStatus.PENDING)
            if provider is None or not open_ or now < order.expires_at:
                raise UserError(
                    "This order is not waiting for you any more. /order show tells where it stands."
                )
            if not await is_seat_free(tx, order.tier, order.user_id, now):
                raise UserError(
                    "{plan} is sold out by now, so this order cannot wait longer. Give back what came with /order refund.",
                    plan=plain(order.tier.name),
                )
            until = now + provider.valid_for
            await orders.extend(tx, guild_id, order.id, until)
            await record(
                tx,
                guild_id=guild_id,
                at=now,
                actor=actor,
                action=AuditAction.ORDER_EXTENDED,
                subject=order.id,
                until=until.isoformat(),
            )
            await self._queue.enqueue(tx, "order.review", guild_id, str(order.id))
            await self._queue.enqueue(tx, "order.expire", guild_id, str(order.id), due=until)
            return await self._reload(tx, order)

    async def _settle(self, tx: Writer, order: Order, statements: list[Fact]) -> tuple[Order, Parts]:
        """Store what the owner states and judge the order by it; the order as it is then."""
        await self._settlement.settle(tx, order.provider, statements)
        settled = await self._reload(tx, order)
        await self._queue.retry_stuck(tx, order.guild_id)
        return settled, _parts(self._judge(settled, await ledger.facts(tx, order.guild_id, order.id)))

    def _judge(self, order: Order, facts: list[Fact]) -> Outcome:
        return order_state(self._settlement.due(order), facts)

    async def _reload(self, db: Reader, order: Order) -> Order:
        found = await orders.find(db, order.guild_id, order.id)
        assert found is not None  # noqa: S101 # orders are never deleted
        return found

    async def _require_order(self, db: Reader, guild_id: int, number: str) -> Order:
        """The order of that number, if money for it is noted by hand."""
        order = await orders.numbered(db, guild_id, number)
        if order is None:
            raise UserError("There is no such order here. Pick one from the list that appears while typing.")
        if by_hand(self._providers.get(order.provider)) is None:
            raise UserError(
                "This order is paid through {provider}, which reports payments itself. Only orders by bank transfer can be marked.",
                provider=order.provider.capitalize(),
            )
        if order.price.amount == 0:
            raise UserError("Nothing has to be paid for this order.")
        return order


def _parts(outcome: Outcome) -> Parts:
    assert outcome.parts is not None  # noqa: S101 # the order was checked to be noted by hand
    return outcome.parts


def _payment(order: Order, facts: list[Fact], money: Money, at: datetime) -> Fact:
    """The owner's statement that this money came."""
    payments = sum(fact.kind is FactKind.PAID for fact in facts)
    return Fact(
        kind=FactKind.PAID,
        object_id=f"{order.id}-{payments + 1}",
        guild_id=order.guild_id,
        order_id=order.id,
        ref=order.ref or "-",
        money=money,
        at=at,
    )


def _refund(facts: list[Fact], wrong: Fact, money: Money) -> Fact:
    """What really went back, in the place of a refund that was noted wrongly."""
    refunds = sum(fact.kind is FactKind.REFUNDED for fact in facts)
    return replace(wrong, object_id=f"{wrong.object_id}_{refunds + 1}", money=money)


def _note(facts: list[Fact], id_: str | None) -> Fact:
    """The note with that id, or the last one that stands. UserError when there is none."""
    notes = standing(facts)
    if not notes:
        raise UserError("Nothing is noted for this order, so there is nothing to correct.")
    if id_ is None:
        return notes[-1]
    for note in notes:
        if note.object_id == id_.strip():
            return note
    raise UserError("There is no such note. Pick one from the list that appears while typing.")


def _amount(typed: str | None, was: Money) -> Money | None:
    """The amount that should stand there; None when nothing came. UserError when it stands there already."""
    if typed is None or re.fullmatch(r"0+([.]0+)?", typed.strip(), re.ASCII):
        return None
    money = parse_amount(typed, was.currency)
    if money == was:
        raise UserError("That amount is noted already. Type the amount that is right.")
    return money


def _require_correctable(facts: list[Fact], wrong: Fact, right: Money | None) -> None:
    """UserError when other notes depend on this one."""
    if wrong.kind is FactKind.PAID:
        if any(note.payment_id == wrong.object_id for note in standing(facts)):
            raise UserError(
                "Money was given back from this payment. Correct that note first, if it is wrong too."
            )
        return
    others = sum(
        note.money.amount
        for note in standing(facts)
        if note.payment_id == wrong.payment_id and note.object_id != wrong.object_id
    )
    [payment] = [fact for fact in facts if fact.kind is FactKind.PAID and fact.object_id == wrong.payment_id]
    left = Money(payment.money.amount - others, wrong.money.currency)
    if right is not None and right.amount > left.amount:
        raise UserError(
            "There is not that much left of this order. You can give back {most} at most.",
            most=left,
        )
