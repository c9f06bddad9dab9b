"""Counting messages before discord.py makes objects of them: about twice as many per second (benchmarks/ingest.py).

It takes the place of the library's MESSAGE_CREATE parser, which is private to it. Therefore: a switch
(`activity.shortcut`), a self-test against the library's own reading at start, and the way back: when the
test or any message fails, the library's parser is put back and `on_message` counts.
While ours is in place, nobody gets `on_message`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import discord
import structlog

from bot.discord.guild import ORDINARY

Parser = Callable[[Any], None]
_ORDINARY = frozenset(kind.value for kind in ORDINARY)

log = structlog.get_logger(__name__)


class CountedMessage(NamedTuple):
    """What counting needs to know of a message."""

    guild_id: int
    channel_id: int
    message_id: int
    user_id: int
    human: bool
    ordinary: bool


def from_library(message: discord.Message) -> CountedMessage | None:
    """The message as discord.py reads it; None outside of a server."""
    if message.guild is None:
        return None
    human = not message.author.bot and message.webhook_id is None
    ids = message.guild.id, message.channel.id, message.id, message.author.id
    return CountedMessage(*ids, human, message.type in ORDINARY)


def from_payload(data: Any) -> CountedMessage | None:
    """The message as Discord sends it; None outside of a server."""
    if "guild_id" not in data:
        return None
    author = data["author"]
    human = not author.get("bot") and "webhook_id" not in data
    ids = int(data["guild_id"]), int(data["channel_id"]), int(data["id"]), int(author["id"])
    return CountedMessage(*ids, human, data["type"] in _ORDINARY)


def install(
    client: discord.Client, count: Callable[[CountedMessage], None], connected: Callable[[], None]
) -> bool:
    """Put our parser in place of the library's: it counts each message and makes no object of it.

    `connected` is called when a new session begins, before its first message. False when the self-test fails;
    then nothing is changed.
    """
    parsers: dict[str, Parser] = client._connection.parsers
    if not self_test(client):
        log.warning("messages are counted the long way: the short cut does not fit this discord.py")
        return False
    library_create, library_ready = parsers["MESSAGE_CREATE"], parsers["READY"]

    def create(data: Any) -> None:
        try:
            message = from_payload(data)
            if message is not None:
                count(message)
        except Exception:
            log.exception("a message could not be counted the short way; from now on the long way")
            parsers["MESSAGE_CREATE"], parsers["READY"] = library_create, library_ready
            library_create(data)

    def begin(data: Any) -> None:
        connected()
        library_ready(data)

    parsers["MESSAGE_CREATE"], parsers["READY"] = create, begin
    return True


def self_test(client: discord.Client) -> bool:
    """Whether discord.py reads the same from the samples as `from_payload` does."""
    state: Any = client._connection
    dispatched: list[Any] = []
    dispatch = state.dispatch

    def record(event: str, *arguments: object) -> None:
        dispatched.append((event, *arguments))

    try:
        state.dispatch = record
        state._add_guild(discord.Guild(data=_GUILD, state=state))
        for sample in SAMPLES:
            dispatched.clear()
            state.parsers["MESSAGE_CREATE"](dict(sample))
            [(event, message)] = dispatched
            if event != "message" or from_library(message) != from_payload(sample):
                return False
    except Exception:
        log.exception("the short cut could not be tried")
        return False
    finally:
        state.dispatch = dispatch
        state._guilds.pop(_ID, None)
    return True


_ID = 1
_GUILD: Any = {"id": "1", "name": "Sample", "roles": [], "channels": [], "unavailable": True}
_AUTHOR: Any = {"id": "4", "username": "ann", "discriminator": "0", "global_name": None, "avatar": None}
_MESSAGE: dict[str, Any] = {
    "id": "3",
    "channel_id": "2",
    "guild_id": "1",
    "type": 0,
    "content": "",
    "author": _AUTHOR,
    "flags": 0,
    "timestamp": "2026-11-02T08:00:00.000000+00:00",
    "edited_timestamp": None,
    "tts": False,
    "pinned": False,
    "mention_everyone": False,
    "mentions": [],
    "mention_roles": [],
    "attachments": [],
    "embeds": [],
    "components": [],
    "member": {
        "roles": [],
        "joined_at": "2026-01-01T00:00:00.000000+00:00",
        "deaf": False,
        "mute": False,
        "flags": 0,
    },
}
SAMPLES: tuple[dict[str, Any], ...] = (
    _MESSAGE,
    {**_MESSAGE, "type": 19},
    {**_MESSAGE, "type": 7},
    {**_MESSAGE, "type": 21},
    {**_MESSAGE, "author": {**_AUTHOR, "bot": True}},
    {**{key: value for key, value in _MESSAGE.items() if key != "member"}, "webhook_id": "4"},
)
"""An ordinary message, a reply, a join notice, a thread's starter message, a bot's message, a webhook's."""
