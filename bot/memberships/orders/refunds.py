"""Giving money back: asked for by an owner, or because somebody paid twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.audit import AuditAction, record
from bot.clock import Clock
from bot.crashpoints import point
from bot.db import Database, Reader, Writer
from bot.errors import NeedsAction, UserError
from bot.ids import new_id
from bot.memberships.access.store import entitlements, grants, overrides
from bot.memberships.access.wanted_roles import role_claim, wanted_roles
from bot.memberships.model import Order, OrderStatus
from bot.memberships.orders.order_state import amount_left, disputes, order_state, refunded
from bot.memberships.orders.refund_preview import Consequence, Effect, consequence, refund, without
from bot.memberships.orders.settlement import Settlement
from bot.memberships.orders.store import ledger, orders, refund_drafts
from bot.memberships.orders.store.refund_drafts import RefundDraft
from bot.memberships.reasons import clean_reason
from bot.money import Money, parse_money
from bot.payments.port import Fact, FactKind, PaymentProvider, by_hand
from bot.work import Job, Queue


@dataclass(frozen=True, kw_only=True)
class RefundProposal:
    """What would go back, and what that does to access: the effect on the right, and the roles that go.

    `by_hand`: the owner sends the money. `draft` names it to the button that confirms it.
    """

    order: Order
    back: tuple[Money, ...]
    effect: Consequence
    going: tuple[int, ...]
    by_hand: bool
    reason: str
    draft: int = 0


class Refunds:
    """Refunds are work: the intent is a row, the provider is asked, its answer is a fact like any other."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        queue: Queue,
        providers: Mapping[str, PaymentProvider],
        settlement: Settlement,
    ) -> None:
        self._db = db
        self._clock = clock
        self._queue = queue
        self._providers = providers
        self._settlement = settlement

    async def draft(
        self, guild_id: int, number: str, actor: int, reason: str, part: str | None = None
    ) -> RefundProposal:
        """What giving back all of an order, or `part` of its latest payment, would do. Nothing is sent yet.

        The draft is a row, so that the button which confirms it outlives a restart.
        """
        reason = clean_reason(reason)
        now = self._clock.now()
        async with self._db.write() as tx:
            order = await self._order(tx, guild_id, number)
            facts = await ledger.facts(tx, guild_id, order.id)
            back = self._back(facts, part)
            proposal = await self._proposal(tx, order, facts, back, reason)
            asked = RefundDraft(
                order_id=order.id,
                actor=actor,
                reason=reason,
                part=part,
                back=_amounts(back),
                effect=proposal.effect.effect,
            )
            draft = await refund_drafts.add(tx, guild_id, asked, now)
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
        """Do what was drafted, once. UserError when it was done already, or when something changed meanwhile."""
        async with self._db.write() as tx:
            seen = await refund_drafts.find(tx, guild_id, _id(draft))
            if seen is None or seen.actor != actor:
                raise UserError("Only who asked for this refund can confirm it. Type /order refund yourself.")
            order = await self._order(tx, guild_id, str(seen.order_id))
            if not await refund_drafts.confirm(tx, guild_id, _id(draft), self._clock.now()):
                raise UserError(
                    "This was confirmed already; it is not done twice. /order show tells where it stands."
                )
            facts = await ledger.facts(tx, guild_id, order.id)
            back = self._back(facts, seen.part)
            proposal = await self._proposal(tx, order, facts, back, seen.reason)
            if (_amounts(back), proposal.effect.effect) != (seen.back, seen.effect):
                raise UserError(
                    "Something about this order changed meanwhile, so nothing was sent. Type /order refund again."
                )
            await self._give_back(
                tx=tx,
                order=order,
                back=back,
                actor=actor,
                reason=seen.reason,
                ask=int(draft),
                part=seen.part,
                draft=draft,
            )
        return replace(proposal, draft=int(draft))

    async def ask(
        self, guild_id: int, number: str, actor: int, reason: str, part: str | None = None
    ) -> Order:
        """Give back all that was paid for this order, or `part` of its latest payment, as a person types an amount.

        UserError when there is nothing, or not so much, to give back. Each asking is one refund, however often it is tried.
        What only the owner can send is on their list until they confirm it.
        """
        async with self._db.write() as tx:
            order = await self._order(tx, guild_id, number)
            back = self._back(await ledger.facts(tx, guild_id, order.id), part)
            await self._give_back(
                tx=tx, order=order, back=back, actor=actor, reason=reason, ask=new_id(), part=part
            )
        return order

    async def _order(self, db: Reader, guild_id: int, number: str) -> Order:
        order = await orders.numbered(db, guild_id, number)
        if order is None:
            raise UserError("There is no such order here. Pick one from the list that appears while typing.")
        return order

    def _back(self, facts: list[Fact], part: str | None) -> list[tuple[Fact, Money]]:
        """How much of which payments goes back."""
        held = held_payments(facts)
        if not held:
            raise UserError(
                "Nothing was paid for this order, or all of it was given back already. /order list shows where it stands."
            )
        return held if part is None else [_part(held, part)]

    async def _proposal(
        self, db: Reader, order: Order, facts: list[Fact], back: list[tuple[Fact, Money]], reason: str
    ) -> RefundProposal:
        entitlement = await entitlements.find(db, order.guild_id, order_id=order.id)
        told = consequence(self._settlement.due(order), facts, back, entitlement)
        going: frozenset[int] = frozenset()
        if told.effect is Effect.ENDS and entitlement is not None:
            mine = await entitlements.of_member(db, order.guild_id, entitlement.user_id)
            exceptions = await overrides.of_member(db, order.guild_id, entitlement.user_id)
            ours = await grants.of_member(db, order.guild_id, entitlement.user_id)
            now = self._clock.now()
            gone = await self._without_money(db, order)
            kept = wanted_roles(map(role_claim, without(mine, order, gone)), exceptions, now)
            going = (wanted_roles(map(role_claim, mine), exceptions, now) & frozenset(ours)) - kept
        sums: dict[str, int] = {}
        for _, money in back:
            sums[money.currency] = sums.get(money.currency, 0) + money.amount
        return RefundProposal(
            order=order,
            back=tuple(Money(amount, currency) for currency, amount in sums.items()),
            effect=told,
            going=tuple(sorted(going)),
            by_hand=self._by_hand(order),
            reason=reason,
        )

    async def _without_money(self, db: Reader, order: Order) -> set[int]:
        """The orders whose rights this one replaced, and which give nothing any more."""
        alive = (
            {OrderStatus.PAID}
            if self._settlement.policy.dispute == "suspend"
            else {OrderStatus.PAID, OrderStatus.DISPUTED}
        )
        found: set[int] = set()
        for entitlement in await entitlements.replaced_by(db, order.guild_id, order.id):
            old = (
                await orders.find(db, order.guild_id, entitlement.order_id) if entitlement.order_id else None
            )
            if old is not None and old.state not in alive:
                found.add(old.id)
        return found

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
        if self._by_hand(order) and draft is not None:  # the owner has sent it: nothing more is to know
            facts = [refund(payment, money, f"re_{ask}_{n}", now) for n, (payment, money) in enumerate(back)]
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
                amount=None if part is None else money.amount,
            )

    def _by_hand(self, order: Order) -> bool:
        return by_hand(self._providers.get(order.provider)) is not None

    async def refund(self, job: Job) -> None:
        """Work `order.refund`: give one payment back, unless that is done or, for a second payment, no longer due."""
        async with self._db.read() as db:
            order = await orders.find(db, job.guild_id, int(job.payload["order"]))
            if order is None:
                return
            facts = await ledger.facts(db, job.guild_id, order.id)
        wanted = [
            (fact, rest) for fact, rest in held_payments(facts) if fact.object_id == job.payload["payment"]
        ]
        if job.key.startswith("extra:"):
            extra = order_state(self._settlement.due(order), facts).extra
            wanted = [(fact, rest) for fact, rest in wanted if fact in extra]
        if not wanted:
            return
        [(payment, rest)] = wanted
        part = job.payload.get("amount")
        if part is not None:
            if rest.amount < part:
                return  # given back meanwhile
            rest = Money(part, rest.currency)
        provider = self._providers.get(order.provider)
        if provider is None:
            raise NeedsAction(
                "provider-off",
                "The provider {provider} is not set up, so it cannot refund.",
                provider=order.provider,
            )
        point("refund.before_call")
        told = await provider.refund(
            payment.object_id, rest, f"{order.id}:{job.payload.get('ask', 'extra')}:{payment.object_id}"
        )
        point("refund.after_call")
        async with self._db.write() as tx:
            await self._settlement.settle(tx, order.provider, told)

    async def review(self, job: Job) -> None:
        """Work `order.review`: stays on the owner's list until money that is not the price was given back."""
        async with self._db.read() as db:
            order = await orders.find(db, job.guild_id, int(job.key))
            facts = await ledger.facts(db, job.guild_id, int(job.key))
        if order is not None and order_state(self._settlement.due(order), facts).odd:
            raise NeedsAction(
                "payment-mismatch",
                "Order {number}: money came that is not its price. Look at it with /order list; /order refund gives it back.",
                number=order.id,
            )


