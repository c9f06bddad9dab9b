"""What must hold after every schedule, compared with the bank's and Discord's own truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from bot.audit import AuditAction
from bot.audit.tables import audit
from bot.memberships.access.queueing import laid_out
from bot.memberships.access.store import entitlements, overrides, revocations
from bot.memberships.access.wanted_roles import role_claim, wanted_roles
from bot.memberships.departures.store import departures
from bot.memberships.item import ItemKind
from bot.memberships.model import Entitlement, EntitlementStatus, Order, OrderStatus, Outcome
from bot.memberships.orders.order_state import order_state
from bot.memberships.orders.store import ledger, orders
from bot.memberships.orders.tables import ledger as ledger_table
from bot.outbox.tables import outbox
from bot.payments.port import Fact, FactKind, Phase
from bot.payments.tables import inbox
from bot.work.tables import work
from tests.simulation.fake_server import GUILD, HELPER, SOLD
from tests.simulation.second import agrees, books_agree
from tests.simulation.worth import Worth, kept_of, worth_of

if TYPE_CHECKING:
    from tests.simulation.schedule import Schedule


async def check(world: Schedule) -> None:
    """AssertionError with the first rule that is broken."""
    await _acknowledged_is_stored(world)
    await _nothing_is_left_to_do(world)
    await _ledger_balances(world)
    await _all_money_is_somewhere(world)
    for order in await _orders(world):
        await _order_is_what_the_bank_knows(world, order)
    await _nobody_paid_twice(world)
    await _exchanges_count_once(world)
    await _nobody_pays_for_nothing(world)
    await _one_subscription_is_sold(world)
    await _parts_go_back_once(world)
    await _who_pays_from_away_is_known(world)
    for user in world.server.held:
        await _roles_are_wanted(world, user)
        await _days_are_given_one_after_the_other(world, user)
        await _items_stand_alone(world, user)
    await _words_come_once(world)
    await agrees(world)
    await books_agree(world)
    for user, role in world.server.foreign:
        assert role in world.server.held.get(user, {role}), f"a role given by hand was taken from {user}"


async def _orders(world: Schedule) -> list[Order]:
    async with world.disk.view.read() as db:
        return await orders.latest(db, GUILD, list(OrderStatus), 1000)


async def _acknowledged_is_stored(world: Schedule) -> None:
    """I5: no 2xx before the fact is durable."""
    async with world.disk.view.read() as db:
        stored = set((await db.execute(select(inbox.c.event_id))).scalars())
    assert world.provider.acknowledged <= stored, (
        f"acknowledged and lost: {world.provider.acknowledged - stored}"
    )


async def _nothing_is_left_to_do(world: Schedule) -> None:
    """I12: in calm weather no work stays undone but what only the owner can decide."""
    async with world.disk.view.read() as db:
        rows = (
            await db.execute(
                select(work.c.kind, work.c.key, work.c.error).where(
                    work.c.state != "done",
                    work.c.due <= world.now(),
                    work.c.kind.not_in(["order.review", "order.deliver"]),
                )
            )
        ).all()
        open_ = (await db.execute(select(inbox.c.event_id).where(inbox.c.state == "new"))).all()
    assert not rows, f"undone: {rows}"
    assert not open_, f"not settled: {open_}"


async def _ledger_balances(world: Schedule) -> None:
    """I1: each booking sums to 0, and the books say what the bank says."""
    async with world.disk.view.read() as db:
        rows = (await db.execute(select(ledger_table))).all()
        balances = await ledger.balances(db, GUILD)
    sums: Counter[tuple[str, str]] = Counter()
    for row in rows:
        sums[row.ref, row.currency] += row.delta
    assert not any(sums.values()), "a booking does not sum to 0"
    held: Counter[str] = Counter()
    for till in world.provider.tills.values():
        won = {fact.object_id for fact in till.facts if fact.kind is FactKind.DISPUTE_WON}
        for fact in till.facts:
            if fact.kind in (FactKind.PAID, FactKind.REFUND_FAILED):
                held[fact.money.currency] += fact.money.amount
            elif fact.kind is FactKind.REFUNDED or (
                fact.kind is FactKind.DISPUTED and fact.object_id not in won
            ):
                held[fact.money.currency] -= fact.money.amount
    booked = {money.currency: money.amount for money in balances.get("clearing:bank", [])}
    for currency, amount in held.items():
        assert booked.get(currency, 0) == amount, (
            f"{currency}: bank {amount}, books {booked.get(currency, 0)}"
        )


async def _all_money_is_somewhere(world: Schedule) -> None:
    """Per currency, captured = allocated + given back + open, and the ledger says what the reports say."""
    lines = await world.process.service.backoffice.totals(GUILD)
    assert all(line.closed for line in lines), f"the books do not close: {lines}"


async def _order_is_what_the_bank_knows(world: Schedule, order: Order) -> None:
    """I1–I3, I6: the order and its one right are what the bank's facts say, however they came."""
    till = world.provider.tills.get(f"co_{order.id}")
    facts = list(till.facts) if till else []
    due = world.process.service.settlement.due(order)
    known = await _facts(world, order)
    facts += await _refused(world, order)
    truth = order_state(due, facts)
    missing = {(fact.kind, fact.object_id) for fact in facts if fact.kind is not FactKind.DECLINED} - known
    assert not missing, f"the bank knows of {missing}"
    async with world.disk.view.read() as db:
        entitlement = await entitlements.find(db, GUILD, order_id=order.id)
        notes = list(
            (
                await db.execute(
                    select(audit.c.what)
                    .where(audit.c.subject == order.id, audit.c.what.like("order.%"))
                    .order_by(audit.c.id)
                )
            ).scalars()
        )
    if truth.ever or facts:
        expected = truth.state if truth.state is not OrderStatus.PENDING else order.state
        assert order.state in (expected, OrderStatus.EXPIRED if not truth.ever else expected), (
            order.state,
            truth.state,
        )
    assert notes[-1].removeprefix("order.") == order.state.value, f"{order.state} was not noted: {notes}"
    if entitlement is None:  # money that went back before it was heard of gave nothing
        assert truth.state is not OrderStatus.PAID, "paid, and no right"
    else:
        assert truth.ever, "a right that nobody paid for"
        _right_fits(
            truth,
            entitlement,
            await worth_of(world, order),
            world,
            by_staff=await _revoked_by_staff(world, entitlement, truth.counted),
        )


