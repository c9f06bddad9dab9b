"""What an order's facts mean, and that their order of arrival means nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from bot.memberships.model import OrderStatus
from bot.memberships.orders.order_state import ExpectedPayment, order_state
from bot.money import Money
from bot.payments.port import Fact, FactKind
from tests.memberships.shop import ANN, GUILD, MONDAY, Shop, opened

PRICE = Money(1900, "USD")
PAID = Fact(
    kind=FactKind.PAID, object_id="pay_1", guild_id=GUILD, order_id=5, ref="co", money=PRICE, at=MONDAY
)
DECLINED = replace(PAID, kind=FactKind.DECLINED, object_id="pay_0")
EXPIRED = replace(PAID, kind=FactKind.EXPIRED, object_id="co")
CANCELLED = replace(PAID, kind=FactKind.CANCELLED, object_id="co")
REFUND = replace(PAID, kind=FactKind.REFUNDED, object_id="re_1", payment_id="pay_1")
SECOND = replace(PAID, object_id="pay_2", at=MONDAY + timedelta(minutes=1))


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ([], OrderStatus.PENDING),
        ([DECLINED], OrderStatus.PENDING),
        ([DECLINED, PAID], OrderStatus.PAID),
        ([EXPIRED], OrderStatus.EXPIRED),
        ([EXPIRED, PAID], OrderStatus.PAID),
        ([CANCELLED], OrderStatus.CANCELLED),
        ([CANCELLED, EXPIRED, PAID], OrderStatus.PAID),
        ([REFUND], OrderStatus.PENDING),
        ([PAID, REFUND], OrderStatus.REFUNDED),
        ([PAID, replace(REFUND, money=Money(1899, "USD"))], OrderStatus.PAID),
        ([PAID, replace(REFUND, money=Money(1900, "EUR"))], OrderStatus.PAID),
        ([PAID, replace(REFUND, payment_id="another")], OrderStatus.PAID),
        ([PAID, REFUND, SECOND], OrderStatus.PAID),
        ([replace(PAID, money=Money(1, "USD"))], OrderStatus.REVIEW),
        ([replace(PAID, money=Money(1900, "JPY"))], OrderStatus.REVIEW),
        ([replace(PAID, ref="somebody else's")], OrderStatus.REVIEW),
        ([replace(PAID, money=Money(1, "USD")), SECOND], OrderStatus.PAID),
        (
            [replace(PAID, money=Money(1, "USD")), replace(REFUND, money=Money(1, "USD"))],
            OrderStatus.REFUNDED,
        ),
    ],
)
def test_facts_decide(facts: list[Fact], state: OrderStatus) -> None:
    assert order_state(ExpectedPayment(PRICE, None, "co"), facts).state is state


def test_a_second_payment_is_extra_whichever_came_first() -> None:
    for facts in permutations([PAID, SECOND]):
        outcome = order_state(ExpectedPayment(PRICE, None, "co"), facts)

        assert outcome.counted == (PAID,)
        assert outcome.extra == (SECOND,)


def test_without_a_checkout_the_order_is_only_begun() -> None:
    assert order_state(ExpectedPayment(PRICE, None, None), []).state is OrderStatus.CREATED


async def _end(shop: Shop, moves: tuple[str, ...]) -> tuple[Any, ...]:
    """The end of a story in which these facts arrive in this order, each settled and worked off."""
    await shop.tier()
    order = await shop.order()
    paid = shop.paid(order)
    facts = {
        "paid": paid,
        "refunded": shop.refunded(paid),
        "expired": replace(paid, kind=FactKind.EXPIRED, object_id="co"),
        "declined": replace(paid, kind=FactKind.DECLINED, object_id="pay_0"),
        "paid again": replace(paid, object_id="pay_2"),
    }
    for move in moves:
        await shop.settle(facts[move])
        await shop.worker.run_due()
    accounts = {account.partition(":")[0]: money for account, money in (await shop.balances()).items()}
    # Heard of before the payment, the refund leaves nothing to revoke.
    held_entitlements = [status for status, _, _ in await shop.held_entitlements() if status != "revoked"]
    return (
        (await shop.look(order)).state,
        held_entitlements,
        sorted(shop.server.held[ANN]),
        accounts,
        (await shop.rows())["grant"],
    )


@pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.thorough)])
async def test_all_orders_of_four_facts_end_alike(tmp_path: Path, every: int) -> None:
    """24 orders of arrival, `every` one of them also with one of the four coming twice."""
    ends: set[str] = set()
    number = 0
    for place, moves in enumerate(permutations(("declined", "paid", "refunded", "expired"))):
        for twice in (None, moves[number % 4]) if place % every == 0 else (None,):
            number += 1
            folder = tmp_path / str(number)
            folder.mkdir()
            async with opened(folder) as shop:
                ends.add(repr(await _end(shop, (*moves, twice) if twice else moves)))

    assert len(ends) == 1, ends
    assert "REFUNDED" in ends.pop()


async def test_control_the_number_of_facts_makes_a_difference(shop: Shop) -> None:
    """Otherwise the test above would compare nothing."""
    end = await _end(shop, ("paid",))

    assert end[:3] == (OrderStatus.PAID, ["live"], [50])
