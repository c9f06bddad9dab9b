"""Fixtures for every test; `tests/stage.py` says who the people are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.stage import Stage, process, staged

pytest_plugins = ["tests.judge.plugin"]


@pytest.fixture
async def community(tmp_path: Path) -> AsyncIterator[Stage]:
    """The demo community's people on Monday 2 November 2026, 08:00 UTC, with a bot that has just come."""
    async with staged(tmp_path) as stage:
        yield stage


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a demo community that has lived its month, stopped. Copy it; do not change it."""
    folder = tmp_path_factory.mktemp("lived")

    async def play() -> None:
        async with process(folder) as bot:
            assert await bot.start(patience=240)
            assert await bot.stop() == 0

    asyncio.run(play())
    return folder
