"""What domains bring is merged once, and `App.settled` says when it gave up."""

from __future__ import annotations

import ast
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import App, NotSettled, build
from bot.bootstrap.environment import ROOT
from bot.clock import SystemClock, real_now
from bot.db import Database
from bot.db.migrate import migrate
from bot.wiring import Timer, Wiring, merged
from bot.work import Job
from tests.community import settings


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    """A whole Lyceum that is built and not running."""
    chosen = settings(tmp_path)
    db = Database(chosen.folder / "lyceum.db")
    migrate(db.path, real_now())
    try:
        yield build(chosen, db, SystemClock())
    finally:
        await db.close()


async def done(job: Job) -> None:
    """A handler."""


async def beat() -> None:
    """A timer's call."""


def test_two_domains_cannot_do_the_same_work() -> None:
    one, other = Wiring(handlers={"tea.brew": done}), Wiring(handlers={"tea.brew": done})

    with pytest.raises(ValueError, match=r"two domains do the work tea\.brew"):
        merged(one, Wiring(), other)


def test_two_timers_cannot_share_a_name() -> None:
    one, other = Wiring(timers=(Timer(1, beat, "flush"),)), Wiring(timers=(Timer(2, beat, "flush"),))

    with pytest.raises(ValueError, match="flush"):
        merged(one, other)


def test_what_domains_bring_keeps_their_order() -> None:
    whole = merged(
        Wiring(handlers={"a": done}, on_clock_advanced=(beat,)),
        Wiring(handlers={"b": done}, timers=(Timer(1, beat, "flush"),)),
    )

    assert list(whole.handlers) == ["a", "b"]
    assert [timer.name for timer in whole.timers] == ["flush"]
    assert whole.on_clock_advanced == (beat,)


def kinds_in(file: Path, kinds: set[str]) -> list[list[str]]:
    """The kinds of work among the keys of each dict that the file spells out."""
    tables = [node for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Dict)]
    found = [[str(key.value) for key in table.keys if isinstance(key, ast.Constant)] for table in tables]
    return [here for keys in found if (here := [key for key in keys if key in kinds])]


async def test_a_kind_of_work_has_one_line_in_one_place(app: App) -> None:
    kinds = set(app.worker.handlers)
    files = [file for room in ("bot", "cogs", "tests") for file in sorted((ROOT / room).rglob("*.py"))]

    wired = [
        kind
        for file in files
        if file.name == "wiring.py"
        for table in kinds_in(file, kinds)
        for kind in table
    ]
    copies = [
        file.relative_to(ROOT).as_posix()
        for file in files
        if file.name != "wiring.py" and any(len(table) > 1 for table in kinds_in(file, kinds))
    ]

    assert sorted(wired) == sorted(kinds)
    assert copies == []


async def test_what_does_not_settle_says_what_is_open(app: App) -> None:
    async with app.db.write() as tx:
        await app.queue.enqueue_once(tx, "course.burn", 7, "1")  # nobody does this work, so it stays due

    with pytest.raises(NotSettled, match=r"still open after 3 rounds: \{'work_due': 1\}"):
        await app.settled(rounds=3)


async def test_control_with_nothing_to_do_it_is_settled(app: App) -> None:
    await app.settled(rounds=1)
