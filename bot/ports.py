"""What the core asks of a chat server, in types of our own; ids are integers.

Every call may raise RetryLater (the server did not answer) or NeedsAction (the owner must fix something).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from bot.cards import Card


@dataclass(frozen=True)
class Role:
    """A role of a guild; `dangerous` names permissions that no paid role may carry.

    `position` counts upwards from @everyone (0). No two roles share one here. Discord's own numbers
    may be equal; the older role is then the higher one.
    """

    id: int
    name: str
    position: int
    managed: bool
    everyone: bool
    dangerous: tuple[str, ...]


@dataclass(frozen=True)
class Person:
    """A member of a guild, as far as the core may know them.

    `powers` are dangerous permissions that channels grant to this person by name; only `ChatServer.member` tells them.
    """

    id: int
    bot: bool
    joined_at: datetime
    roles: frozenset[int]
    powers: tuple[str, ...] = ()


@dataclass(frozen=True)
class HistoryMessage:
    """A message from a channel's history: who wrote it and when, never what."""

    id: int
    channel_id: int
    author_id: int
    human: bool
    ordinary: bool  # an ordinary message or reply; not a join notice, pin notice or the like


@dataclass(frozen=True)
class Opened:
    """Who opened a thread or forum post, and when."""

    by: int
    at: datetime


@dataclass(frozen=True)
class MessageChannel:
    """A channel or thread with messages. `readable`: Lyceum may read its history. `opened` is set for threads."""

    id: int
    readable: bool
    opened: Opened | None


@dataclass(frozen=True)
class Voice:
    """Somebody in a voice channel; `listening`: neither deafened nor in the AFK channel."""

    user_id: int
    channel_id: int
    listening: bool


@dataclass(frozen=True)
class ServerEvent:
    """What Discord's scheduled event should say. With `channel_id` it is in that voice channel, otherwise at the address `place`."""

    name: str
    description: str
    starts_at: datetime
    ends_at: datetime
    channel_id: int | None
    place: str | None


class Delivery(Enum):
    """What became of a direct message."""

    SENT = "sent"
    CLOSED = "closed"  # the member does not take direct messages from us
    GONE = "gone"  # no longer in the server


class ChatServer(Protocol):
    """Discord, as the core uses it."""

    async def guild_ids(self) -> list[int]:
        """The guilds that Lyceum is in and can reach now."""
        ...

    def guild_name(self, guild_id: int) -> str | None:
        """What the guild is called, None while Discord does not show us the guild."""
        ...

    def owner_id(self, guild_id: int) -> int | None:
        """Who owns the guild, None while Discord does not show us the guild. No role ranks above its owner."""
        ...

    async def roles(self, guild_id: int) -> list[Role]:
        """All roles of the guild, lowest first."""
        ...

    async def own_top_position(self, guild_id: int) -> int:
        """Lyceum can give only roles below this position."""
        ...

    async def member(self, guild_id: int, user_id: int) -> Person | None:
        """The member with their roles as they are now, None when not in the guild."""
        ...

    def members(self, guild_id: int) -> AsyncIterator[Person]:
        """Everybody in the guild, page by page, lowest id first."""
        ...

    async def add_role(self, guild_id: int, user_id: int, role_id: int, reason: str) -> None:
        """Give a role; harmless when held already. `reason` goes to Discord's audit log."""
        ...

    async def remove_role(self, guild_id: int, user_id: int, role_id: int, reason: str) -> None:
        """Take a role; harmless when not held."""
        ...

    async def banned(self, guild_id: int, user_id: int) -> bool | None:
        """Is this person banned? None when Lyceum may not look (*Ban Members*)."""
        ...

    async def may_kick(self, guild_id: int) -> bool:
        """May Lyceum remove members (*Kick Members*)?"""
        ...

    async def kick(self, guild_id: int, user_id: int, reason: str) -> None:
        """Remove a member; harmless when they are gone. `reason` goes to Discord's audit log."""
        ...

    async def channel_named(self, guild_id: int, name: str) -> int | None:
        """The text channel of that name, case ignored."""
        ...

    def here_since(self, guild_id: int) -> datetime | None:
        """When Lyceum itself joined the guild, None while Discord does not show us the guild."""
        ...

    async def message_channels(self, guild_id: int, since: datetime) -> list[MessageChannel]:
        """Channels, active threads, and threads that were archived after `since`."""
        ...

    def voices(self, guild_id: int) -> list[Voice]:
        """Everybody in voice channels now, bots too."""
        ...

    def history(
        self, guild_id: int, channel_id: int, after: int, until: int
    ) -> AsyncIterator[HistoryMessage]:
        """Messages of a channel with after < id <= until, oldest first."""
        ...

    async def post(self, guild_id: int, channel_id: int, card: Card, *, key: str) -> int:
        """Post a card; the same `key` within a few minutes posts once (Discord's enforced nonce). Returns its id."""
        ...

    async def edit(self, guild_id: int, channel_id: int, message_id: int, card: Card) -> bool:
        """Replace the card of a message; False when the message is gone."""
        ...

    async def direct(self, guild_id: int, user_id: int, card: Card, *, key: str) -> Delivery:
        """Send a direct message to a member who asked for it."""
        ...

    async def edit_answer(self, token: str, card: Card) -> bool:
        """Change the answer to an interaction of the last 15 minutes; False when Discord no longer takes it."""
        ...

    async def create_event(self, guild_id: int, event: ServerEvent) -> int | None:
        """Make Discord's scheduled event; returns its id, None when its start has passed by Discord's clock.

        After a RetryLater ask `find_event`: the event may exist all the same.
        """
        ...

    async def find_event(self, guild_id: int, event: ServerEvent) -> int | None:
        """Our scheduled event with that name, start and place, if there is one."""
        ...

    async def cancel_event(self, guild_id: int, event_id: int) -> None:
        """Delete Discord's scheduled event; harmless when it is gone."""
        ...

    async def set_event_running(self, guild_id: int, event_id: int, running: bool) -> None:
        """Start or end Discord's scheduled event; harmless when it is so already, or gone."""
        ...

    async def in_voice(self, guild_id: int, channel_id: int) -> frozenset[int]:
        """The humans in a voice channel now."""
        ...

    async def posted(self, guild_id: int, channel_id: int, action: str, since: datetime) -> int | None:
        """Our own message since then with a button of that action: asked after a crash, before posting again."""
        ...
