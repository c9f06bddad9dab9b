"""Words: both languages, plurals, money, and people's own text made harmless."""

from __future__ import annotations

import ast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cards import plain
from bot.errors import UserError
from bot.i18n import Catalog
from bot.money import Money, parse_money
from tests.i18n.source import ROOT

TEXTS = Catalog("en", ZoneInfo("UTC"))


@pytest.mark.parametrize(
    ("locale", "code"), [("zh-CN", "zh-CN"), ("zh-TW", "zh-CN"), ("en-GB", "en"), ("de", "en"), (None, "en")]
)
def test_each_client_gets_the_language_that_it_reads(locale: str | None, code: str) -> None:
    assert TEXTS.of(locale).code == code


def test_money_is_written_with_the_decimals_of_its_currency() -> None:
    t = TEXTS.of("en")

    assert [t.money(Money(9900, "CNY")), t.money(Money(500, "JPY")), t.money(Money(123450, "USD"))] == [
        "CN¥99.00",
        "¥500",
        "$1,234.50",
    ]


def test_an_error_is_told_in_the_reader_s_language() -> None:
    with pytest.raises(UserError) as refused:
        parse_money("ten", "USD")

    assert TEXTS.of("en").error(refused.value) == "“ten” is not a price. Write it like 19 or 19.90."
    assert "“ten”不是有效的价格" in TEXTS.of("zh-CN").error(refused.value)


def test_a_member_s_words_cannot_mention_format_or_reorder() -> None:
    shown = plain("**@everyone** [free](https://evil.example) `x` \u202etxt <@1>")

    assert "\u202e" not in shown
    assert "\\@everyone" in shown
    assert "](" not in shown.replace("\\]\\(", "")


def test_no_amount_in_an_error_is_written_before_its_reader_is_known() -> None:
    """A UserError is given Money; `Language.error` writes it with the sign and the marks of the reader's language."""
    written = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for folder in ("bot", "cogs")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "UserError(" in path.read_text("utf-8")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "UserError"
        if any(".decimal()" in ast.unparse(one.value) for one in node.keywords)
    ]

    assert written == []


@given(st.text(max_size=500))
def test_no_text_of_a_member_is_longer_than_allowed_or_holds_an_open_mark(words: str) -> None:
    shown = plain(words, 100)

    bare = shown.replace("\\\\", "")
    assert len(shown) <= 200
    assert all(
        bare[index - 1] == "\\" for index, character in enumerate(bare) if character in "*_~`|>#[]()<@:"
    )
