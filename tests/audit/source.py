"""What the source writes into the audit log, and where it asks for entries, found by reading the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READERS = {"latest", "about"}


@dataclass(frozen=True)
class Call:
    """A call of `record`: where, and what it gives as the action."""

    place: str
    action: ast.expr | None


def records(source: str, place: str) -> Iterator[Call]:
    """Every call of `record` in this source."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "record":
            named = {keyword.arg: keyword.value for keyword in node.keywords}
            yield Call(f"{place}:{node.lineno}", named.get("action"))


def is_typed(action: ast.expr | None) -> bool:
    """A member of AuditAction, one of two, an entry of a table of them, or a variable that mypy knows to be one."""
    match action:
        case ast.Attribute(value=ast.Name(id="AuditAction")):
            return True
        case ast.IfExp(body=body, orelse=orelse):
            return is_typed(body) and is_typed(orelse)
        case ast.Subscript(value=ast.Name()) | ast.Name():
            return True
        case _:
            return False


def members(source: str) -> set[str]:
    """The names of the members of AuditAction that this source uses."""
    return {
        node.attr
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "AuditAction"
    }


def makes_actions(source: str) -> bool:
    """Is an AuditAction made of a text anywhere here?"""
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "AuditAction"
        for node in ast.walk(ast.parse(source))
    )


def readers(source: str) -> set[str]:
    """The functions here that ask for entries of the log, each with its class."""
    return set(_readers(ast.parse(source), ""))


def _readers(node: ast.AST, inside: str) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _readers(child, f"{inside}.{child.name}".lstrip("."))
            continue
        if _asks(child):
            yield inside
        yield from _readers(child, inside)


def _asks(node: ast.AST) -> bool:
    """By its name in the module; a function that is imported by itself asks wherever it stands."""
    match node:
        case ast.Attribute(value=ast.Name(id="reading"), attr=attr):
            return attr in READERS
        case (
            ast.ImportFrom(module="bot.audit.reading")
            | ast.Import(names=[ast.alias(name="bot.audit.reading")])
        ):
            return True
        case _:
            return False


def files() -> list[tuple[str, str]]:
    """(place, source) of bot/ and cogs/, but for the log itself."""
    found = sorted([*(ROOT / "bot").rglob("*.py"), *(ROOT / "cogs").rglob("*.py")])
    places = [(str(path.relative_to(ROOT)), path.read_text("utf-8")) for path in found]
    return [(place, source) for place, source in places if not place.startswith("bot/audit/")]
