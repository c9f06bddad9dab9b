"""Fixtures for every test; `tests/stage.py` says who the people are."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.stage import Stage, staged

pytest_plugins = ["tests.judge.plugin"]


@pytest.fixture
async def community(tmp_path: Path) -> AsyncIterator[Stage]:
    """The demo community's people on Monday 2 November 2026, 08:00 UTC, with a bot that has just come."""
    async with staged(tmp_path) as stage:
        yield stage