def _part(held: list[tuple[Fact, Money]], typed: str) -> tuple[Fact, Money]:
    """The latest payment of which so much is left, and how much of it goes back."""
    asked = parse_money(typed, held[0][1].currency)
    for payment, rest in reversed(held):
        if rest.currency == asked.currency and asked.amount <= rest.amount:
            return payment, asked
    raise UserError(
        "So much is not left of this order. At most {most} can be given back at once.",
        most=f"{max(rest.decimal() for _, rest in held)} {asked.currency}",
    )


def _id(typed: str) -> int:
    is_one = typed.isascii() and typed.isdigit() and len(typed) <= 19
    return int(typed) if is_one and int(typed) < 2**63 else 0


def _amounts(back: list[tuple[Fact, Money]]) -> list[tuple[str, Money]]:
    """How much of which payment, by the payment's id."""
    return sorted(((payment.object_id, money) for payment, money in back), key=lambda one: one[0])


def held_payments(facts: list[Fact]) -> list[tuple[Fact, Money]]:
    """Payments of which something is left with us, with how much. Disputed money is not: the bank has it."""
    given_back = refunded(facts)
    contested, lost = disputes(facts)
    held = [
        (fact, amount_left(fact, given_back))
        for fact in sorted(facts, key=lambda fact: (fact.at, fact.object_id))
        if fact.kind is FactKind.PAID and fact.object_id not in contested | lost
    ]
    return [(fact, Money(rest, fact.money.currency)) for fact, rest in held if rest > 0]
