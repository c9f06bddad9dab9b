"""Fixtures for every test; `tests/community.py` says who the people are."""

from __future__ import annotations

import asyncio
import fcntl
import gc
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.ids import own_time
from tests.community import Community, bot_process, running_community

pytest_plugins = ["tests.judge.plugin", "tests.browser", "tests.lived_community"]


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """As many as there are processors, eight at most; none for a single file, which would only wait for its worker."""
    files = {argument.partition("::")[0] for argument in config.args}
    if len(files) == 1 and Path(*files).is_file():
        return 0
    ours = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    )  # not on a Mac
    return min(ours or 1, 8)


def pytest_collection_finish() -> None:
    """What is imported stays: the collector need not look through it again for every test."""
    gc.collect()
    gc.freeze()


@pytest.fixture
async def community(tmp_path: Path) -> AsyncIterator[Community]:
    """The demo community's people on Monday 2 November 2026, 08:00 UTC, with a bot that has just come."""
    async with running_community(tmp_path) as community:
        yield community


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a demo community that has lived its month, stopped. Copy it; do not change it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "lived"  # one for all workers

    async def play() -> None:
        async with bot_process(folder) as bot:
            assert await bot.start(patience=240)
            assert await bot.stop() == 0

    with (folder.parent / "lived.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "played").exists():
            folder.mkdir()
            asyncio.run(play())
            (folder / "played").touch()
    return folder


@pytest.fixture(autouse=True)
def _own_ids() -> Iterator[None]:
    """Ids never go back, so a test whose clock runs ahead would leave them ahead for those after it."""
    with own_time():
        yield
