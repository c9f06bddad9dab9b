"""A provider is its own business: outside its package and the registry nothing names it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.bootstrap.environment import ROOT
from bot.payments.registry import PROVIDERS
from tests.hygiene.tree import place, tracked

REGISTRY = "bot/payments/registry.py"
NAMED = re.compile(rf"(?<![^\W_])({'|'.join(PROVIDERS)})(?![^\W_])", re.IGNORECASE)
"""A provider's name as a word, or as a part of a name between underscores."""


def own(file: str) -> bool:
    """Is this a place where providers are named?"""
    return file == REGISTRY or any(file.startswith(f"bot/payments/{name}/") for name in PROVIDERS)


def naming(source: str) -> Iterator[str]:
    """Strings, names and imports of a source that name a provider. What explains (docstrings, comments) may do so."""
    tree = ast.parse(source)
    explaining = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        for word in _words(node):
            if id(node) not in explaining and NAMED.search(word):
                yield word


def _words(node: ast.AST) -> tuple[str, ...]:
    match node:
        case ast.Constant(value=str(text)):
            return (text,)
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.keyword(arg=str(name)):
            return (name,)
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return (name,)
        case ast.alias(name=name, asname=other):
            return (name, other or "")
        case ast.ImportFrom(module=str(module)):
            return (module,)
        case _:
            return ()


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ('way = "stripe"', ["stripe"]),
        ('t("At the till")', ["At the till"]),
        ("settings.payments.manual.valid_days", ["manual"]),
        ("from bot.payments.till import machine", ["bot.payments.till"]),
        ("STRIPE_MONTHS = 36", ["STRIPE_MONTHS"]),
        ('f"{way}: by Stripe"', [": by Stripe"]),
        ('"""Stripe asks for it."""', []),
        ("still_there = until(1)  # Stripe's rule", []),
        ("manually()", []),
    ],
)
def test_what_counts_as_naming(source: str, named: list[str]) -> None:
    assert list(naming(source)) == named


def test_nothing_outside_a_provider_s_package_names_it() -> None:
    files: list[Path] = [
        file for file in tracked(".py") if place(file).startswith(("bot/", "cogs/")) and not own(place(file))
    ]
    found = {(place(file), word) for file in files for word in naming(file.read_text("utf-8"))}
    found |= {("run_bot.py", word) for word in naming((ROOT / "run_bot.py").read_text("utf-8"))}

    assert len(files) > 100
    assert sorted(found) == []
