"""The community that the tour is walked in, and `--pictures`, which writes the pictures of the documentation."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.stage import Process, process


def pytest_addoption(parser: pytest.Parser) -> None:
    """`python3 -m tests tests/tour --pictures`; look at each picture before you commit it."""
    parser.addoption("--pictures", action="store_true", help="write the pictures that docs/ show")


@pytest.fixture
def pictures(request: pytest.FixtureRequest) -> bool:
    """Are pictures wanted?"""
    return bool(request.config.getoption("--pictures", default=False))


@pytest.fixture
async def bot(lived: Path, tmp_path: Path) -> AsyncIterator[Process]:
    """The demo community that has lived its month, in a copy of its own."""
    shutil.copytree(lived / "sandbox", tmp_path / "sandbox")
    async with process(tmp_path) as one:
        yield one
