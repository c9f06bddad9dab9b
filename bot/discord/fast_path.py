"""Counting messages before discord.py makes objects of them: about twice as many per second (benchmarks/ingest.py).

It takes the place of the library's MESSAGE_CREATE parser, which is private to it. Therefore: a switch
(`activity.shortcut`), a self-test against the library's own reading at start, and the way back: when the
test or any message fails, the library's parser stands in its place again and `on_message` counts.
While it is in place nobody gets `on_message`.
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


class FastPathEvents(NamedTuple):
    """What is looked at of a message."""

    guild_id: int
    channel_id: int
    message_id: int
    user_id: int
    human: bool
    ordinary: bool


def heard(message: discord.Message) -> FastPathEvents | None:
    """As discord.py reads it; None outside of a server."""
    if message.guild is None:
        return None
    human = not message.author.bot and message.webhook_id is None
    ids = message.guild.id, message.channel.id, message.id, message.author.id
    return FastPathEvents(*ids, human, message.type in ORDINARY)


def read(data: Any) -> FastPathEvents | None:
    """As Discord sends it."""
    if "guild_id" not in data:
        return None
    author = data["author"]
    human = not author.get("bot") and "webhook_id" not in data
    ids = int(data["guild_id"]), int(data["channel_id"]), int(data["id"]), int(author["id"])
    return FastPathEvents(*ids, human, data["type"] in _ORDINARY)


def take(
    client: discord.Client, count: Callable[[FastPathEvents], None], connected: Callable[[], None]
) -> bool:
    """Count messages at once; `connected` is called at once too when a new session begins, before its first message.

    False, and nothing is changed, when the self-test fails.
    """
    parsers: dict[str, Parser] = client._connection.parsers
    if not agrees(client):
        log.warning("messages are counted the long way: the short cut does not fit this discord.py")
        return False
    theirs, ready = parsers["MESSAGE_CREATE"], parsers["READY"]

    def create(data: Any) -> None:
        try:
            message = read(data)
            if message is not None:
                count(message)
        except Exception:
            log.exception("a message could not be counted the short way; from now on the long way")
            parsers["MESSAGE_CREATE"], parsers["READY"] = theirs, ready
            theirs(data)

    def begin(data: Any) -> None:
        connected()
        ready(data)

    parsers["MESSAGE_CREATE"], parsers["READY"] = create, begin
    return True


def agrees(client: discord.Client) -> bool:
    """Whether the library, given the samples, reads the same of them as we do."""
    state: Any = client._connection
    told: list[Any] = []
    dispatch = state.dispatch

    def note(event: str, *arguments: object) -> None:
        told.append((event, *arguments))

    try:
        state.dispatch = note
        state._add_guild(discord.Guild(data=_GUILD, state=state))
        for sample in SAMPLES:
            told.clear()
            state.parsers["MESSAGE_CREATE"](dict(sample))
            [(event, message)] = told
            if event != "message" or heard(message) != read(sample):
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
"""An ordinary message, a reply, a notice, a thread's starter, a bot's, a webhook's."""
