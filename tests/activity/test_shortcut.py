"""Counting in place of the library's parser: the same counts, and the way back when it does not fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import discord

from bot.discord import fast_path
from tests.activity.test_sandbox import counted
from tests.community import running_community


class Listener(discord.Client):
    """A client that notes what the library dispatches to it."""

    def __init__(self) -> None:
        flags = discord.MemberCacheFlags.none()
        super().__init__(intents=discord.Intents.default(), max_messages=None, member_cache_flags=flags)
        self.told: list[str] = []

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        self.told.append(event)


def nothing(*_: object) -> None:
    """Whatever happens, nobody looks."""


async def test_it_reads_every_sample_as_this_discord_py_does() -> None:
    one = Listener()

    assert fast_path.self_test(one)
    assert not one.guilds


async def test_a_library_that_reads_otherwise_keeps_its_parser() -> None:
    one = Listener()
    parsers = one._connection.parsers
    theirs = parsers["MESSAGE_CREATE"]

    def otherwise(data: Any) -> None:
        theirs({**data, "channel_id": "77"})

    parsers["MESSAGE_CREATE"] = otherwise

    assert not fast_path.install(one, nothing, nothing)
    assert parsers["MESSAGE_CREATE"] is otherwise


async def test_a_message_that_does_not_fit_is_read_by_the_library_from_then_on() -> None:
    one = Listener()
    heard: list[fast_path.CountedMessage] = []
    theirs = one._connection.parsers["MESSAGE_CREATE"]
    assert fast_path.install(one, heard.append, nothing)

    one._connection.parsers["MESSAGE_CREATE"](dict(fast_path.SAMPLES[0]))
    one._connection.parsers["MESSAGE_CREATE"]({**fast_path.SAMPLES[0], "type": []})

    assert len(heard) == 1
    assert one.told == ["message"]
    assert one._connection.parsers["MESSAGE_CREATE"] is theirs


async def test_the_short_way_counts_the_same_through_the_socket(tmp_path: Path) -> None:
    async with running_community(tmp_path, ACTIVITY__SHORTCUT="true") as community:
        for n in range(30):
            await community.say("ann", "general", f"Number {n}")
        await community.thread("bob", "general", "And a thread")

        found = await counted(community)

        assert (found.messages, found.threads) == (30, 1)
        assert (
            community.app.client._connection.parsers["MESSAGE_CREATE"].__module__ == "bot.discord.fast_path"
        )
