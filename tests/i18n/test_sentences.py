"""Sentences are joined by `Language.sentences` alone: a space between them is right in English only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest

from bot.courses.staff_cards import locked
from bot.courses.views import Opening
from bot.i18n import Catalog, Language
from bot.memberships.catalog.shop_view import ending
from bot.memberships.model import ExpiryAction, Terms
from tests.courses.school import FakeOffer
from tests.i18n.source import ROOT
from tests.memberships.reading import shown

TEXTS = Catalog("en", ZoneInfo("UTC"))
EN, ZH = TEXTS.of("en-GB"), TEXTS.of("zh-CN")

NO_SENTENCES = {
    ("bot/insight/metrics/engagement.py", "arithmetic(t, period)"),  # a sum, and “(exactly)” behind it
    ("bot/courses/cards.py", "_share"),  # a bar, and how much of it is done
    ("bot/insight/charts.py", "figure(t, week.own.engagement, RATIO)"),  # a week and its figure
    ("bot/memberships/backoffice/detail_cards.py", "_signed(t, side.delta)"),  # an account and its amount
    ("cogs/help.py", "t(command.description)"),  # a command's name, and what it does
}
"""(file, a part of the expression): joined by a space, and no two sentences."""


def said(node: ast.expr) -> bool:
    """Is this words for a reader: `t(…)`, `t.n(…)`, or something that was given `t`?"""
    if isinstance(node, ast.FormattedValue):
        node = node.value
    if isinstance(node, ast.IfExp):
        return said(node.body) or said(node.orelse)
    if not isinstance(node, ast.Call):
        return False
    called = node.func.value if isinstance(node.func, ast.Attribute) else node.func
    named_t = isinstance(called, ast.Name) and called.id == "t" and ast.unparse(node.func) in {"t", "t.n"}
    return named_t or any(isinstance(one, ast.Name) and one.id == "t" for one in node.args)


def glue(node: ast.expr) -> bool:
    """Is this what stands between or behind two English sentences?"""
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.rstrip() in {"", ".", ","}
        and node.value != ""
        and "\n" not in node.value
    )


def parts(node: ast.expr) -> list[ast.expr]:
    """What an f-string or a sum of texts consists of, in order."""
    if isinstance(node, ast.JoinedStr):
        return list(node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [*parts(node.left), *parts(node.right)]
    return [node]


def glued(source: str) -> Iterator[str]:
    """Every expression that joins words for a reader by a space or a Latin mark."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "' '.join":
            if any(said(one) for one in ast.walk(node) if isinstance(one, ast.Call) and one is not node):
                yield ast.unparse(node)
            continue
        if not isinstance(node, ast.JoinedStr | ast.BinOp):
            continue
        pieces = [False, *map(said, spread := parts(node)), False]
        if any(glue(piece) and (pieces[at] or pieces[at + 2]) for at, piece in enumerate(spread)):
            yield ast.unparse(node)


def test_no_sentences_are_joined_by_hand() -> None:
    found = [
        (str(path.relative_to(ROOT)), expression)
        for folder in ("bot", "cogs")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for expression in glued(path.read_text("utf-8"))
    ]

    assert [
        one for one in found if not any(one[0] == path and part in one[1] for path, part in NO_SENTENCES)
    ] == []


@pytest.mark.parametrize(
    "expression",
    [
        '" ".join(part for part in (t("One."), then) if part)',
        't("One.") + " " + t("Two.")',
        'f"{why(t, order)} {back}"',
        'f"**{title}**: {opened_by(t, tiers)}."',
        't("One.") + ("" if may else " " + t("Two."))',
    ],
)
def test_control_joined_by_hand_is_seen(expression: str) -> None:
    assert list(glued(expression)) != []


def test_a_space_between_sentences_is_english() -> None:
    assert EN.sentences("One.", None, "Two.") == "One. Two."
    assert ZH.sentences("一。", None, "二。") == "一。二。"


@pytest.mark.parametrize(
    ("terms", "english", "chinese"),
    [
        (
            Terms(version=1, roles=(5,), grace_days=3),
            "At the end the roles stay 3 more days. Then the roles are taken.",
            "到期后身份组再保留 3 天。之后收回身份组。",
        ),
        (
            Terms(version=1, roles=(5,), grace_days=1, after=ExpiryAction.FALLBACK, after_role_id=6),
            "At the end the roles stay 1 more day. Then <@&6> takes their place.",
            "到期后身份组再保留 1 天。之后换成 <@&6>。",
        ),
    ],
)
def test_the_end_of_a_membership_is_told_in_sentences(terms: Terms, english: str, chinese: str) -> None:
    assert (ending(EN, terms), ending(ZH, terms)) == (english, chinese)


@pytest.mark.parametrize(
    ("t", "told"),
    [
        (EN, "**Knots**: opens with Pro · sold on its own: 29 coins once, for ever."),
        (ZH, "**Knots**：Pro 会员可学 · 单独购买：29 coins once, for ever。"),
    ],
    ids=["en", "zh-CN"],
)
def test_the_answer_to_a_lock_ends_as_its_language_does(t: Language, told: str) -> None:
    opening = Opening("Knots", ("Pro",), (FakeOffer(29),))

    assert shown(locked(t, opening)).splitlines()[0] == told
