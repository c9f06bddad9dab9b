"""Every action that a domain declares, found by reading the source."""

from __future__ import annotations

import ast
import functools
import importlib
from pathlib import Path
from typing import Any

from bot.actions import Action
from bot.bootstrap.environment import ROOT


@functools.cache
def declarations() -> list[tuple[str, str, str]]:
    """(file, variable, name of the action) of everything that is made a ButtonAction or SelectAction in bot/ and cogs/."""
    return [
        found
        for folder in ("bot", "cogs")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if path != ROOT / "bot" / "actions.py" and "Action(" in path.read_text("utf-8")
        for found in _in(path)
    ]


@functools.cache
def actions() -> dict[str, Action[*tuple[Any, ...]]]:
    """The declared actions by name."""
    found: dict[str, Action[*tuple[Any, ...]]] = {}
    for file, variable, name in declarations():
        found[name] = getattr(importlib.import_module(file.removesuffix(".py").replace("/", ".")), variable)
    return found


def _in(path: Path) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Assign(
                targets=[ast.Name(variable)],
                value=ast.Call(
                    func=ast.Name("ButtonAction" | "SelectAction"), args=[ast.Constant(str(name)), *_]
                ),
            ):
                found.append((str(path.relative_to(ROOT)), variable, name))
            case _:
                pass
    return found
