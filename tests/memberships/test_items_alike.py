"""The same story told of a membership and of a course: orders, entitlements and books come out the same."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from bot.errors import UserError
from bot.memberships.access.store import entitlements
from bot.memberships.model import BillingKind, Order, Price, Search
from bot.memberships.orders.checkouts import PendingOrder
from bot.memberships.orders.order_state import refunded
from bot.memberships.orders.store import ledger
from bot.payments.port import Fact, FactKind
from tests.memberships.items import offer
from tests.memberships.shop import ANN, BOB, DAY, GOLD, GUILD, OLIVIA, Shop

STEPS = 12


@dataclass
class Buyer:
    """Who buys one thing only, at one of two prices; `links` are their orders."""

    user: int
    prices: tuple[Price, Price]
    links: list[Order] = field(default_factory=list[Order])


async def asks(shop: Shop, buyer: Buyer, dice: random.Random) -> None:
    days, forever = buyer.prices
    price = dice.choice([days, days, days, forever])
    told = await shop.service.purchasing.press(GUILD, buyer.user, price.id, None)
    assert isinstance(told, PendingOrder)
    if told.order.id not in [order.id for order in buyer.links]:
        buyer.links.append(told.order)


async def pays(shop: Shop, buyer: Buyer, dice: random.Random) -> None:
    if buyer.links:
        order = dice.choice(buyer.links)
        known = shop.provider.known.get(order.ref or "", [])
        await shop.settle(shop.paid(order, f"pay_{buyer.user}_{buyer.links.index(order)}_{len(known)}"))


async def buys(shop: Shop, buyer: Buyer, dice: random.Random) -> None:
    await asks(shop, buyer, dice)
    await shop.settle(shop.paid(buyer.links[-1], f"pay_{buyer.user}_{len(buyer.links)}"))


def told(shop: Shop, buyer: Buyer, kind: FactKind) -> list[Fact]:
    refs = [order.ref or "" for order in buyer.links]
    return [fact for ref in refs for fact in shop.provider.known.get(ref, []) if fact.kind is kind]


async def reports(shop: Shop, buyer: Buyer, dice: random.Random) -> None:
    """The bank gives back, disputes, decides, or could not give back."""
    after = {
        FactKind.REFUNDED: FactKind.PAID,
        FactKind.DISPUTED: FactKind.PAID,
        FactKind.REFUND_FAILED: FactKind.REFUNDED,
        FactKind.DISPUTE_WON: FactKind.DISPUTED,
        FactKind.DISPUTE_LOST: FactKind.DISPUTED,
    }
    kind = dice.choice(list(after))
    about = told(shop, buyer, after[kind])
    if not about:
        return
    chosen = dice.choice(about)
    first = after[kind] is FactKind.PAID
    happened = shop.refunded(
        chosen,
        f"{kind.value}_{chosen.object_id}" if first else chosen.object_id,
        kind=kind,
        payment_id=chosen.object_id if first else chosen.payment_id,
        at=shop.moment,
    )
    shop.provider.known[chosen.ref].append(happened)
    await shop.settle(happened)


async def is_given_back_in_part(shop: Shop, buyer: Buyer, dice: random.Random) -> None:
    """By the owner, who confirms it."""
    if buyer.links:
        order = dice.choice(buyer.links)
        draft = await shop.service.refunds.draft(GUILD, str(order.id), OLIVIA, "asked for", "1")
        await shop.service.refunds.confirm(GUILD, str(draft.draft), OLIVIA)


ACTS: list[Callable[[Shop, Buyer, random.Random], Awaitable[None]]] = [
    *[buys, reports] * 3,
    asks,
    pays,
    is_given_back_in_part,
]


async def stands(shop: Shop, buyer: Buyer, since: datetime) -> object:
    """What came of it: orders, entitlements, facts and books, without ids and names."""
    async with shop.db.read() as db:
        given = await entitlements.of_member(db, GUILD, buyer.user)
        booked = [
            (booking.account.split(":")[0], booking.delta)
            for order in buyer.links
            for booking in await ledger.bookings(db, GUILD, order.id)
        ]
        backs = [sorted(refunded(await ledger.facts(db, GUILD, order.id)).values()) for order in buyer.links]
    listed = (await shop.service.backoffice.listing(GUILD, Search(buyer.user))).orders
    return (
        [(order.state, order.price, order.refused) for order in listed],
        [
            (one.status, one.starts_at - since, one.ends_at, one.held_until, one.length, one.cut)
            for one in given
        ],
        booked,
        backs,
    )


async def step(
    shop: Shop, act: Callable[[Shop, Buyer, random.Random], Awaitable[None]], buyer: Buyer, seed: str
) -> str:
    """What the member reads if it is refused, without the name of what they wanted."""
    try:
        await act(shop, buyer, random.Random(seed))
    except UserError as refused:
        return type(refused).__name__
    finally:
        await shop.worker.run_due()
    return ""


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_happens_it_comes_out_alike(shop: Shop, seed: int) -> None:
    await shop.tier("Gold", GOLD, price="10.00", days=30)
    [gold] = (await shop.service.catalog.products(GUILD))[0].prices
    forever = await shop.price("Gold", "29", way=BillingKind.LIFETIME)
    course = (await offer(shop, "10", 30)).price, (await offer(shop, "29")).price
    pair = Buyer(ANN, (gold, forever)), Buyer(BOB, course)
    dice, since = random.Random(seed), shop.moment

    for number in range(STEPS):
        act = dice.choice(ACTS)
        refusals = [await step(shop, act, buyer, f"{seed}:{number}") for buyer in pair]
        assert refusals[0] == refusals[1], act.__name__
        membership, item = [await stands(shop, buyer, since) for buyer in pair]
        assert membership == item, f"{number}: {act.__name__}"
        await shop.turn(dice.choice([timedelta(seconds=1), timedelta(hours=1), 5 * DAY, 31 * DAY]))

    assert pair[0].links
