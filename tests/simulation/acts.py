"""What people do in a schedule: they buy, pay, regret, dispute, come and go, and staff do what staff may do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from bot.memberships.access.access_admin import Staff
from bot.memberships.access.store import entitlements
from bot.memberships.changes.quote import Quote
from bot.memberships.changes.renewals import Reason
from bot.memberships.departures.departure import Cause
from bot.memberships.orders.checkouts import PendingOrder
from bot.memberships.orders.store import orders
from bot.money import Money
from tests.simulation import reversals
from tests.simulation.fake_server import GOLD, GUILD, HELPER, SILVER, SOLD
from tests.simulation.shelf import LIFETIME, PRICES, QUARTERLY, SUBSCRIBED, TIERS, TRIAL

if TYPE_CHECKING:
    from tests.simulation.schedule import Schedule

OWNER = Staff(9, owner=True)
Act = Callable[["Schedule"], Awaitable[None]]


async def act(world: Schedule) -> None:
    """One of them, by the dice."""
    acts = [*ACTS, *(WITH_RECONCILER if world.options.reconciler else [])]
    weights = [weight * (5 if one.__name__ in world.options.often else 1) for one, weight in acts]
    [chosen] = world.dice.choices([one for one, _ in acts], weights)
    world.note(chosen.__name__)
    await chosen(world)


def _somebody(world: Schedule) -> int:
    return world.dice.randint(1, world.options.members)


async def buy(world: Schedule) -> None:
    price = world.dice.choice([*PRICES, *SUBSCRIBED])  # else too few live to see their renewal
    tier = next(tier for tier, _ in TIERS if tier.id == price.tier_id)
    bill = await world.process.service.checkouts.buy(tier, price, _somebody(world))
    world.tally.items += tier.item is not None
    world.provider.tills[bill.checkout.ref].shown = True
    paid = world.provider.pay(bill.checkout.ref) if world.dice.random() < 0.7 else None
    if (
        paid is not None and world.dice.random() < 0.15
    ):  # regretted at once: which of the two is heard of first?
        world.asked.add(paid.object_id)
        world.provider.give_back(paid.object_id)


async def buy_in_every_way(world: Schedule) -> None:
    """Somebody opens several links to one tier or item, for themself or a double click, and pays all of them."""
    user, (tier, _) = _somebody(world), world.dice.choice([TIERS[0], TIERS[0], TIERS[-1]])
    ways = [price for price in (*PRICES, QUARTERLY, LIFETIME) if price.tier_id == tier.id]
    shown: list[str] = []
    for price in world.dice.sample(ways, world.dice.randint(2, len(ways))):
        bill = await world.process.service.checkouts.buy(tier, price, user)
        world.provider.tills[bill.checkout.ref].shown = True
        shown.append(bill.checkout.ref)
    for ref in shown:
        world.provider.pay(ref)
    world.tally.together += 1


def _open(world: Schedule) -> str | None:
    shown = [ref for ref, till in world.provider.tills.items() if till.shown]
    return world.dice.choice(shown) if shown else None


async def pay(world: Schedule) -> None:
    ref = _open(world)
    if ref is not None and not any(fact.ref == ref for fact in world.provider.payments()):
        world.provider.pay(ref)


async def pay_twice(world: Schedule) -> None:
    ref = _open(world)
    if ref is not None:
        world.provider.pay(ref)


async def pay_wrong(world: Schedule) -> None:
    ref = _open(world)
    if ref is not None and world.provider.tills[ref].purchase.renewal is None:
        asked = world.provider.tills[ref].purchase.money
        world.provider.pay(
            ref, world.dice.choice([Money(asked.amount - 1, asked.currency), Money(asked.amount, "EUR")])
        )


async def decline(world: Schedule) -> None:
    ref = _open(world)
    if ref is not None:
        world.provider.decline(ref)


async def refund_at_the_bank(world: Schedule) -> None:
    paid = world.provider.returnable()
    if paid:
        chosen = world.dice.choice(paid).object_id
        world.asked.add(chosen)
        world.provider.give_back(chosen, world.dice.choice([1.0, 1.0, 0.4]))


async def refund_by_the_owner(world: Schedule) -> None:
    paid = world.provider.returnable()
    if paid:
        chosen = world.dice.choice(paid)
        async with world.disk.view.read() as db:
            order = await orders.find(db, GUILD, chosen.order_id)
        if order is not None:
            world.asked.update(fact.object_id for fact in paid if fact.order_id == order.id)
            part = str(Money(chosen.money.amount // 4, chosen.money.currency).decimal())
            part_asked = world.dice.choice([None, part])
            await world.process.service.refunds.ask(GUILD, str(order.id), 9, "asked for", part_asked)
            if part_asked is not None:
                world.parts[chosen.order_id] = world.parts.get(chosen.order_id, 0) + 1


async def dispute(world: Schedule) -> None:
    paid = world.provider.returnable()
    if paid:
        world.provider.dispute(world.dice.choice(paid).object_id, won=world.dice.choice([True, False, None]))


async def refund_exchanged(world: Schedule) -> None:
    """Money that was exchanged for another membership goes back."""
    async with world.disk.view.read() as db:
        exchanged = [
            entitlement.order_id
            for user in range(1, world.options.members + 1)
            for entitlement in await entitlements.of_member(db, GUILD, user)
            if entitlement.replaced_by is not None
        ]
    paid = [fact for fact in world.provider.returnable() if fact.order_id in exchanged]
    if paid:
        chosen = world.dice.choice(paid).object_id
        world.asked.add(chosen)
        world.provider.give_back(chosen, world.dice.choice([1.0, 1.0, 0.4]))


async def refund_comes_back(world: Schedule) -> None:
    made = reversals.refunds(world.provider)
    if made:
        reversals.fail_refund(world.provider, world.dice.choice(made))


async def win_after_all(world: Schedule) -> None:
    lost = reversals.undecided(world.provider)
    if lost:
        reversals.win(world.provider, world.dice.choice(lost))


async def forbid(world: Schedule) -> None:
    if world.options.forbidden:
        world.server.forbidden = not world.server.forbidden
        if not world.server.forbidden:
            await world.process.service.roles_changed(GUILD)


async def by_hand(world: Schedule) -> None:
    user, role = _somebody(world), world.dice.choice([GOLD, HELPER, HELPER])
    if user not in world.server.held:
        return
    if role in world.server.held[user]:
        world.server.held[user].discard(role)
        world.server.foreign.discard((user, role))
    elif role == HELPER:
        world.server.held[user].add(role)
        world.server.foreign.add((user, role))


async def leave_and_return(world: Schedule) -> None:
    user = _somebody(world)
    if user in world.server.held:
        world.server.leave(user)
        await world.process.service.departures.heard(GUILD, user, Cause.LEAVE)
    else:
        world.server.held[user] = set()
        await world.process.service.member_joined(GUILD, user)


async def delete_role(world: Schedule) -> None:
    """A role that is sold is deleted; or it is there again, as if the tiers were given another one."""
    if world.server.deleted:
        world.server.deleted.clear()
    else:
        world.server.delete(world.dice.choice(SOLD))
        world.tally.deletions += 1
    await world.process.service.roles_changed(GUILD)


async def grant(world: Schedule) -> None:
    """Staff give a tier for nothing."""
    user, (tier, _) = _somebody(world), world.dice.choice(TIERS)
    days = str(world.dice.choice([1, 5, 30]))
    await world.process.service.access_admin.grant(GUILD, user, tier.name, days, "helped a lot", OWNER)
    world.tally.grants += 1


async def revoke(world: Schedule) -> None:
    """Staff end what a member has from a tier, paid or not. The money stays where it is."""
    user = _somebody(world)
    async with world.disk.view.read() as db:
        held_entitlements = await entitlements.of_member(db, GUILD, user)
    plan = world.dice.choice(held_entitlements).tier.name if held_entitlements else "Gold"
    await world.process.service.access_admin.revoke(GUILD, user, plan, "spam", OWNER)
    world.tally.revocations += 1


async def withhold(world: Schedule) -> None:
    """A role rests for some days."""
    user, role = _somebody(world), world.dice.choice([GOLD, SILVER])
    await world.process.service.access_admin.withhold(GUILD, user, role, "3", "insults", OWNER)


async def choose_reminders(world: Schedule) -> None:
    """A member wants to be written to, or no more."""
    await world.process.service.reminders.choose(GUILD, _somebody(world), world.dice.random() < 0.8)


async def try_out(world: Schedule) -> None:
    """A trial, at once."""
    await world.process.service.purchasing.press(GUILD, _somebody(world), TRIAL.id, None)
    world.tally.trials += 1


async def change(world: Schedule) -> None:
    """A member looks what a change would be, and makes it."""
    service = world.process.service
    members = range(1, world.options.members + 1)
    having = [(user, mine) for user in members if (mine := await service.change_pricing.choices(GUILD, user))]
    if not having:
        return
    user, mine = world.dice.choice(having)
    held, price = world.dice.choice(mine), world.dice.choice([*PRICES, LIFETIME])
    quote = await service.change_pricing.press(GUILD, user, held.entitlement.id, price.id)
    assert isinstance(quote, Quote)
    made = await service.changes.confirm(GUILD, user, quote.draft)
    world.tally.changes += 1
    if isinstance(made, PendingOrder):
        world.provider.tills[made.checkout.ref].shown = True
        if world.dice.random() < 0.7:
            world.provider.pay(made.checkout.ref)


async def end_or_keep(world: Schedule) -> None:
    """A subscriber has had enough, or takes that back; a planned change is taken back."""
    renewals = world.process.service.renewals
    having = [
        (user, told)
        for user in range(1, world.options.members + 1)
        if (told := await renewals.endings(GUILD, user)).planned or any(one.subscribed for one in told.held)
    ]
    if not having:
        return
    user, told = world.dice.choice(having)
    for one in told.held:
        if one.order is not None and one.subscribed:
            verb = renewals.keep if world.dice.random() < 0.4 else None
            if verb is not None:
                await verb(GUILD, user, one.order.id)
            else:
                await renewals.stop(GUILD, user, one.order.id, Reason.TIME)
                world.tally.endings += 1
    for planned in told.planned:
        world.asked.update(
            fact.object_id for fact in world.provider.payments() if fact.order_id == planned.order.id
        )
        await world.process.service.changes.undo(GUILD, user, planned.order.id)


ACTS: list[tuple[Act, int]] = [
    (try_out, 1),
    (change, 5),
    (end_or_keep, 3),
    (buy, 8),
    (buy_in_every_way, 1),
    (pay, 8),
    (pay_wrong, 2),
    (pay_twice, 2),
    (decline, 1),
    (refund_at_the_bank, 2),
    (refund_by_the_owner, 2),
    (refund_exchanged, 2),
    (refund_comes_back, 2),
    (dispute, 2),
    (win_after_all, 1),
    (forbid, 4),
    (grant, 2),
    (revoke, 2),
    (withhold, 1),
    (choose_reminders, 3),
]
WITH_RECONCILER: list[tuple[Act, int]] = [(by_hand, 3), (leave_and_return, 2), (delete_role, 1)]
"""What nobody hears of while the bot is dead: only looking at everybody finds it."""
