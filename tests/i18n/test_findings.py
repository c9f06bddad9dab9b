"""Every sentence about something that only the owner can mend gets the values that it names."""

from __future__ import annotations

import ast
import string

from tests.i18n.source import ROOT


def raised() -> list[tuple[str, str, set[str]]]:
    """(place, text, names of the values) of every NeedsAction in bot/ and cogs/."""
    return [
        (f"{path.relative_to(ROOT)}:{node.lineno}", text, {str(key.arg) for key in named})
        for folder in ("bot", "cogs")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "NeedsAction(" in path.read_text("utf-8")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        for text, named in _needs_action(node)
    ]


def _needs_action(call: ast.Call) -> list[tuple[str, list[ast.keyword]]]:
    match call:
        case ast.Call(
            func=ast.Name("NeedsAction"), args=[ast.Constant(), ast.Constant(str(text))], keywords=named
        ):
            return [(text, named)]
        case _:
            return []


def test_a_sentence_gets_the_values_that_it_names() -> None:
    found = raised()

    assert len(found) > 30
    assert [
        (place, text)
        for place, text, values in found
        if {name for _, name, _, _ in string.Formatter().parse(text) if name is not None} != values
    ] == []
