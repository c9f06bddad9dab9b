"""Deliberate bugs, each one that a real program had. The simulation must catch every one.

Three were found in shops for Discord (the ledger keyed by event, the job marked done before the call, 200 before the
store), two in Polar's code (a swallowed 403 on revoke, revoking per benefit); ten were those of this simulation's prototype.
A mutation replaces a part of one process's services; it is never anywhere near production.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.clock import real_now
from bot.db import Writer
from bot.errors import NeedsAction, RetryLater
from bot.memberships.access.store import entitlements
from bot.memberships.item import ItemKind
from bot.memberships.model import EntitlementStatus, OrderStatus
from bot.memberships.orders import admission
from bot.memberships.orders.store import ledger, orders
from bot.payments.port import Fact, FactKind
from bot.work import Job
from bot.work import store as work_store
from tests.simulation.fake_provider import Letter
from tests.simulation.fake_server import GUILD, HELPER, SOLD
from tests.simulation.process import Mutation, SimulatedProcess

Handler = Callable[[Job], Awaitable[None]]


def done_first(process: SimulatedProcess) -> None:
    """The job is marked done before its call is made (as in Androz2091's daily check)."""

    def early(handler: Handler) -> Handler:
        async def run(job: Job) -> None:
            async with process.db.write() as tx:
                await work_store.finish(tx, job.id, job.generation, process.now())
            await handler(job)

        return run

    for kind in ("role.sync", "order.settle", "order.refund"):
        process.handlers[kind] = early(process.handlers[kind])


def forbidden_is_done(process: SimulatedProcess) -> None:
    """A 403 counts as done."""
    _swallow(process, NeedsAction, "role.sync")


def no_retry(process: SimulatedProcess) -> None:
    """What failed once is not tried again."""
    _swallow(process, RetryLater, "role.sync", "order.refund", "order.settle")


def acknowledged_first(process: SimulatedProcess) -> None:
    """200 first, the work in memory only (as in StripeCord's debounce)."""
    receive = process.receive

    async def soon(letter: Letter) -> None:
        async def later() -> None:
            await asyncio.sleep(3)
            await receive(letter)

        process.tasks.append(asyncio.create_task(later()))

    process.receive = soon


def split(process: SimulatedProcess) -> None:
    """What was bought in one transaction, the work that gives it in another: a kill between them loses it."""
    waiting: list[tuple[str, int, str]] = []

    class After:
        """The queue, told a moment later."""

        async def again(self, tx: Writer, kind: str, guild_id: int, key: str, **more: Any) -> None:
            if kind == "role.sync":
                waiting.append((kind, guild_id, key))
            else:
                await process.queue.enqueue(tx, kind, guild_id, key, **more)

    async def settle(job: Job) -> None:
        await whole(job)
        while waiting:
            async with process.db.write() as tx:
                await process.queue.enqueue(tx, *waiting.pop())

    whole = process.handlers["order.settle"]
    process.handlers["order.settle"] = settle
    _set(process.service.settlement.entitlements, "_queue", After())


def ledger_by_event(process: SimulatedProcess) -> None:
    """The books are keyed by report, not by the provider's object: one payment told by two events counts twice."""
    settling, record = process.service.settlement, process.service.settlement._record_facts

    async def twice(tx: Writer, order: Any, facts: Sequence[Fact]) -> None:
        for fact in facts:
            known = await ledger.fact(tx, GUILD, "bank", fact.kind, fact.object_id)
            accounts = settling._accounts(order, fact)
            if known is not None and accounts:
                again = replace(fact, object_id=f"{fact.object_id}:{real_now()}")
                await ledger.book(tx, "bank", again, accounts, process.now())
        await record(tx, order, facts)

    _set(settling, "_record_facts", twice)


def double_kept(process: SimulatedProcess) -> None:
    """Who paid twice has paid twice (vendure#2620)."""
    _skip(process, "order.refund", lambda job: job.key.startswith("extra:"))


def amount_trusted(process: SimulatedProcess) -> None:
    """Whatever came is taken for the price (macrozheng/mall#998)."""

    async def believe(tx: Writer, provider: str, facts: Sequence[Fact]) -> bool:
        believed: list[Fact] = []
        for fact in facts:
            order = await orders.find(tx, fact.guild_id, fact.order_id)
            believed.append(
                replace(fact, money=order.price) if order and fact.kind is FactKind.PAID else fact
            )
        return await settle(tx, provider, believed)

    settle = process.service.settlement.settle
    _set(process.service.settlement, "settle", believe)
    _set(process.intake, "_settle", believe)


def refund_unkeyed(process: SimulatedProcess) -> None:
    """Each try to give money back is a new refund."""
    refund = process.provider.refund

    class Forgetful:
        """The bank, asked without the key."""

        def __getattr__(self, name: str) -> Any:
            return getattr(process.provider, name)

        async def refund(self, payment_id: str, money: Any, key: str) -> Any:
            return await refund(payment_id, money, f"{key}:{real_now()}")

    _set(process.service.refunds, "_providers", {"bank": Forgetful()})


def late_ignored(process: SimulatedProcess) -> None:
    """Money for an order that had expired is not looked at (pretix#74)."""

    async def only_open(tx: Writer, provider: str, facts: Sequence[Fact]) -> bool:
        kept: list[Fact] = []
        for fact in facts:
            order = await orders.find(tx, fact.guild_id, fact.order_id)
            if order is None or order.state is not OrderStatus.EXPIRED:
                kept.append(fact)
        return await settle(tx, provider, kept)

    settle = process.service.settlement.settle
    _set(process.service.settlement, "settle", only_open)
    _set(process.intake, "_settle", only_open)


def refund_forgotten(process: SimulatedProcess) -> None:
    """A refund that comes before its payment is dropped."""

    async def known_only(tx: Writer, provider: str, facts: Sequence[Fact]) -> bool:
        kept = [
            fact
            for fact in facts
            if fact.kind is not FactKind.REFUNDED
            or await ledger.fact(tx, GUILD, "bank", FactKind.PAID, fact.payment_id or "") is not None
        ]
        return await settle(tx, provider, kept) if kept else True

    settle = process.service.settlement.settle
    _set(process.intake, "_settle", known_only)


def item_kept(process: SimulatedProcess) -> None:
    """Whoever bought a course has it for good, whatever became of its money and its days."""

    async def ever(guild_id: int, user_id: int) -> frozenset[int]:
        async with process.db.read() as db:
            of_member = await entitlements.of_member(db, guild_id, user_id)
        return frozenset(one.tier.item.id for one in of_member if one.tier.item)

    _set(process.service.items[ItemKind.COURSE], "owned", ever)


def judged_at_asking_only(process: SimulatedProcess) -> None:
    """What may stand beside what is looked at when the link is made, not when the money comes."""
    _set(process.service.settlement, "rules", (admission.base_stands, admission.seat_left))


def timer_in_memory(process: SimulatedProcess) -> None:
    """Ends are timers of the process: what began before its start never ends (ExpireBot#14)."""
    born = process.now()
    end = process.handlers["entitlement.end"]

    async def remembered(job: Job) -> None:
        async with process.db.read() as db:
            entitlement = await entitlements.find(db, GUILD, id_=int(job.key))
        if entitlement is not None and entitlement.starts_at >= born:
            await end(job)

    process.handlers["entitlement.end"] = remembered


def takes_foreign(process: SimulatedProcess) -> None:
    """Every role that could be ours is taken for ours (Patreon)."""
    wanted = process.service.reconciler.wanted

    async def all_ours(guild_id: int, user_id: int) -> Any:
        roles, ours = await wanted(guild_id, user_id)
        held = process.server.held.get(user_id, set())
        return roles, ours | {role: process.now() for role in held & {*SOLD, HELPER}}

    _set(process.service.reconciler, "wanted", all_ours)


def polar_swallows_403(process: SimulatedProcess) -> None:
    """A refusal to take a role counts as taken (Polar, service.py:283)."""
    take = process.service.reconciler._take

    async def careless(*args: Any) -> None:
        try:
            await take(*args)
        except NeedsAction:
            return

    _set(process.service.reconciler, "_take", careless)


def polar_revokes_per_benefit(process: SimulatedProcess) -> None:
    """What one membership ends is taken, though another one wants it too (Polar, service.py:270)."""
    wanted = process.service.reconciler.wanted

    async def per_benefit(guild_id: int, user_id: int) -> Any:
        roles, ours = await wanted(guild_id, user_id)
        async with process.db.read() as db:
            held_entitlements = await entitlements.of_member(db, guild_id, user_id)
        over = [
            entitlement
            for entitlement in held_entitlements
            if entitlement.status not in (EntitlementStatus.LIVE, EntitlementStatus.SUSPENDED)
        ]
        return roles - {role for entitlement in over for role in entitlement.tier.terms.roles}, ours

    _set(process.service.reconciler, "wanted", per_benefit)


def departed_unheard(process: SimulatedProcess) -> None:
    """Nobody decides about whoever left: they pay on, and staff do not know (as in every shop that hears of money only)."""
    _skip(process, "member.left", lambda _: True)


def credit_unbacked(process: SimulatedProcess) -> None:
    """Money that goes back is judged for its own order only, not for what it was exchanged for."""

    async def own_only(tx: Writer, order: Any) -> None:
        return None

    _set(process.service.settlement, "rejudge_backed", own_only)


def gap_stays(process: SimulatedProcess) -> None:
    """What was bought ahead keeps its dates, whatever comes, goes or comes back before it."""

    async def as_they_are(tx: Writer, guild_id: int, user_id: int) -> None:
        return None

    _set(process.service.settlement.entitlements, "lay_out", as_they_are)


def ended_is_final(process: SimulatedProcess) -> None:
    """What has ended is not looked at any more: the role that the end gave survives the refund."""
    rights = process.service.settlement.entitlements
    apply = rights.apply_outcome

    async def unless_ended(tx: Writer, order: Any, outcome: Any, funding: Any) -> bool:
        found = await entitlements.find(tx, order.guild_id, order_id=order.id)
        if found is not None and found.status is EntitlementStatus.ENDED:
            return False
        return await apply(tx, order, outcome, funding)

    _set(rights, "apply_outcome", unless_ended)


@dataclass(frozen=True)
class Bug:
    """A bug, the configuration that shows it (with the reconciler or without: one alone would hide some of them), and
    the weather in which it shows soon, so that a rare one need not be waited for."""

    mutation: Mutation
    reconciler: bool
    weather: dict[str, Any] = field(default_factory=dict[str, Any])


_STORM = {"provider_5xx": 0.6, "kills": 0}
_FAIR = {
    "members": 1,
    "actions": 30,
    "kills": 0,
    "discord_5xx": 0.0,
    "provider_5xx": 0.0,
    "forbidden": False,
    "lost_webhooks": 0.0,
    "late_webhooks": 0.0,
    "double_webhooks": 0.0,
    "away": 0.0,
}

MUTATIONS = {
    "done_first": Bug(done_first, False, {"kills": 5, "often": ("buy",)}),
    "forbidden_is_done": Bug(forbidden_is_done, False, {"forbidden": True}),
    "no_retry": Bug(no_retry, False, {"discord_5xx": 0.6}),
    "acknowledged_first": Bug(acknowledged_first, False),
    "split": Bug(split, False),
    "ledger_by_event": Bug(ledger_by_event, True, {"double_webhooks": 1.0}),
    "double_kept": Bug(double_kept, True, {"often": ("pay_twice",)}),
    "amount_trusted": Bug(amount_trusted, True, {"often": ("pay_wrong",)}),
    "refund_unkeyed": Bug(refund_unkeyed, True, _STORM | {"often": ("buy", "refund_by_the_owner")}),
    "late_ignored": Bug(
        late_ignored, True, _STORM | {"late_webhooks": 0.8, "lost_webhooks": 0.0, "polling": False}
    ),
    "refund_forgotten": Bug(
        refund_forgotten,
        False,
        {"late_webhooks": 0.8, "lost_webhooks": 0.0, "polling": False, "often": ("buy",)},
    ),
    "judged_at_asking_only": Bug(judged_at_asking_only, True, {"often": ("buy_in_every_way",)}),
    "item_kept": Bug(item_kept, False, {"often": ("buy", "pay")}),
    "timer_in_memory": Bug(timer_in_memory, True, {"kills": 5}),
    "takes_foreign": Bug(takes_foreign, True, {"often": ("by_hand",)}),
    "polar_swallows_403": Bug(
        polar_swallows_403, False, {"forbidden": True, "often": ("forbid", "refund_at_the_bank")}
    ),
    "departed_unheard": Bug(departed_unheard, True, {"often": ("buy", "leave_and_return")}),
    "polar_revokes_per_benefit": Bug(polar_revokes_per_benefit, True),
    "credit_unbacked": Bug(credit_unbacked, False, _FAIR | {"often": ("buy", "change", "refund_exchanged")}),
    "gap_stays": Bug(
        gap_stays, False, _FAIR | {"often": ("buy", "pay", "refund_at_the_bank", "refund_comes_back")}
    ),
    "ended_is_final": Bug(ended_is_final, False, _FAIR | {"often": ("buy", "pay", "refund_at_the_bank")}),
}


def _swallow(process: SimulatedProcess, error: type[Exception], *kinds: str) -> None:
    def blind(handler: Handler) -> Handler:
        async def run(job: Job) -> None:
            try:
                await handler(job)
            except error:
                return

        return run

    for kind in kinds:
        process.handlers[kind] = blind(process.handlers[kind])


def _skip(process: SimulatedProcess, kind: str, when: Callable[[Job], bool]) -> None:
    handler = process.handlers[kind]

    async def run(job: Job) -> None:
        if not when(job):
            await handler(job)

    process.handlers[kind] = run


def _set(owner: object, name: str, value: object) -> None:
    """Put the bug in its place. AttributeError where there is no such place any more."""
    getattr(owner, name)
    setattr(owner, name, value)
