"""A server with three hundred holders is read with as many statements as one with three."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event

from bot.db import Database
from bot.ids import new_id
from bot.memberships.access.store import entitlements, grants, overrides
from bot.memberships.access.wanted_roles import Override
from bot.memberships.catalog.tier_edit import TierEdit
from bot.memberships.orders.store import orders
from tests.memberships.shop import ANN, GOLD, GUILD, OLIVIA, SILVER, Shop


@contextlib.contextmanager
def counted(db: Database) -> Generator[list[str]]:
    """The statements that the block sends to the database."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: Any) -> None:
        sent.append(statement)

    engines = [engine.sync_engine for engine in (db._readers, db._writer)]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield sent
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


async def fill(shop: Shop, holders: int) -> None:
    """Ann bought Gold; so did the others, who hold its role too and were all told something by staff."""
    order = await shop.buy()
    async with shop.db.write() as tx:
        [entitlement] = await entitlements.of_member(tx, GUILD, ANN)
        for user in range(1001, 1000 + holders):
            bought = replace(order, id=new_id(), user_id=user, ref=f"ref_{user}")
            await orders.add(tx, bought)
            await entitlements.add(
                tx, replace(entitlement, id=new_id(), user_id=user, order_id=bought.id), None
            )
            await grants.intend(tx, GUILD, user, [GOLD])
            exception = Override(SILVER, True, None, "helps", new_id(), OLIVIA)
            await overrides.add(tx, GUILD, user, exception, shop.now())
            shop.server.held[user] = {GOLD, SILVER}


@pytest.fixture(params=[3, 300])
async def holders(shop: Shop, request: pytest.FixtureRequest) -> int:
    await shop.tier()
    await fill(shop, request.param)
    return int(request.param)


async def test_the_audit_of_roles(shop: Shop, holders: int) -> None:
    del shop.server.held[1002]  # left
    shop.server.held[1001] = {SILVER}

    with counted(shop.db) as sent:
        report = await shop.service.role_audit.compare_members(GUILD)

    assert len(sent) == 5, sent  # BEGIN; rights, exceptions, grants, tiers
    assert (report.looked_at, report.away) == (len(shop.server.held), 1)
    [drift] = report.differences
    assert (drift.user_id, drift.missing) == (1001, frozenset({GOLD}))


async def test_an_edit_that_says_whom_it_would_concern(shop: Shop, holders: int) -> None:
    with counted(shop.db) as sent:
        proposal = await shop.service.tier_editing.propose(
            GUILD, "Gold", TierEdit(add_role=SILVER), OLIVIA, True
        )

    assert proposal.holders.members == holders
    assert len(sent) < 12, sent
