"""discord.py, discord.js and hikari go through the same script, and people see the same."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp
import pytest

from sandbox.app import Sandbox
from tests.clients.programs import running
from tests.clients.steps import STEPS, ScriptedGuild

pytestmark = pytest.mark.thorough
LIBRARIES = ["discord.py", "discord.js", "hikari"]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, BaseException | None]:
    """What stopped each library, all of them at once: they mostly wait, each for its own sandbox."""
    folder = tmp_path_factory.mktemp("clients")

    async def all_of_them() -> list[BaseException | None]:
        return await asyncio.gather(*(perform(name, folder) for name in LIBRARIES), return_exceptions=True)

    return dict(zip(LIBRARIES, asyncio.run(all_of_them()), strict=True))


async def perform(library: str, folder: Path) -> None:
    """The whole script with one library's bot."""
    async with (
        Sandbox(folder / f"{library}.world") as sandbox,
        aiohttp.ClientSession(sandbox.url) as session,
        running(library, sandbox.url, folder) as program,
    ):
        guild = ScriptedGuild(session, program)
        for step in STEPS:
            try:
                await step(guild)
            except BaseException as error:
                error.add_note(f"{library} at {step.__name__}\n{program.log.read_text()[-3000:]}")
                raise


@pytest.mark.parametrize("library", LIBRARIES)
def test_script(library: str, outcomes: dict[str, BaseException | None]) -> None:
    stopped = outcomes[library]

    if stopped is not None:
        raise stopped


async def test_two_shards_share_the_servers(tmp_path: Path) -> None:
    async with (
        Sandbox(tmp_path / "world", identify_seconds=5.0) as sandbox,
        aiohttp.ClientSession(sandbox.url) as session,
        running("discord.js", sandbox.url, tmp_path, shards=2) as program,
    ):
        guild = ScriptedGuild(session, program)

        sessions = sandbox.hub.sessions()

        assert sorted(session.shard for session in sessions) == [(0, 2), (1, 2)]
        assert [session.has_guild(await guild.control.guild_id()) for session in sessions].count(True) == 1
        assert await guild.says("hello", name="Ann") == "Hello Ann"
