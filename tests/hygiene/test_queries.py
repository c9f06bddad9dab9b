"""Statements are run by stores alone, so that whoever asks what a table is used for reads one file a domain."""

from __future__ import annotations

import ast
import fnmatch

from tests.hygiene.tree import place, text_of, tracked

RUNS = {"execute", "exec_driver_sql", "executemany", "executescript", "scalar", "scalars", "stream"}
"""What a connection does with a statement. (A result's `scalar()` and `scalars()` take nothing.)"""

STORES = ["*/store.py", "*/store/*.py", "*_store.py", "bot/db/*.py"]
EXCEPTIONS = {
    "bot/all_tables.py": "asks every table at once, so it belongs to no domain's store",
    "sandbox/rest/followups.py": "`webhooks.execute` is Discord's name for posting through a webhook",
    "sandbox/world/names.py": "the sandbox's index of names, beside its store",
    "sandbox/world/messages.py": "the sandbox's messages, beside its store",
}


def run_in(text: str) -> list[int]:
    """The lines of a source at which a statement is run."""
    return sorted(
        node.lineno
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in RUNS
        and node.args
    )


def outside_stores() -> dict[str, list[int]]:
    """Files that run statements and are no stores, with the lines."""
    files = {place(file): text_of(file) for file in tracked(".py")}
    return {
        name: lines
        for name, text in files.items()
        if name.startswith(("bot/", "cogs/", "sandbox/", "run_bot"))
        and not any(fnmatch.fnmatch(name, store) for store in STORES)
        and (lines := run_in(text))
    }


def test_only_stores_run_statements() -> None:
    assert {name: lines for name, lines in outside_stores().items() if name not in EXCEPTIONS} == {}


def test_every_exception_is_still_one() -> None:
    assert sorted(EXCEPTIONS.keys() - outside_stores().keys()) == []


def test_a_statement_is_seen() -> None:
    source = "await tx.execute(select(event))\nrows.scalars()\ndb.exec_driver_sql('x', rows)"

    assert run_in(source) == [1, 3]
