"""The second opinion itself: it knows nothing of the code that it judges, and it sees every kind of wrong sum."""

from __future__ import annotations

import ast
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.memberships.model import BillingKind
from bot.payments.port import Fact, FactKind
from tests.memberships.items import bought, offer
from tests.memberships.money import about
from tests.memberships.shop import ANN, BOB, CID, DAY, GUILD, OLIVIA, Shop, opened
from tests.second_opinion.opinion import Second, differences
from tests.second_opinion.rules import RULES
from tests.simulation.second import listed, told

HERE = Path(__file__).parent


@pytest.fixture
async def sold(tmp_path: Path) -> AsyncIterator[Shop]:
    """Ann bought 30 days, Bob subscribed, a quarter of Ann's money went back; Cid bought a course and no more yet."""
    async with opened(tmp_path) as shop:
        await shop.tier()
        order = await shop.buy(ANN)
        await shop.order(CID)
        await bought(shop, await offer(shop), CID)
        monthly = await shop.price("Gold", "15.00", months=1, way=BillingKind.RECURRING)
        await shop.renew(await shop.subscribe(BOB, "Gold", monthly))
        draft = await shop.service.refunds.draft(GUILD, str(order.id), OLIVIA, "a quarter", "4.75")
        await shop.service.refunds.confirm(GUILD, str(draft.draft), OLIVIA)
        await shop.worker.run_due()
        yield shop


async def opinion(shop: Shop) -> list[str]:
    """Where the second opinion differs now."""
    facts = [fact for known in shop.provider.known.values() for fact in known]
    totals = told(await shop.service.backoffice.totals(GUILD))
    return differences(
        shop.db.path, Second(now=shop.now(), listing=["bank"], reported=listed(facts), totals=totals)
    )


def spoil(shop: Shop, statement: str) -> None:
    """Change the file behind Lyceum's back."""
    with closing(sqlite3.connect(shop.db.path)) as file:
        assert file.execute(statement).rowcount > 0, "nothing was spoilt"
        file.commit()