async def _revoked_by_staff(world: Schedule, entitlement: Entitlement, counted: Sequence[Fact]) -> bool:
    """Did staff end it, and nobody paid for it since?"""
    since = await _last_revocation(world, entitlement)
    return since is not None and not any(fact.at > since for fact in counted)


async def _last_revocation(world: Schedule, entitlement: Entitlement) -> datetime | None:
    """When staff last ended it: what rules go by and what the log says are the same."""
    logged = select(func.max(audit.c.at)).where(
        audit.c.subject == entitlement.id, audit.c.what == AuditAction.ENTITLEMENT_REVOKED, audit.c.actor != 0
    )
    async with world.disk.view.read() as db:
        since = await revocations.last(db, GUILD, entitlement.id)
        assert since == (await db.execute(logged)).scalar(), (
            "a revocation that is not in the log, or the other way round"
        )
    return since


def _right_fits(
    truth: Outcome, entitlement: Entitlement, worth: Worth, world: Schedule, *, by_staff: bool
) -> None:
    """Every membership, ended ones included, is backed by money that stayed and is not disputed, credit included."""
    if by_staff:
        assert entitlement.status in (EntitlementStatus.REVOKED, EntitlementStatus.ENDED), (
            f"revoked by staff, and {entitlement.status} again"
        )
        return
    if entitlement.status is EntitlementStatus.REPLACED:
        return  # `_exchanges_count_once` looks by what
    over = entitlement.held_until <= world.now()
    if truth.state not in (OrderStatus.PAID, OrderStatus.DISPUTED):
        allowed = EntitlementStatus.REVOKED
    elif truth.rests(world.now()):
        allowed = EntitlementStatus.SUSPENDED
    elif worth.held < worth.full and (entitlement.forever or worth.held == 0):
        allowed = EntitlementStatus.SUSPENDED if worth.held or worth.undecided else EntitlementStatus.REVOKED
    else:
        allowed = EntitlementStatus.ENDED if over else EntitlementStatus.LIVE
        if entitlement.length is not None and worth.full:
            paid_for = entitlement.length * worth.held // worth.full
            given = entitlement.length - entitlement.cut
            used_up = entitlement.ends_at - entitlement.starts_at <= timedelta(seconds=1)
            assert given == paid_for or (used_up and given > paid_for), (
                f"{given} s for money that pays {paid_for}"
            )
    assert entitlement.status is allowed, f"order {truth.state}, right {entitlement.status}, over {over}"


