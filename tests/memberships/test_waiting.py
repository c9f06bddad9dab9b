"""What waits for the owner is read in their language; what an older version stored stays readable."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from bot.discord.errors import _sentence
from bot.errors import NeedsAction
from bot.i18n import Catalog
from bot.memberships.backoffice import cards as backoffice_cards
from bot.memberships.model import Search
from bot.money import Money
from bot.payments.port import Fact
from bot.work.tables import work
from tests.memberships.orders import read
from tests.memberships.shop import ANN, GUILD, OLIVIA, Shop


async def refusing(payment_id: str, money: Money, key: str) -> tuple[Fact, ...]:
    raise NeedsAction("payment-refused", "Stripe answered {answer}", answer="402, no_balance {0}")


@pytest.fixture
async def refused(shop: Shop) -> Shop:
    """A refund that the bank does not make."""
    await shop.tier()
    order = await shop.buy(ANN)
    shop.bank.refund = refusing  # type: ignore[method-assign] # a bank that says no
    await shop.service.refunds.ask(GUILD, str(order.id), OLIVIA, "she asked")
    await shop.worker.run_due()
    return shop


async def listed(shop: Shop, texts: Catalog, locale: str) -> str:
    return read(
        backoffice_cards.order_list(texts.of(locale), await shop.service.backoffice.listing(GUILD, Search()))
    )


async def test_the_list_says_in_the_reader_s_language_what_the_other_side_said(
    refused: Shop, texts: Catalog
) -> None:
    assert r"Stripe answered 402, no\_balance {0}" in await listed(refused, texts, "en-US")
    chinese = await listed(refused, texts, "zh-CN")
    assert r"Stripe 返回：402, no\_balance {0}" in chinese
    assert "answered" not in chinese


async def test_the_row_of_work_stays_readable_in_the_file(refused: Shop) -> None:
    async with refused.db.read() as db:
        [row] = await db.execute(select(work.c.error, work.c.problem).where(work.c.state == "stuck"))

    assert row.error == "payment-refused: Stripe answered 402, no_balance {0}"
    assert row.problem == {"message": "Stripe answered {answer}", "values": {"answer": "402, no_balance {0}"}}


async def test_a_row_of_an_older_version_shows_its_sentence(refused: Shop, texts: Catalog) -> None:
    """It was stored whole, whatever it holds."""
    async with refused.db.write() as tx:
        stored = {"error": "payment-refused: Stripe answered 400: no {brace} here", "problem": None}
        await tx.execute(update(work).where(work.c.state == "stuck").values(**stored))

    assert r"Stripe answered 400\: no {brace} here" in await listed(refused, texts, "zh-CN")


async def test_what_is_done_after_all_keeps_no_problem(refused: Shop) -> None:
    del refused.bank.refund  # it changes its mind

    await refused.patience()

    async with refused.db.read() as db:
        rows = (
            await db.execute(select(work.c.error, work.c.problem).where(work.c.kind == "order.refund"))
        ).all()
    assert [tuple(row) for row in rows] == [(None, None)]


def test_whoever_runs_into_it_reads_it_in_their_language(texts: Catalog) -> None:
    error = NeedsAction(
        "staff-channel-missing",
        "There is no channel #{channel}: make it, or set {setting} to another.",
        channel="staff",
        setting="community.staff_channel",
    )

    assert (
        _sentence(error, texts.of("zh-CN"))
        == "需要服务器所有者先处理一个问题：没有 #staff 频道：请创建它，或在设置 community.staff_channel 中指定其他频道。"
    )
    assert _sentence(error, texts.of("en")).endswith(
        "set something right first: There is no channel #staff: make it, or set community.staff_channel to another."
    )
    assert (str(error), error.detail) == (
        "staff-channel-missing: There is no channel #staff: make it, or set community.staff_channel to another.",
        "There is no channel #staff: make it, or set community.staff_channel to another.",
    )
