from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.i18n import Catalog
from tests.memberships.shop import Shop, opened


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    """An empty shelf on Monday, 2 November 2026."""
    async with opened(tmp_path) as shop:
        yield shop


@pytest.fixture
def texts() -> Catalog:
    """English and Chinese."""
    return Catalog("en", ZoneInfo("UTC"))
