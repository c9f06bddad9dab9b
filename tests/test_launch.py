"""The two commands as a person meets them: start, stop, start again, start twice."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

import pytest

from bot.demo.people import People, words
from bot.demo.sandbox_process import find
from sandbox.app import Sandbox
from tests.community import ROOT, BotProcess, bot_in, bot_process

BARE = ("--empty", "--clock", "2026-11-02T08:00:00+00:00")


async def begin(folder: Path, *, port: str) -> tuple[int, str]:
    """Run run_bot.py until it ends: (exit code, what it said on stderr)."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LYCEUM_")}
    told = {"LYCEUM_DATA": str(folder), "LYCEUM_SANDBOX__PORT": port, "LYCEUM_WEB__PORT": "0"}
    one = await asyncio.create_subprocess_exec(
        sys.executable,
        str(ROOT / "run_bot.py"),
        *BARE,
        env=environment | told,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await asyncio.wait_for(one.communicate(), 60)
    return one.returncode or 0, said.decode()


async def test_it_answers_a_command_when_it_says_ready(tmp_path: Path) -> None:
    async with bot_process(tmp_path, *BARE) as bot:
        assert await bot.start()

        async with People(bot.sandbox) as people:
            answer = await people.slash("olivia", "membership plans")

        assert answer["state"] == "answered"
        assert words(answer["message"])


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.thorough)])
async def test_it_ends_with_its_sandbox_and_nothing_is_left_open(
    tmp_path: Path, number: signal.Signals
) -> None:
    async with bot_process(tmp_path, *BARE) as bot:
        assert await bot.start()
        async with People(bot.sandbox) as people:
            await people.say("olivia", "general", "Is this counted?")
        assert bot.running is not None

        bot.running.send_signal(number)
        code = await asyncio.wait_for(bot.running.wait(), 30)

        assert code == 0
        assert find(tmp_path / "sandbox") is None
        assert not (tmp_path / "sandbox" / "lyceum.db-wal").exists()


@pytest.mark.thorough
async def test_the_sandbox_outlives_a_killed_bot_and_is_joined_again(tmp_path: Path) -> None:
    async with bot_process(tmp_path, *BARE) as bot:
        await bot.start()
        first = bot.sandbox
        bot.kill()
        await bot.died()

        await bot.start()

        assert bot.sandbox == first
        assert await bot.stop() == 0
        assert find(tmp_path / "sandbox") is None


async def test_a_second_process_is_refused_with_75_and_changes_nothing(tmp_path: Path) -> None:
    async with bot_process(tmp_path, *BARE) as bot:
        await bot.start()

        code, said = await begin(tmp_path, port="0")

        assert code == 75
        assert "Another Lyceum is running" in said
        assert "Traceback" not in said
        assert (await bot.health())["ready"]


@pytest.mark.thorough
async def test_a_taken_port_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        code, said = await begin(tmp_path, port=str(port))

    assert code == 78
    assert f"could not start on port {port}" in said
    assert "Traceback" not in said


@pytest.mark.thorough
async def test_fresh_forgets_the_world(tmp_path: Path) -> None:
    async with bot_process(tmp_path, *BARE) as bot:
        await bot.start()
        async with People(bot.sandbox) as people:
            await people.say("olivia", "general", "Remember me")
        await bot.stop()

        anew = BotProcess(tmp_path, (*BARE, "--fresh"))
        await anew.start()
        async with People(anew.sandbox) as people:
            messages = await people.messages("general", "olivia")
        await anew.stop()

        assert [message["content"] for message in messages if message["content"]] == []


async def test_a_connection_given_up_for_good_is_noticed(tmp_path: Path) -> None:
    """After 4004 discord.py does not come back; nobody must then stay alive and deaf."""
    async with Sandbox(tmp_path / "world") as there, bot_in(there.url, tmp_path) as community:
        for session in there.hub._sessions.values():
            assert session.link is not None
            session.link.close(4004)

        await asyncio.wait_for(community.app.gateway_lost.wait(), 20)