def test_it_imports_nothing_of_what_it_judges() -> None:
    names: set[str] = set()
    for name in ("opinion.py", "rules.py"):
        for node in ast.walk(ast.parse((HERE / name).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names.add(node.module or "")

    own = {name for name in names if name.partition(".")[0] in ("bot", "cogs", "sandbox", "tests")}
    assert own == {"tests.second_opinion.rules"}


async def test_control_nothing_differs_in_a_shop_that_is_right(sold: Shop) -> None:
    assert await opinion(sold) == []


SPOILT = {
    "a payment deleted": ("DELETE FROM payment WHERE object_id = 'pay_1'", "a payment that the provider has"),
    "a refund deleted": ("DELETE FROM payment WHERE kind = 'refunded'", "a payment that the provider has"),
    "a side of a booking deleted": (
        "DELETE FROM ledger WHERE ref = 'paid:pay_1' AND account LIKE 'sales:%'",
        "the sides of a booking",
    ),
    "a booking deleted": ("DELETE FROM ledger WHERE ref = 'paid:pay_1'", "every fact about money is booked"),
    "an amount altered": (
        "UPDATE payment SET amount = amount + 1 WHERE object_id = 'pay_1'",
        "a payment that the provider has",
    ),
    "an amount altered in the ledger": (
        "UPDATE ledger SET delta = delta * 2 WHERE ref = 'paid:pay_1'",
        "the ledger holds what lies at the provider",
    ),
    "another currency": (
        "UPDATE payment SET currency = 'EUR' WHERE object_id = 'pay_1'",
        "a payment that the provider has",
    ),
    "a payment booked twice": (
        "INSERT INTO ledger SELECT guild_id, provider, ref || ':again', account, delta, currency, order_id, at"
        " FROM ledger WHERE ref = 'paid:pay_1'",
        "nothing is booked that nobody reported",
    ),
    "a payment nobody made": (
        "INSERT INTO payment SELECT guild_id, order_id, provider, kind, 'pay_false', payment_id, ref, amount, currency,"
        " starts_at, ends_at, renewal, at, recorded_at FROM payment WHERE object_id = 'pay_1'",
        "what is known here is known to the provider",
    ),
    "an order paid without facts": (
        "UPDATE \"order\" SET state = 'paid' WHERE state = 'pending'",
        "an order's state follows",
    ),
    "an order that forgot its payment": (
        "UPDATE \"order\" SET state = 'expired' WHERE state = 'paid'",
        "an order's state follows",
    ),
    "days longer than paid": (
        "UPDATE entitlement SET ends_at = '2030-01-01 00:00:00.000000', held_until = '2030-01-01 00:00:00.000000'",
        "days paid once are as many",
    ),
    "a subscription longer than paid": (
        "UPDATE entitlement SET ends_at = datetime(ends_at, '+1 day') || '.000000',"
        " held_until = datetime(held_until, '+1 day') || '.000000'"
        " WHERE order_id IN (SELECT id FROM \"order\" WHERE kind = 'recurring')",
        "a subscription runs for the periods",
    ),
    "roles longer than the grace": (
        "UPDATE entitlement SET held_until = datetime(held_until, '+3 days') || '.000000'",
        "roles stay for the grace",
    ),
    "a course that gives a role": (
        "UPDATE terms SET roles = '[1]' WHERE tier_id IN (SELECT id FROM tier WHERE item_kind IS NOT NULL)",
        "a single item is sold for days",
    ),
    "an entitlement revoked by nobody": (
        "UPDATE entitlement SET state = 'revoked', ended_at = starts_at",
        "what is paid runs to its end",
    ),
}


@pytest.mark.parametrize("what", SPOILT)
async def test_a_wrong_sum_is_seen(sold: Shop, what: str) -> None:
    statement, rule = SPOILT[what]

    spoil(sold, statement)

    assert [found for found in await opinion(sold) if found.startswith(rule)]


@pytest.mark.parametrize("more", ["-1 second", "+1 second", "+1 day"])
async def test_days_that_rested_are_all_there_and_no_more(sold: Shop, more: str) -> None:
    [paid] = [fact for facts in sold.provider.known.values() for fact in facts if fact.object_id == "pay_1"]
    for kind, days in ((FactKind.DISPUTED, 4), (FactKind.DISPUTE_WON, 3)):
        await sold.turn(days * DAY)
        fact = about(paid, kind, "dp_1", sold.moment)
        sold.provider.known[paid.ref].append(fact)
        await sold.settle(fact)
        await sold.worker.run_due()
    assert await opinion(sold) == []

    spoil(
        sold,
        f"UPDATE entitlement SET ends_at = datetime(ends_at, '{more}') || '.000000',"
        f" held_until = datetime(held_until, '{more}') || '.000000'"
        f" WHERE order_id = {paid.order_id}",
    )

    assert [found for found in await opinion(sold) if found.startswith("days paid once")]


async def test_a_refund_that_was_not_booked_is_seen(sold: Shop) -> None:
    [paid] = [fact for facts in sold.provider.known.values() for fact in facts if fact.object_id == "pay_1"]
    sold.provider.known[paid.ref].append(sold.refunded(paid, "re_unheard"))

    found = await opinion(sold)

    assert [one for one in found if "refund re_unheard" in one]
    assert [one for one in found if one.startswith("the ledger holds what lies at the provider")]


async def test_a_dispute_that_was_won_after_its_appeal_counts_as_won(sold: Shop) -> None:
    """The rule is written so; whether Lyceum goes by it is what the comparison tells."""
    [paid] = [fact for facts in sold.provider.known.values() for fact in facts if fact.object_id == "pay_1"]
    disputed = replace(paid, kind=FactKind.DISPUTED, object_id="dp_1", payment_id="pay_1")
    story: list[Fact] = [
        disputed,
        replace(disputed, kind=FactKind.DISPUTE_LOST, at=paid.at + timedelta(days=1)),
        replace(disputed, kind=FactKind.DISPUTE_WON, at=paid.at + timedelta(days=2)),
    ]
    sold.provider.known[paid.ref] += story
    await sold.settle(*story)
    order = await sold.look((await sold.service.backoffice.choices(GUILD))[-1])

    found = await opinion(sold)

    assert bool(found) is (order.state.value != "paid")


def test_every_rule_has_its_own_name() -> None:
    assert len(RULES) >= 25
