"""Calls and signatures that a reader would have to count through: many arguments without a name."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.hygiene.tree import place, tracked

FEW = 6
"""So many fields or parameters may be given by position."""

TOO_MANY = 8
"""So many arguments of one call are given by position only where they are a list: see LISTS."""

LISTS = {
    "Container": "the blocks of a message",
    "Table": "columns and constraints",
    "card": "the blocks of a message",
    "create_subprocess_exec": "a command line",
    "create_table": "columns and constraints",
    "merged": "what the domains bring",
    "one_of": "alternatives",
    "pack": "the values of a struct's format",
    "returning": "columns",
    "select": "columns",
}
"""Functions whose arguments are a list of like things, and of what."""


def long_calls(source: str) -> Iterator[tuple[int, str, int]]:
    """(line, function, count) of each call with too many arguments by position."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and len(node.args) >= TOO_MANY:
            name = _last(node.func)
            if name not in LISTS:
                yield node.lineno, name, len(node.args)


def long_signatures(source: str) -> Iterator[tuple[int, str, int]]:
    """(line, name, count) of dataclasses and functions that take more than a few by position.

    Slash commands and fixtures are called by name anyway, by discord.py and pytest.
    """
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.ClassDef() if (by_position := _fields(node)) > FEW:
                yield node.lineno, node.name, by_position
            case ast.FunctionDef() | ast.AsyncFunctionDef() if not _called_by_name(node):
                parameters = [*node.args.posonlyargs, *node.args.args]
                count = len([one for one in parameters if one.arg not in ("self", "cls")])
                if count > FEW:
                    yield node.lineno, node.name, count
            case _:
                pass


def sources() -> Iterator[Path]:
    """Where the rule holds."""
    for file in tracked(".py"):
        if place(file).startswith(("bot/", "cogs/", "sandbox/", "tests/")):
            yield file


def _fields(node: ast.ClassDef) -> int:
    """How many fields of a dataclass can be given by position; 0 for another class."""
    texts = [ast.unparse(one) for one in node.decorator_list]
    if not any("dataclass" in text for text in texts) or any("kw_only=True" in text for text in texts):
        return 0
    declared = [ast.unparse(one) for one in node.body if isinstance(one, ast.AnnAssign)]
    return len([one for one in declared if "ClassVar" not in one and "init=False" not in one])


def _called_by_name(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    texts = [ast.unparse(one) for one in node.decorator_list]
    return node.name.startswith("test_") or any("command(" in text or "fixture" in text for text in texts)


def _last(function: ast.expr) -> str:
    match function:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ast.unparse(function)
