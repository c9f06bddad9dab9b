"""Refunds: an owner asks for them, or somebody paid twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.audit import AuditAction, record
from bot.clock import Clock
from bot.crashpoints import point
from bot.db import Database, Reader, Writer
from bot.errors import NeedsAction, UserError
from bot.ids import new_id
from bot.memberships.catalog.authority import Authorities
from bot.memberships.model import Order, Tier
from bot.memberships.orders.order_state import amount_left, disputes, order_state, refunded
from bot.memberships.orders.parts import latest_payments_with, next_moment
from bot.memberships.orders.refund_authority import require_refund
from bot.memberships.orders.refund_forecast import RefundForecasts
from bot.memberships.orders.refund_preview import (
    Consequence,
    refund_fact,
)
from bot.memberships.orders.refund_reserve import reserved, unreserved
from bot.memberships.orders.review import waits_for
from bot.memberships.orders.settlement import Settlement
from bot.memberships.orders.store import ledger, orders, refund_drafts
from bot.memberships.orders.store.refund_drafts import RefundDraft
from bot.memberships.reasons import clean_reason
from bot.money import Money, parse_amount
from bot.payments.port import Fact, FactKind, PaymentProvider, by_hand
from bot.work import Job, Queue


@dataclass(frozen=True, kw_only=True)
class RefundProposal:
    """The money that would go back, the effect on the entitlement, and the roles that would go.

    `by_hand`: the owner sends the money. `draft` is the id that the confirming button carries. `stops_charging`: the
    subscription is ended too. `discounted` is what a discount by this membership gave, and loses days too.
    """

    order: Order
    back: tuple[Money, ...]
    effect: Consequence
    going: tuple[int, ...]
    by_hand: bool
    reason: str
    draft: int = 0
    stops_charging: bool = False
    discounted: tuple[Tier, ...] = ()


class Refunds:
    """Refunds run as work: the intent is a row, the provider is asked, its answer is a fact like any other."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        queue: Queue,
        providers: Mapping[str, PaymentProvider],
        settlement: Settlement,
        authorities: Authorities,
    ) -> None:
        self._db = db
        self._clock = clock
        self._queue = queue
        self._providers = providers
        self._settlement = settlement
        self._forecasts = RefundForecasts(clock, settlement)
        self._authorities = authorities

    async def draft(
        self, guild_id: int, number: str, actor: int, reason: str, part: str | None = None
    ) -> RefundProposal:
        """What refunding all of an order, or `part` of its latest payment, would do. Nothing is sent yet.

        The draft is a row, so that its confirming button survives a restart.
        """
        reason = clean_reason(reason)
        authority = await self._authorities.by_id(guild_id, actor)
        now = self._clock.now()
        async with self._db.write() as tx:
            order = await self._require_order(tx, guild_id, number)
            await require_refund(tx, authority, order, now)
            facts = await ledger.facts(tx, guild_id, order.id)
            back = await self._payments_to_refund(tx, order, facts, part)
            proposal = await self._proposal(tx, order, facts, back, reason)
            new_draft = RefundDraft(
                order_id=order.id,
                actor=actor,
                reason=reason,
                part=part,
                back=_amounts(back),
                effect=proposal.effect.effect,
            )
            draft = await refund_drafts.add(tx, guild_id, new_draft, now)
            await record(
                tx,
                guild_id=guild_id,
                at=now,
                actor=actor,
                action=AuditAction.REFUND_DRAFTED,
                subject=order.id,
                reason=reason,
                part=part,
                draft=str(draft),
            )
        return replace(proposal, draft=draft)

    async def confirm(self, guild_id: int, draft: str, actor: int) -> RefundProposal:
        """Carry out a draft, once. UserError when it was confirmed before, or its effect would differ now."""
        authority = await self._authorities.by_id(guild_id, actor)
        async with self._db.write() as tx:
            drafted = await refund_drafts.find(tx, guild_id, _draft_id(draft))
            if drafted is None or drafted.actor != actor:
                raise UserError(
                    "Only the person who asked for this refund can confirm it. Type /order refund yourself."
                )
            order = await self._require_order(tx, guild_id, str(drafted.order_id))
            await require_refund(tx, authority, order, self._clock.now())
            if not await refund_drafts.confirm(tx, guild_id, _draft_id(draft), self._clock.now()):
                raise UserError(
                    "This was confirmed already, and is not done twice. /order show tells where it stands."
                )
            facts = await ledger.facts(tx, guild_id, order.id)
            back = await self._payments_to_refund(tx, order, facts, drafted.part)
            proposal = await self._proposal(tx, order, facts, back, drafted.reason)
            if (_amounts(back), proposal.effect.effect) != (drafted.back, drafted.effect):
                raise UserError(
                    "This order changed in the meantime, so nothing was sent. Type /order refund again."
                )
            await self._give_back(
                tx=tx,
                order=order,
                back=back,
                actor=actor,
                reason=drafted.reason,
                ask=int(draft),
                part=drafted.part,
                draft=draft,
            )
        return replace(proposal, draft=int(draft))

    async def ask(
        self, guild_id: int, number: str, actor: int, reason: str, part: str | None = None
    ) -> Order:
        """Refund all that was paid for this order, or `part` (an amount as typed) of its latest payment.

        UserError when less than that is left to refund. Each call is one refund, however often its work is tried.
        A refund that only the owner can send stays on their list until they confirm it.
        """
        async with self._db.write() as tx:
            order = await self._require_order(tx, guild_id, number)
            facts = await ledger.facts(tx, guild_id, order.id)
            if part is None and held_payments(facts) and not await self._unsent(tx, order, facts):
                return order  # asked for before: all of it goes back
            back = await self._payments_to_refund(tx, order, facts, part)
            await self._give_back(
                tx=tx, order=order, back=back, actor=actor, reason=reason, ask=new_id(), part=part
            )
        return order

    async def _require_order(self, db: Reader, guild_id: int, number: str) -> Order:
        order = await orders.numbered(db, guild_id, number)
        if order is None:
            raise UserError("There is no such order here. Pick one from the list that appears while typing.")
        return order

    async def _payments_to_refund(
        self, db: Reader, order: Order, facts: list[Fact], part: str | None
    ) -> list[tuple[Fact, Money]]:
        """The payments to refund, and how much of each. What is on its way back already is not there any more.

        By hand the owner may give back more than one payment in one transfer.
        """
        held = held_payments(facts)
        if not held:
            raise UserError(
                "Nothing was paid for this order, or all of it was given back already. /order list shows where it stands."
            )
        unsent = await self._unsent(db, order, facts)
        if not unsent:
            raise UserError(
                "What was paid for this order is on its way back already. /order show tells where it stands."
            )
        if part is None:
            return unsent
        if self._settlement.due(order).in_parts:
            return latest_payments_with(unsent, part)
        return [_latest_payment_with(unsent, part)]

    async def _unsent(self, db: Reader, order: Order, facts: list[Fact]) -> list[tuple[Fact, Money]]:
        """What is left of each payment after the refunds that are under way."""
        held = held_payments(facts)
        if self._by_hand(order):  # by hand it is sent by the confirmation itself
            return held
        return unreserved(held, order.id, await self._queue.unfinished(db, order.guild_id, "order.refund"))

    async def _proposal(
        self, db: Reader, order: Order, facts: list[Fact], back: list[tuple[Fact, Money]], reason: str
    ) -> RefundProposal:
        on_the_way = reserved(held_payments(facts), await self._unsent(db, order, facts))
        forecast = await self._forecasts.of(db, order, facts, [*back, *on_the_way])
        sums: dict[str, int] = {}
        for _, money in back:
            sums[money.currency] = sums.get(money.currency, 0) + money.amount
        return RefundProposal(
            order=order,
            back=tuple(Money(amount, currency) for currency, amount in sums.items()),
            effect=forecast.effect,
            going=forecast.going,
            by_hand=self._by_hand(order),
            reason=reason,
            stops_charging=forecast.stops_charging,
            discounted=forecast.discounted,
        )

    async def _give_back(
        self,
        *,
        tx: Writer,
        order: Order,
        back: list[tuple[Fact, Money]],
        actor: int,
        reason: str,
        ask: int,
        part: str | None,
        draft: str | None = None,
    ) -> None:
        now = self._clock.now()
        await record(
            tx,
            guild_id=order.guild_id,
            at=now,
            actor=actor,
            action=AuditAction.REFUND_ASKED,
            subject=order.id,
            reason=reason,
            part=part,
            draft=draft,
        )
        if self._by_hand(order) and draft is not None:  # the owner has sent it: no provider is to be asked
            at = next_moment(await ledger.facts(tx, order.guild_id, order.id), now)
            facts = [
                refund_fact(payment, money, f"re_{ask}_{n}", at + n * timedelta(microseconds=1))
                for n, (payment, money) in enumerate(back)
            ]
            await self._settlement.settle(tx, order.provider, facts)
            await self._queue.retry_stuck(tx, order.guild_id)
            return
        for payment, money in back:
            key = f"asked:{payment.object_id}" if part is None else f"part:{ask}"
            await self._queue.enqueue(
                tx,
                "order.refund",
                order.guild_id,
                key,
                order=order.id,
                payment=payment.object_id,
                actor=actor,
                reason=reason,
                ask=str(ask),
                amount=money.amount,
            )

    def _by_hand(self, order: Order) -> bool:
        return by_hand(self._providers.get(order.provider)) is not None

    async def refund(self, job: Job) -> None:
        """Work `order.refund`: refund one payment, or a part of it.

        It ends without asking the provider only when all of the payment has gone back, or when a payment that came on
        top is needed by now. Whether a part that is no longer left was sent before is the provider's to tell: by the key.
        """
        async with self._db.read() as db:
            order = await orders.find(db, job.guild_id, int(job.payload["order"]))
            facts = [] if order is None else await ledger.facts(db, job.guild_id, order.id)
        payment = next(
            (
                fact
                for fact in facts
                if fact.kind is FactKind.PAID and fact.object_id == job.payload["payment"]
            ),
            None,
        )
        if order is None or payment is None:  # neither is ever deleted
            raise NeedsAction("gone", "The payment that was to be given back is not there any more.")
        if (
            job.key.startswith("extra:")
            and payment not in order_state(self._settlement.due(order), facts).extra
        ):
            return  # it pays for something now, or is disputed: when that changes, it is asked for again
        amount = _amount_to_send(payment, facts, job)
        if amount is None:
            return  # all of it has gone back, as the facts tell
        provider = self._providers.get(order.provider)
        if provider is None:
            raise NeedsAction(
                "provider-off",
                "The provider {provider} is not set up, so it cannot refund.",
                provider=order.provider,
            )
        point("refund.before_call")
        refund_facts = await provider.refund(
            payment.object_id, amount, f"{order.id}:{job.payload.get('ask', 'extra')}:{payment.object_id}"
        )
        point("refund.after_call")
        async with self._db.write() as tx:
            await self._settlement.settle(tx, order.provider, refund_facts)

    async def review(self, job: Job) -> None:
        """Work `order.review`: stays on the owner's list while money is held that is not the price (`waits_for`)."""
        async with self._db.read() as db:
            order = await orders.find(db, job.guild_id, int(job.key))
            facts = await ledger.facts(db, job.guild_id, int(job.key))
        if order is None:
            return
        problem = waits_for(order, order_state(self._settlement.due(order), facts), self._clock.now())
        if problem is not None:
            raise problem


