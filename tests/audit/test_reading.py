"""The log is for people: no rule reads it, and who opens a page does not read through all of it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, event

from bot.audit import LYCEUM, Area, AuditAction, Entry, reading, record
from bot.i18n import Catalog
from bot.memberships.access.access_admin import Staff
from bot.memberships.backoffice import detail_cards
from bot.memberships.changes.renewals import Reason
from bot.memberships.model import BillingKind, Search
from tests.audit.source import files, readers
from tests.memberships.orders import read
from tests.memberships.shop import ANN, BOB, GUILD, OLIVIA, OTHER, Shop, opened

VIEWS = {
    "Backoffice.detail",  # /order show
    "Memberships.log",  # /access log
}


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncGenerator[Shop]:
    async with opened(tmp_path) as there:
        yield there


def test_only_what_shows_the_log_asks_for_it() -> None:
    assert {name for _, source in files() for name in readers(source)} == VIEWS


def test_control_a_rule_that_reads_the_log_is_found() -> None:
    rule = "class Refunds:\n    async def confirm(self):\n        if await reading.about(db, 1, [2]):\n            pass\n"

    assert readers(rule) == {"Refunds.confirm"}
    assert readers(f"from bot.audit.reading import about\n{rule}") == {"", "Refunds.confirm"}


@contextmanager
def asked() -> Generator[list[tuple[str, Any]]]:
    """Every statement that is sent to the database meanwhile, with its values."""
    seen: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _x: Any, _many: bool) -> None:
        seen.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def plans(shop: Shop, seen: list[tuple[str, Any]], table: str) -> list[str]:
    """How SQLite goes about those that name this table."""
    found: list[str] = []
    async with shop.db.read() as db:
        for statement, parameters in seen:
            if f"FROM {table} " in f"{statement.replace(chr(10), ' ')} ":
                rows = await db.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                found.append(" | ".join(row.detail for row in rows))
    return found


async def test_the_pages_of_staff_find_their_entries_by_an_index(shop: Shop) -> None:
    await shop.tier()
    order = await shop.buy(ANN)

    with asked() as seen:
        await shop.service.log(GUILD, None)
        await shop.service.log(GUILD, ANN)
        await shop.service.backoffice.detail(GUILD, str(order.id))

    latest, of_member, of_order = await plans(shop, seen, "audit")
    assert latest == "SEARCH audit USING INDEX ix_audit_guild (guild_id=?)"  # in order, so it stops at 20
    for plan in (of_member, of_order):
        assert plan.startswith("SEARCH audit USING INDEX ix_audit_subject (guild_id=? AND subject=?)")


async def test_the_list_of_orders_does_not_ask_the_log(shop: Shop) -> None:
    await shop.tier()
    await shop.buy(ANN)

    with asked() as seen:
        await shop.service.backoffice.listing(GUILD, Search())

    assert seen
    assert await plans(shop, seen, "audit") == []
    [closed] = await plans(shop, seen, "closed_unmatched")
    assert closed.startswith("SEARCH closed_unmatched USING COVERING INDEX")


async def test_a_member_s_log_is_about_them_and_what_they_have(shop: Shop) -> None:
    await shop.tier()
    for user in (ANN, BOB):
        await shop.service.access_admin.grant(GUILD, user, "Gold", "30", f"for {user}", Staff(OLIVIA, True))
    await shop.worker.run_due()

    entries = await shop.service.log(GUILD, ANN)

    assert [entry.what for entry in entries] == [AuditAction.ROLE_GIVEN, AuditAction.ENTITLEMENT_GRANT]
    assert [entry.detail.get("reason") for entry in entries] == [None, "for 1"]
    assert len(await shop.service.log(GUILD, None)) == 4
    assert await shop.service.log(OTHER, None) == []


async def test_entries_come_back_as_they_were_written(shop: Shop) -> None:
    async with shop.db.write() as tx:
        for action, subject in (
            (AuditAction.EVENT_CREATED, 5),
            (AuditAction.EVENT_CANCELLED, 5),
            (AuditAction.ROLE_GIVEN, 6),
        ):
            await record(
                tx,
                guild_id=GUILD,
                at=shop.moment,
                actor=LYCEUM,
                action=action,
                subject=subject,
                title="Öl",
                names=["a"],
                nothing=None,
            )

    async with shop.db.read() as db:
        newest = await reading.latest(db, GUILD, areas=[Area.EVENT], subjects=None, limit=1)
        told = await reading.about(db, GUILD, [5])

    detail = {"title": "Öl", "names": ["a"], "nothing": None}
    assert newest == [Entry(shop.moment, LYCEUM, "event.cancelled", 5, detail)]
    assert [entry.what for entry in told] == ["event.created", "event.cancelled"]


async def test_what_is_rolled_back_was_not_done(shop: Shop) -> None:
    with pytest.raises(ZeroDivisionError):
        async with shop.db.write() as tx:
            await record(
                tx, guild_id=GUILD, at=shop.moment, actor=OLIVIA, action=AuditAction.TIER_EDITED, subject=5
            )
            raise ZeroDivisionError

    async with shop.db.read() as db:
        assert await reading.about(db, GUILD, [5]) == []


@pytest.mark.parametrize(
    "locale, off, on",
    [
        ("en-US", "renewal was turned off · It costs too much", "renewal was turned on again"),
        ("zh-CN", "停止了续费 · 太贵了", "恢复了续费"),
    ],
)
async def test_an_order_says_in_words_that_its_renewal_was_stopped_and_kept(
    shop: Shop, locale: str, off: str, on: str
) -> None:
    await shop.tier()
    order = await shop.subscribe(
        ANN, "Gold", await shop.price("Gold", "15", months=1, way=BillingKind.RECURRING)
    )
    await shop.service.renewals.stop(GUILD, ANN, order.id, Reason.PRICE)
    await shop.service.renewals.keep(GUILD, ANN, order.id)

    sheet = await shop.service.backoffice.detail(GUILD, str(order.id))
    told = read(detail_cards.order_detail(Catalog("en", ZoneInfo("UTC")).of(locale), sheet))

    assert f"<@{ANN}> · {off}\n" in told
    assert f"<@{ANN}> · {on}" in told
    assert "subscription." not in told
