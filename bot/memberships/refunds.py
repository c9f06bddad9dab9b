"""Giving money back: asked for by an owner, or because somebody paid twice."""

from __future__ import annotations

from collections.abc import Mapping

from bot.clock import Clock
from bot.crashpoints import point
from bot.db import Database
from bot.errors import NeedsAction, UserError
from bot.ids import new_id
from bot.memberships.model import Order
from bot.memberships.settle import Settling
from bot.memberships.state import disputes, left, order_state, refunded
from bot.memberships.store import books, orders, records
from bot.money import Money, parse_money
from bot.payments.port import Fact, Kind, PaymentProvider
from bot.work import Job, Queue


class Refunds:
    """Refunds are work: the intent is a row, the provider is asked, its answer is a fact like any other."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        queue: Queue,
        providers: Mapping[str, PaymentProvider],
        settling: Settling,
    ) -> None:
        self._db = db
        self._clock = clock
        self._queue = queue
        self._providers = providers
        self._settling = settling

    async def ask(
        self, guild_id: int, number: str, actor: int, reason: str, part: str | None = None
    ) -> Order:
        """Give back all that was paid for this order, or `part` of its latest payment, as a person types an amount.

        UserError when there is nothing, or not so much, to give back. Each asking is one refund, however often it is tried.
        """
        async with self._db.write() as tx:
            order = await orders.numbered(tx, guild_id, number)
            if order is None:
                raise UserError(
                    "There is no such order here. Pick one from the list that appears while typing."
                )
            held = _held(await books.facts(tx, guild_id, order.id))
            if not held:
                raise UserError(
                    "Nothing was paid for this order, or all of it was given back already. /order list shows where it stands."
                )
            for payment, back in held if part is None else [_part(held, part)]:
                key = f"asked:{payment.object_id}" if part is None else f"part:{new_id()}"
                await self._queue.again(
                    tx, "order.refund", guild_id, key,
                    order=order.id, payment=payment.object_id, actor=actor, reason=reason,
                    ask=str(new_id()), amount=None if part is None else back.amount,
                )  # fmt: skip
            await records.note(
                tx, guild_id, self._clock.now(), actor, "refund.asked", order.id, reason=reason, part=part
            )
        return order

    async def refund(self, job: Job) -> None:
        """Work `order.refund`: give one payment back, unless that is done or, for a second payment, no longer due."""
        async with self._db.read() as db:
            order = await orders.find(db, job.guild_id, int(job.payload["order"]))
            if order is None:
                return
            facts = await books.facts(db, job.guild_id, order.id)
        wanted = [(fact, rest) for fact, rest in _held(facts) if fact.object_id == job.payload["payment"]]
        if job.key.startswith("extra:"):
            extra = order_state(self._settling.due(order), facts).extra
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
                "provider-off", f"The provider {order.provider} is not set up, so it cannot refund."
            )
        point("refund.before_call")
        told = await provider.refund(
            payment.object_id, rest, f"{order.id}:{job.payload.get('ask', 'extra')}:{payment.object_id}"
        )
        point("refund.after_call")
        async with self._db.write() as tx:
            await self._settling.settle(tx, order.provider, told)

    async def review(self, job: Job) -> None:
        """Work `order.review`: stays on the owner's list until money that is not the price was given back."""
        async with self._db.read() as db:
            order = await orders.find(db, job.guild_id, int(job.key))
            facts = await books.facts(db, job.guild_id, int(job.key))
        if order is not None and order_state(self._settling.due(order), facts).odd:
            raise NeedsAction(
                "payment-mismatch",
                f"Order {order.id}: money came that is not its price. Look at it with /order list; /order refund gives it back.",
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


def _held(facts: list[Fact]) -> list[tuple[Fact, Money]]:
    """Payments of which something is left with us, with how much. Disputed money is not: the bank has it."""
    given_back = refunded(facts)
    contested, lost = disputes(facts)
    held = [
        (fact, left(fact, given_back))
        for fact in facts
        if fact.kind is Kind.PAID and fact.object_id not in contested | lost
    ]
    return [(fact, Money(rest, fact.money.currency)) for fact, rest in held if rest > 0]