def _latest_payment_with(payments: list[tuple[Fact, Money]], typed: str) -> tuple[Fact, Money]:
    """The latest payment that the typed amount can be refunded from, and that amount."""
    asked = parse_amount(typed, payments[0][1].currency)
    for payment, rest in reversed(payments):
        if rest.currency == asked.currency and asked.amount <= rest.amount:
            return payment, asked
    raise UserError(
        "There is not that much left of this order. You can give back {most} at most.",
        most=max((rest for _, rest in payments), key=lambda rest: rest.amount),
    )


def _amount_to_send(payment: Fact, facts: list[Fact], job: Job) -> Money | None:
    """How much of a payment this work sends; None when nothing of it is left. NeedsAction while it is disputed."""
    contested, lost = disputes(facts)
    if payment.object_id in contested:
        raise NeedsAction(
            "refund-disputed",
            "The bank holds this payment in a dispute. If that is won, the refund is sent by itself; if it is lost, the bank has given the money back.",
        )
    left = 0 if payment.object_id in lost else amount_left(payment, refunded(facts))
    confirmed: int | None = job.payload.get("amount")
    if left <= 0:
        return None
    if confirmed is None:
        return Money(left, payment.money.currency)
    whole = not job.key.startswith("part:")
    return Money(min(confirmed, left) if whole else confirmed, payment.money.currency)


def _draft_id(text: str) -> int:
    is_number = text.isascii() and text.isdigit() and len(text) <= 19
    return int(text) if is_number and int(text) < 2**63 else 0


def _amounts(back: list[tuple[Fact, Money]]) -> list[tuple[str, Money]]:
    """(payment id, amount) pairs, sorted by payment id."""
    return sorted(((payment.object_id, money) for payment, money in back), key=lambda amount: amount[0])


def held_payments(facts: list[Fact]) -> list[tuple[Fact, Money]]:
    """The payments that can be refunded, with what is left of each. Not the disputed ones: the bank has that money."""
    given_back = refunded(facts)
    contested, lost = disputes(facts)
    held = [
        (fact, amount_left(fact, given_back))
        for fact in sorted(facts, key=lambda fact: (fact.at, fact.object_id))
        if fact.kind is FactKind.PAID and fact.object_id not in contested | lost
    ]
    return [(fact, Money(rest, fact.money.currency)) for fact, rest in held if rest > 0]
