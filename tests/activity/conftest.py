"""A server to count, and a database for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.db import Database
from tests.activity.counting import CountedServer, database


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    async with database(tmp_path) as one:
        yield one


@pytest.fixture
def server() -> CountedServer:
    return CountedServer()