async def _refused(world: Schedule, order: Order) -> list[Fact]:
    """That we could not give any more what was sold: only we know."""
    async with world.disk.view.read() as db:
        return [fact for fact in await ledger.facts(db, GUILD, order.id) if fact.kind is FactKind.REJECTED]


async def _exchanges_count_once(world: Schedule) -> None:
    """Credit was taken from a membership that is gone for it, and comes back only when the upgrade was given back."""
    found = {order.id: order for order in await _orders(world)}
    async with world.disk.view.read() as db:
        for order in found.values():
            exchanged = await entitlements.replaced_by(db, GUILD, order.id)
            entitlement = await entitlements.find(db, GUILD, order_id=order.id)
            if entitlement is None or entitlement.status is not EntitlementStatus.REVOKED:
                live = entitlement is not None and entitlement.status is EntitlementStatus.LIVE
                short = entitlement is not None and entitlement.cut > 0
                assert exchanged or order.replaces is None or not live or short, "credit for nothing"
            elif order.state in (OrderStatus.PAID, OrderStatus.DISPUTED):
                continue  # its own money stands, so its credit went: `_right_fits` looks at that
            elif await _last_revocation(world, entitlement) is None:
                assert not exchanged, f"replaced for good by an order that is {order.state}"


async def _nobody_pays_for_nothing(world: Schedule) -> None:
    """A subscription that takes money again has a right that runs, or waits to begin."""
    for order in await _orders(world):
        till = world.provider.tills.get(f"co_{order.id}")
        if till is None or till.phase is not Phase.ACTIVE or till.after is not None:
            continue
        async with world.disk.view.read() as db:
            entitlement = await entitlements.find(db, GUILD, order_id=order.id)
        if entitlement is None and order.state is OrderStatus.DISPUTED:
            continue  # disputed before it was heard of: it begins when that is won, or with the next payment
        assert entitlement is not None, f"charged for an order that is {order.state}"
        assert entitlement.status not in (EntitlementStatus.REVOKED, EntitlementStatus.REPLACED), (
            f"charged for what is {entitlement.status}"
        )
        paid = [fact for fact in till.facts if fact.kind is FactKind.PAID and fact.period]
        latest = max((fact.period.starts_at for fact in paid if fact.period), default=None)
        present = [fact for fact in paid if fact.period and fact.period.starts_at == latest]
        assert not present or any(kept_of(till, fact, disputed=True) for fact in present), (
            "charged on, though the money of the present period went back"
        )


async def _items_stand_alone(world: Schedule, user: int) -> None:
    """Who owns the course is who paid for it or was given it, now; nothing replaces or follows it."""
    sale = world.process.service.items[ItemKind.COURSE]
    async with world.disk.view.read() as db:
        of_member = await entitlements.of_member(db, GUILD, user)
    items = [one for one in of_member if one.tier.item]
    running = {
        one.tier.item.id
        for one in items
        if one.tier.item
        and one.status is EntitlementStatus.LIVE
        and one.starts_at <= world.now() < one.ends_at
    }
    assert await sale.owned(GUILD, user) == running
    alone = all(
        one.follows is None and one.replaced_by is None and one.held_until == one.ends_at for one in items
    )
    assert alone, f"exchanged, planned or held longer: {items}"
    ids = {one.id for one in items}
    for order in await _orders(world):
        assert not {order.replaces, order.follows} & ids, f"{order.id} was exchanged for an item"
        assert order.tier.item is None or order.credit.amount == 0, f"{order.id} counts days for an item"


async def _days_are_given_one_after_the_other(world: Schedule, user: int) -> None:
    """No paid time waits while nothing is before it, and none runs beside another one of its tier."""
    async with world.disk.view.read() as db:
        of_member = await entitlements.of_member(db, GUILD, user)
    assert not laid_out(of_member, world.now()), f"paid days of {user} are lost or doubled: {of_member}"
    for entitlement in of_member:
        if entitlement.length is not None:
            span = (entitlement.ends_at - max(entitlement.starts_at, world.now())) // timedelta(seconds=1)
            assert span <= entitlement.length - entitlement.cut, f"{span} s are left of {entitlement}"


