"""A sandbox in this process, and a real discord.py bot connected to it over loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from sandbox.app import Sandbox
from tests.sandbox.people import Bot, Control, signed_in


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    async with Sandbox(tmp_path / "world", answer_seconds=1.0) as running:
        yield running


@pytest.fixture
async def control(sandbox: Sandbox) -> AsyncIterator[Control]:
    async with aiohttp.ClientSession(sandbox.url) as session:
        yield Control(session)


@pytest.fixture
async def unlimited(tmp_path: Path) -> AsyncIterator[Control]:
    """The control side of a sandbox without rate limits."""
    async with (
        Sandbox(tmp_path / "world", limits=False) as there,
        aiohttp.ClientSession(there.url) as session,
    ):
        yield Control(session)


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[Bot]:
    async with signed_in(sandbox) as client:
        yield client
