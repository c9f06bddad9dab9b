"""Counting in place of the library's parser: the same counts, and the way back when it does not fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import discord

from bot.discord import shortcut
from tests.activity.test_sandbox import counted
from tests.stage import staged


def client() -> discord.Client:
    flags = discord.MemberCacheFlags.none()
    return discord.Client(intents=discord.Intents.default(), max_messages=None, member_cache_flags=flags)


def nothing(*_: object) -> None:
    """Whatever happens, nobody looks."""


async def test_it_reads_every_sample_as_this_discord_py_does() -> None:
    one = client()

    assert shortcut.agrees(one)
    assert not one.guilds


async def test_a_library_that_reads_otherwise_keeps_its_parser() -> None:
    one = client()
    parsers = one._connection.parsers
    theirs = parsers["MESSAGE_CREATE"]

    def otherwise(data: Any) -> None:
        theirs({**data, "channel_id": "77"})

    parsers["MESSAGE_CREATE"] = otherwise

    assert not shortcut.take(one, nothing, nothing)
    assert parsers["MESSAGE_CREATE"] is otherwise


async def test_a_message_that_does_not_fit_is_read_by_the_library_from_then_on() -> None:
    one = client()
    heard: list[shortcut.Heard] = []
    theirs = one._connection.parsers["MESSAGE_CREATE"]
    assert shortcut.take(one, heard.append, nothing)
    told: list[str] = []

    def note(event: str, *_: object) -> None:
        told.append(event)

    one._connection.dispatch = note

    one._connection.parsers["MESSAGE_CREATE"](dict(shortcut.SAMPLES[0]))
    one._connection.parsers["MESSAGE_CREATE"]({**shortcut.SAMPLES[0], "type": []})

    assert len(heard) == 1
    assert told == ["message"]
    assert one._connection.parsers["MESSAGE_CREATE"] is theirs


async def test_the_short_way_counts_the_same_through_the_socket(tmp_path: Path) -> None:
    async with staged(tmp_path, ACTIVITY__SHORTCUT="true") as stage:
        for n in range(30):
            await stage.say("ann", "general", f"Number {n}")
        await stage.thread("bob", "general", "And a thread")

        found = await counted(stage)

        assert (found.messages, found.threads) == (30, 1)
        assert stage.app.client._connection.parsers["MESSAGE_CREATE"].__module__ == "bot.discord.shortcut"