async def _one_subscription_is_sold(world: Schedule) -> None:
    """By the bank's own list: never two subscriptions of one tier that charge one member again."""
    renewing: Counter[tuple[int, int]] = Counter()
    for order in await _orders(world):
        till = world.provider.tills.get(f"co_{order.id}")
        if till is not None and till.phase is Phase.ACTIVE and till.after is None and till.facts:
            renewing[order.user_id, order.tier.id] += 1
    twice = [key for key, count in renewing.items() if count > 1]
    assert not twice, f"two renewing subscriptions where one is sold: {twice}"


async def _who_pays_from_away_is_known(world: Schedule) -> None:
    """A subscription that would charge somebody who left is decided about, on a card that staff have."""
    if not world.options.reconciler:
        return  # nobody leaves
    async with world.disk.view.read() as db:
        for order in await departures.renewing(db, GUILD):
            if order.payer in world.server.held:
                continue
            known = await departures.open_of(db, GUILD, order.payer)
            told = await departures.of_departure(db, GUILD, known.id) if known else {}
            assert order.order_id in told, f"{order.payer} has left and pays on, and nobody was told"


async def _facts(world: Schedule, order: Order) -> set[tuple[FactKind, str]]:
    async with world.disk.view.read() as db:
        return {(fact.kind, fact.object_id) for fact in await ledger.facts(db, GUILD, order.id)}


async def _parts_go_back_once(world: Schedule) -> None:
    """Each partial refund that an owner asked for is one refund, whatever went wrong while asking the bank."""
    given: Counter[int] = Counter()
    for fact in world.provider.returned.values():
        till = world.provider.tills[fact.ref]
        paid = next(one for one in till.facts if one.object_id == fact.payment_id)
        if fact.money.amount == paid.money.amount // 4:
            given[fact.order_id] += 1
    for order_id, count in given.items():
        most = world.parts.get(order_id, 0)
        assert count <= most, f"{count} partial refunds of order {order_id}, {most} were asked for"


async def _nobody_paid_twice(world: Schedule) -> None:
    """I1: what came twice went back, and nothing else went back unasked."""
    for till in world.provider.tills.values():
        order = next(one for one in await _orders(world) if f"co_{one.id}" == f"co_{till.purchase.order_id}")
        facts = [*till.facts, *await _refused(world, order)]
        truth = order_state(world.process.service.settlement.due(order), facts)
        came_back = {fact.payment_id for fact in till.facts if fact.kind is FactKind.REFUND_FAILED}
        kept = [fact for fact in truth.extra if fact.object_id not in came_back]  # those wait for the owner
        assert not kept, f"{len(kept)} payments too many were kept"
        counted = {fact.object_id for fact in truth.counted}
        for fact in till.facts:
            if fact.kind is FactKind.REFUNDED and fact.payment_id in counted - world.asked:
                raise AssertionError("the payment that counts was given back, and nobody had asked")


async def _roles_are_wanted(world: Schedule, user: int) -> None:
    """I4: a sold role is held if and only if a right wants it."""
    async with world.disk.view.read() as db:
        held_entitlements = await entitlements.of_member(db, GUILD, user)
        exceptions = await overrides.of_member(db, GUILD, user)
    wanted = wanted_roles(map(role_claim, held_entitlements), exceptions, world.now())
    held = world.server.held[user]
    by_hand = {role for one, role in world.server.foreign if one == user}
    assert wanted <= held, f"{user} lacks {set(wanted - held)}"
    superfluous = (held & {*SOLD, HELPER}) - wanted - by_hand
    assert not superfluous, f"{user} still has {superfluous}"


async def _words_come_once(world: Schedule) -> None:
    """I7: a reminder came once or is on record as not sent; never twice, and never is it unknown that it came."""
    async with world.disk.view.read() as db:
        query = select(outbox.c.kind, outbox.c.key, outbox.c.state).where(
            outbox.c.kind.in_(["notice", "refusal", "payer.spared"])
        )
        told = {f"{row.kind}:{row.key}": row.state for row in await db.execute(query)}
    came = {key: len(when) for (_, key), when in world.server.directs.items()}
    assert "sending" not in told.values(), f"nobody knows what became of it: {told}"
    assert not [key for key, count in came.items() if count > 1], f"written twice: {came}"
    for key, state in told.items():
        if state == "sent":
            assert key in came, f"{key} is on record as sent, and never came"
    assert {key for key in came if told.get(key) not in ("sent", "unknown")} == set(), (
        f"{came} against {told}"
    )
