"""Actions of buttons and selects: declared once, read as they were written, and old ones for ever."""

from __future__ import annotations

import ast
import re
from typing import Any

import pytest

from bot.actions import NUMBER, WORD, Action, ButtonAction, SelectAction, arguments, optional, split
from bot.bootstrap.environment import ROOT
from bot.errors import UserError
from bot.insight.actions import EXPLAIN_WEEK, PICK_FIGURE
from bot.memberships.backoffice.actions import SHOW_ORDER, TURN_ORDERS
from bot.memberships.membership_actions import BUY, CONFIRM_CHANGE, AtPrice, ChangeDraft, OfTier
from bot.memberships.model import OrderStatus
from tests.discord.declared import actions, declarations
from tests.discord.stored import BUTTONS, OPTIONS, PROMISED

PAIR = ButtonAction("page.pair", arguments(WORD, optional(NUMBER)))
LARGEST = 2**63 - 1


def declared(name: str) -> Action[*tuple[Any, ...]]:
    return actions()[name]


def test_every_action_is_declared_once_and_in_a_file_for_actions() -> None:
    names = [name for _, _, name in declarations()]

    assert len(names) > 35
    assert len(names) == len(set(names))
    assert {file for file, _, _ in declarations() if not re.search(r"(/|_)actions\.py$", file)} == set()


def test_a_select_is_known_by_its_name() -> None:
    """A test of who may do what, and people who read custom ids, go by it."""
    for name, action in actions().items():
        assert name.startswith("pick.") is isinstance(action, SelectAction), name


@pytest.mark.parametrize("custom_id", BUTTONS)
def test_a_button_on_a_card_that_exists_means_what_it_meant(custom_id: str) -> None:
    action = declared(split(custom_id)[0])

    assert isinstance(action, ButtonAction)
    assert action.decode(custom_id) == BUTTONS[custom_id]
    assert action.encode(*BUTTONS[custom_id]) == custom_id, "and new cards say it in the same words"


@pytest.mark.parametrize(("select", "value"), OPTIONS)
def test_an_option_on_a_card_that_exists_means_what_it_meant(select: str, value: str) -> None:
    action = declared(select)

    assert isinstance(action, SelectAction)
    assert action.decode(value) == OPTIONS[select, value]
    assert action.value(*OPTIONS[select, value]) == value


def test_every_action_has_a_card_that_exists() -> None:
    """A new action gets its line in stored.py with the version that brings it."""
    known = {split(custom_id)[0] for custom_id in BUTTONS} | {select for select, _ in OPTIONS}

    assert known == set(actions())


@pytest.mark.parametrize(
    "custom_id",
    [
        "order.show",
        "order.show:",
        "order.show:x",
        "order.show:1:2",
        "order.show:1.5",
        "order.show:٣",  # an Arabic digit, which int() would take
        f"order.show:{2**63}",
        "order.show:" + "9" * 80,
        "order.page:1:0:-",
        "order.page:1:0:sold:0",
        "order.page:1:0:-:0:0",
        "order.done:../x",
        "access.repair:some",
        "membership.buy:",
        "membership.buy:px",
        "membership.buy:p1:",
        "membership.remind:1",
        "course.open:1.2.3",
        "course.module:1.2",
        "event.going:1:x",
        "stats.explain:2026-W60",
        "stats.explain:x",
        "membership.confirm:n.1.1.1.1",
        "membership.confirm:x.1.1.1.1.1",
    ],
)
def test_what_nobody_wrote_is_told_apart(custom_id: str) -> None:
    action = declared(split(custom_id)[0])
    assert isinstance(action, ButtonAction)

    with pytest.raises(UserError, match="older version"):
        action.decode(custom_id)


def test_a_custom_id_is_never_cut() -> None:
    assert len(PAIR.encode("x" * 88, 1)) == 100

    with pytest.raises(ValueError, match="101 characters"):
        PAIR.encode("x" * 89, 1)


@pytest.mark.parametrize("word", ["", "a:b", "a b", "ü", "x\n"])
def test_a_word_that_would_be_read_as_something_else_is_refused_when_it_is_written(word: str) -> None:
    with pytest.raises(ValueError):
        PAIR.encode(word, None)


def test_the_longest_arguments_fit() -> None:
    draft = ChangeDraft(LARGEST, LARGEST, PROMISED.now, PROMISED.at, 10**14, 10**10)

    assert len(CONFIRM_CHANGE.encode(draft, "provider")) <= 100
    assert len(TURN_ORDERS.encode(10**6, LARGEST, OrderStatus.CANCELLED, LARGEST)) <= 100
    assert SHOW_ORDER.decode(SHOW_ORDER.encode(LARGEST)) == (LARGEST,)


def test_a_tier_and_a_price_of_the_same_id_are_two_things() -> None:
    assert BUY.decode(BUY.encode(OfTier(7), None)) == (OfTier(7), None)
    assert BUY.decode(BUY.encode(AtPrice(7), None)) == (AtPrice(7), None)


def test_actions_of_one_domain_do_not_read_each_other_s_custom_ids() -> None:
    with pytest.raises(ValueError, match=r"not order\.show"):
        SHOW_ORDER.decode("order.paid:1")
    assert EXPLAIN_WEEK.name != PICK_FIGURE.name


def test_no_card_writes_a_custom_id_by_hand() -> None:
    by_hand = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for folder in ("bot", "cogs")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if re.search(r"\b(Button|Select)\(", path.read_text("utf-8"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(_action(node), ast.Constant | ast.JoinedStr)
    ]

    assert by_hand == []


def test_control_a_custom_id_by_hand_would_be_seen() -> None:
    for source in (
        'Button("Go", f"page.go:{id_}")',
        'Button("Go", action="page.go")',
        'Select("pick.x", "", ())',
    ):
        [call] = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
        assert isinstance(_action(call), ast.Constant | ast.JoinedStr)


def _action(call: ast.Call) -> ast.expr | None:
    """The action of a button or a select, as it stands in the source."""
    place = {"Button": 1, "Select": 0}.get(call.func.id) if isinstance(call.func, ast.Name) else None
    if place is None:
        return None
    named = [key.value for key in call.keywords if key.arg == "action"]
    return named[0] if named else call.args[place] if len(call.args) > place else None
