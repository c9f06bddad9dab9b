"""The demo community that has lived its month, for the tests that show it, and `--pictures`; see tests/conftest.py."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.community import BotProcess, bot_process


def pytest_addoption(parser: pytest.Parser) -> None:
    """`python3 -m tests tests/tour tests/cards -m "" --pictures`; look at each before you commit it."""
    parser.addoption("--pictures", action="store_true", help="write the pictures that docs/ show")


@pytest.fixture
def pictures(request: pytest.FixtureRequest) -> bool:
    """Are pictures wanted?"""
    return bool(request.config.getoption("--pictures"))


@pytest.fixture
async def bot(lived: Path, tmp_path: Path) -> AsyncIterator[BotProcess]:
    """That community in a copy of its own, its bot not yet started."""
    shutil.copytree(lived / "sandbox", tmp_path / "sandbox")
    async with bot_process(tmp_path) as bot:
        yield bot
