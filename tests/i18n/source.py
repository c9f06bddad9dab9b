"""Every text in the source that a person may read, found by reading the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ONE = {"t", "locale_str", "UserError", "PictureUnavailable", "phrase"}
"""Calls whose first argument is a source text (of NeedsAction it is the second). `phrase` marks one that is translated elsewhere."""


@dataclass(frozen=True)
class Found:
    """A source text: where it stands, its singular and its plural ("" without)."""

    place: str
    one: str
    many: str = ""


def texts() -> list[Found]:
    """All source texts of bot/ and cogs/."""
    return [found for found in _all() if isinstance(found, Found)]


def computed() -> list[str]:
    """Calls that translate something which is not a literal: nobody can translate those."""
    return [found for found in _all() if isinstance(found, str)]


@cache
def _all() -> tuple[Found | str, ...]:
    """What stands in the source, read once: a dozen tests ask."""
    return tuple(found for path in _files() for found in _in(path))


def _files() -> list[Path]:
    return sorted([*(ROOT / "bot").rglob("*.py"), *(ROOT / "cogs").rglob("*.py")])


def _in(path: Path) -> Iterator[Found | str]:
    if path == ROOT / "bot" / "i18n.py":  # it is the translator itself
        return
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        place = f"{path.relative_to(ROOT)}:{node.lineno}"
        name = (
            node.func.id
            if isinstance(node.func, ast.Name)
            else node.func.attr
            if isinstance(node.func, ast.Attribute)
            else ""
        )
        if name in ONE:
            yield from _literals(place, node.args[0])
        elif name == "NeedsAction":
            yield from _literals(place, node.args[1])
        elif name == "n" and len(node.args) >= 3:
            one, many = node.args[0], node.args[1]
            if isinstance(one, ast.Constant) and isinstance(many, ast.Constant):
                yield Found(place, str(one.value), str(many.value))
            else:
                yield place


def _literals(place: str, argument: ast.expr) -> Iterator[Found | str]:
    """A literal, or a choice between literals. A plain name is somebody's `phrase` (or `message`) passed on."""
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        yield Found(place, argument.value)
    elif isinstance(argument, ast.IfExp):
        yield from _literals(place, argument.body)
        yield from _literals(place, argument.orelse)
    elif not isinstance(argument, ast.Name | ast.Attribute | ast.Subscript):
        yield place
