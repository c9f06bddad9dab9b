"""Files that a spreadsheet opens without running anything in them (docs/threats.md, T13)."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections import Counter

import pytest

from bot.cards import Attachment
from bot.errors import UserError
from bot.i18n import Catalog
from bot.memberships.backoffice import answers as backoffice_answers
from bot.memberships.backoffice.export import LEDGER, ORDERS, Exported, safe, table
from bot.money import Money
from tests.memberships.shop import ANN, BOB, DAY, GUILD, OLIVIA, OTHER, SILVER, Shop

HOSTILE = [
    "=1+1",
    '=HYPERLINK("http://x","y")',
    "+1",
    "-1",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "\u00a0=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    "﹦1",
    "\u200b=1",
    "\ufeff=1",
    "\u202e=1",
    "\0=1",
    "−1",
    '"=1',
    "a\n=1",
    'a","=1',
    "a;=1",
    "'=1",
    "a\r\n=1",
    "\u0301=1",
    "\u3000=1",
    "\x0b=1",
]
STARTS = set("=+-@\t\r\n−")


def rows(data: bytes) -> list[dict[str, str]]:
    assert data.startswith(b"\xef\xbb\xbf")  # or Excel reads 中文 as something else
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def computed(cell: str) -> bool:
    """Would a spreadsheet take it for a formula, however it looks through what stands before the sign?"""
    seen = unicodedata.normalize("NFKC", cell)
    shown = "".join(one for one in seen if unicodedata.category(one) not in ("Cf", "Cc", "Mn")).lstrip()
    return seen[:1] in STARTS or shown[:1] in STARTS


@pytest.mark.parametrize("words", HOSTILE)
def test_no_cell_begins_like_a_formula(words: str) -> None:
    data = table(("a", "b"), [(words, words)])

    [row] = rows(data)
    assert set(row) == {"a", "b"}
    assert not any(computed(cell) for cell in row.values())
    assert row["a"].removeprefix("'") == words.removeprefix("'").replace("\0", "")


def test_without_the_guard_the_corpus_would_be_run() -> None:
    assert sum(computed(words) for words in HOSTILE) > 20


@pytest.mark.parametrize("words", ["Gold", "中文 =1", "a@b", "1-1", "", "  ", "#123", "19.00"])
def test_harmless_words_stay_as_they_are(words: str) -> None:
    assert safe(words) == words


async def export(shop: Shop, since: str | None = None, until: str | None = None) -> Exported:
    return await shop.service.export.make(GUILD, since, until, OLIVIA)


async def test_orders_and_ledger_tell_the_same_sums(shop: Shop, texts: Catalog) -> None:
    await shop.tier("=Gold")
    order = await shop.buy(ANN, "=Gold")
    await shop.service.refunds.ask(GUILD, str(order.id), OLIVIA, "part", "9.50")
    await shop.worker.run_due()

    made = await export(shop)
    orders, ledger = (rows(data) for _, data in made.files)

    assert [name for name, _ in made.files] == ["orders-all-now.csv", "ledger-all-now.csv"]
    [sold] = orders
    assert tuple(sold) == ORDERS
    assert (sold["order"], sold["member"], sold["plan"]) == (f"#{order.id}", f"#{ANN}", "'=Gold")
    assert (sold["price"], sold["currency"], sold["state"]) == ("19.00", "USD", "paid")
    assert tuple(ledger[0]) == LEDGER
    sums: Counter[str] = Counter()
    for row in ledger:
        sums[row["booking"]] += round(float(row["debit"] or 0) * 100) - round(float(row["credit"] or 0) * 100)
    assert set(sums.values()) == {0}
    assert len(ledger) == made.bookings == 4
    card = backoffice_answers.exported(texts.of("en"), made)
    assert sum(isinstance(block, Attachment) for block in card.blocks) == 2


async def test_amounts_have_the_decimals_of_their_currency(shop: Shop) -> None:
    tier = await shop.tier()
    order = await shop.order()
    for n, money in enumerate((Money(500, "JPY"), Money(1234, "KWD"), Money(7, "USD"))):
        await shop.settle(shop.paid(order, f"pay_{n}", money=money))

    _, ledger = (rows(data) for _, data in (await export(shop)).files)

    told = {row["currency"]: row["debit"] for row in ledger if row["debit"]}
    assert told == {"JPY": "500", "KWD": "1.234", "USD": "0.07"}
    assert tier.name == "Gold"


async def test_only_the_days_asked_for(shop: Shop) -> None:
    await shop.tier("Gold")
    await shop.tier("Silver", SILVER)
    first = await shop.buy(ANN, "Gold", "pay_1")
    await shop.turn(DAY)
    second = await shop.buy(BOB, "Silver", "pay_2")

    def numbers(made: Exported) -> list[str]:
        return [row["order"] for row in rows(made.files[0][1])]

    assert numbers(await export(shop, "2026-11-02", "2026-11-02")) == [f"#{first.id}"]
    assert numbers(await export(shop, "2026-11-03")) == [f"#{second.id}"]
    assert numbers(await export(shop, None, "2026-11-03")) == [f"#{first.id}", f"#{second.id}"]
    assert (await export(shop, "2026-11-04")).orders == 0
    assert (await shop.service.export.make(OTHER, None, None, OLIVIA)).bookings == 0


@pytest.mark.parametrize(
    "typed", ["yesterday", "2026-13-01", "0001-01-01", "9999-12-31", "=1", "1", "2026-11-31"]
)
async def test_what_is_no_date_is_said_so(shop: Shop, typed: str) -> None:
    with pytest.raises(UserError, match="not a date"):
        await export(shop, typed)
    with pytest.raises(UserError, match="not a date"):
        await export(shop, None, typed)


async def test_days_the_wrong_way_round_are_said_so(shop: Shop) -> None:
    with pytest.raises(UserError, match="before the first"):
        await export(shop, "2026-11-03", "2026-11-02")
