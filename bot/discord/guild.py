"""The ChatServer port over discord.py. Discord's errors become RetryLater or NeedsAction."""

from __future__ import annotations

import contextlib
import hashlib
import io
from collections.abc import AsyncIterator, Generator, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import discord
from discord.http import Route

from bot.cards import Card
from bot.discord import channels
from bot.discord.client import Client
from bot.discord.components import files, view
from bot.discord.permissions import dangers, granted_by_channels, granted_by_name
from bot.errors import NeedsAction, RetryLater
from bot.ids import snowflake_at
from bot.ports import Delivery, HistoryMessage, MessageChannel, Person, Role, ServerEvent, Voice

UNKNOWN = {10003, 10004, 10007, 10008, 10011, 10013, 10070}  # Discord's "Unknown …" codes
ORDINARY = {discord.MessageType.default, discord.MessageType.reply}  # a thread's starter message is a copy


class DiscordServer:
    """ChatServer over a Client. It needs no cache: members and messages are fetched when needed."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def guild_ids(self) -> list[int]:
        return [guild.id for guild in self._client.guilds if not guild.unavailable]

    def guild_name(self, guild_id: int) -> str | None:
        guild = self._client.get_guild(guild_id)
        return guild.name if guild else None

    def owner_id(self, guild_id: int) -> int | None:
        guild = self._client.get_guild(guild_id)
        return guild.owner_id if guild else None

    async def roles(self, guild_id: int) -> list[Role]:
        guild = self._guild(guild_id)
        by_channels = granted_by_channels(guild)
        return [
            _role(role, rank, by_channels.get(role.id, ())) for rank, role in enumerate(sorted(guild.roles))
        ]

    async def own_top_position(self, guild_id: int) -> int:
        guild = self._guild(guild_id)
        me = await self.member(guild_id, self._me())
        held = me.roles if me else frozenset[int]()
        return max((rank for rank, role in enumerate(sorted(guild.roles)) if role.id in held), default=0)

    async def member(self, guild_id: int, user_id: int) -> Person | None:
        with map_errors():
            try:
                member = await self._guild(guild_id).fetch_member(user_id)
            except discord.NotFound:
                return None
        return replace(_person(member), powers=granted_by_name(self._guild(guild_id), user_id))

    async def members(self, guild_id: int) -> AsyncIterator[Person]:
        guild = self._guild(guild_id)
        after = 0
        with map_errors():
            while page := await self._client.http.get_members(guild_id, 1000, after):
                for data in page:  # ascending: the next page starts after the last one
                    yield _person(discord.Member(data=data, guild=guild, state=self._client._connection))
                after = int(page[-1]["user"]["id"])
                if len(page) < 1000:
                    return

    async def add_role(self, guild_id: int, user_id: int, role_id: int, reason: str) -> None:
        with map_errors():
            await self._client.http.add_role(guild_id, user_id, role_id, reason=reason)

    async def remove_role(self, guild_id: int, user_id: int, role_id: int, reason: str) -> None:
        with map_errors(), contextlib.suppress(discord.NotFound):
            await self._client.http.remove_role(guild_id, user_id, role_id, reason=reason)

    async def banned(self, guild_id: int, user_id: int) -> bool | None:
        if not (await self._own_permissions(guild_id)).ban_members:
            return None  # Discord counts refused requests
        with map_errors():
            try:
                await self._client.http.get_ban(user_id, guild_id)
            except discord.NotFound:
                return False
            except discord.Forbidden:
                return None
        return True

    async def may_kick(self, guild_id: int) -> bool:
        return (await self._own_permissions(guild_id)).kick_members

    async def kick(self, guild_id: int, user_id: int, reason: str) -> None:
        with map_errors(), contextlib.suppress(discord.NotFound):
            await self._client.http.kick(user_id, guild_id, reason=reason)

    async def channel_named(self, guild_id: int, name: str) -> int | None:
        key = name.lstrip("#").casefold()
        for channel in self._guild(guild_id).text_channels:
            if channel.name.casefold() == key or str(channel.id) == key:
                return channel.id
        return None

    def here_since(self, guild_id: int) -> datetime | None:
        guild = self._client.get_guild(guild_id)
        return guild.me.joined_at if guild is not None and not guild.unavailable else None

    async def message_channels(self, guild_id: int, since: datetime) -> list[MessageChannel]:
        guild = self._guild(guild_id)
        with map_errors():
            return await channels.message_channels(guild, await guild.fetch_member(self._me()), since)

    def voices(self, guild_id: int) -> list[Voice]:
        return channels.voices(self._guild(guild_id))

    async def history(
        self, guild_id: int, channel_id: int, after: int, until: int
    ) -> AsyncIterator[HistoryMessage]:
        with map_errors():
            while True:
                page = await self._client.http.logs_from(channel_id, limit=100, after=after)
                for message in sorted(page, key=lambda message: int(message["id"])):
                    after = int(message["id"])
                    if after > until:
                        return
                    author = message["author"]
                    human = not author.get("bot") and "webhook_id" not in message
                    kind = discord.enums.try_enum(discord.MessageType, message["type"])
                    yield HistoryMessage(after, channel_id, int(author["id"]), human, kind in ORDINARY)
                if len(page) < 100:
                    return

    async def post(self, guild_id: int, channel_id: int, card: Card, *, key: str) -> int:
        with map_errors():
            channel = self._client.get_partial_messageable(channel_id, guild_id=guild_id)
            message = await channel.send(
                view=view(card, self._client.command_ids), files=files(card), nonce=nonce(key)
            )
        return message.id

    async def edit(self, guild_id: int, channel_id: int, message_id: int, card: Card) -> bool:
        with map_errors():
            channel = self._client.get_partial_messageable(channel_id, guild_id=guild_id)
            try:
                await channel.get_partial_message(message_id).edit(
                    view=view(card, self._client.command_ids), attachments=files(card)
                )
            except discord.NotFound:
                return False
        return True

    async def direct(self, guild_id: int, user_id: int, card: Card, *, key: str) -> Delivery:
        try:
            with map_errors():
                opened = await self._client.http.start_private_message(user_id)
                channel = self._client.get_partial_messageable(int(opened["id"]))
                await channel.send(
                    view=view(card, self._client.command_ids), files=files(card), nonce=nonce(key)
                )
        except DirectMessagesClosed:
            return Delivery.CLOSED
        except NeedsAction:
            return Delivery.GONE
        return Delivery.SENT

    async def edit_answer(self, token: str, card: Card) -> bool:
        application = self._client.application_id
        assert application is not None  # noqa: S101 # signed in, or nobody could have asked
        hook = discord.Webhook.partial(application, token, client=self._client)
        with map_errors():
            try:
                original: Any = (
                    "@original"  # Discord's name for the answer itself; the library types ids only
                )
                await hook.edit_message(
                    original, view=view(card, self._client.command_ids), attachments=files(card)
                )
            except (discord.NotFound, discord.Forbidden):
                return False
            except discord.HTTPException as error:
                if error.status == 401:  # the token's 15 minutes are over
                    return False
                raise
        return True

    async def create_event(self, guild_id: int, event: ServerEvent) -> int | None:
        place: dict[str, Any] = (
            {"entity_type": 2, "channel_id": str(event.channel_id)}
            if event.channel_id is not None
            else {"entity_type": 3, "entity_metadata": {"location": event.place or "-"}}
        )
        body = {
            "name": event.name,
            "description": event.description,
            "scheduled_start_time": event.starts_at.isoformat(),
            "scheduled_end_time": event.ends_at.isoformat(),
            "privacy_level": 2,
            **place,
        }
        route = Route("POST", "/guilds/{guild_id}/scheduled-events", guild_id=guild_id)
        with map_errors():
            try:
                made = await self._client.http.request(route, json=body, files=[NoRetry()])
            except discord.HTTPException as error:
                if error.code == 50035 and "In scheduled_start_time" in error.text:
                    return None
                raise
        return int(made["id"])

    async def find_event(self, guild_id: int, event: ServerEvent) -> int | None:
        with map_errors():
            for scheduled in await self._guild(guild_id).fetch_scheduled_events():
                same_event = (scheduled.name, scheduled.start_time) == (event.name, event.starts_at)
                same_place = (
                    scheduled.location == event.place
                    if event.channel_id is None
                    else scheduled.channel_id == event.channel_id
                )
                if scheduled.creator_id == self._me() and same_event and same_place:
                    return scheduled.id
        return None

    async def cancel_event(self, guild_id: int, event_id: int) -> None:
        with map_errors(), contextlib.suppress(discord.NotFound):
            await self._client.http.delete_scheduled_event(guild_id, event_id)

    async def set_event_running(self, guild_id: int, event_id: int, running: bool) -> None:
        # SCHEDULED → ACTIVE → COMPLETED; Discord allows no other way
        before, after = (1, 2) if running else (2, 3)
        with map_errors(), contextlib.suppress(discord.NotFound):
            scheduled = await self._client.http.get_scheduled_event(guild_id, event_id, with_user_count=False)
            if scheduled["status"] == before:
                await self._client.http.edit_scheduled_event(guild_id, event_id, status=after)

    async def in_voice(self, guild_id: int, channel_id: int) -> frozenset[int]:
        channel = self._guild(guild_id).get_channel(channel_id)
        user_ids = (
            list(channel.voice_states)
            if isinstance(channel, discord.VoiceChannel | discord.StageChannel)
            else []
        )
        people = [await self.member(guild_id, user_id) for user_id in user_ids]
        return frozenset(person.id for person in people if person is not None and not person.bot)

    async def posted(self, guild_id: int, channel_id: int, action: str, since: datetime) -> int | None:
        after = snowflake_at(since)
        with map_errors():
            while True:
                page = await self._client.http.logs_from(channel_id, limit=100, after=after)
                for message in page:
                    if int(message["author"]["id"]) == self._me() and has_action(
                        message.get("components", []), action
                    ):
                        return int(message["id"])
                after = max((int(message["id"]) for message in page), default=after)
                if len(page) < 100:
                    return None

    def _guild(self, guild_id: int) -> discord.Guild:
        guild = self._client.get_guild(guild_id)
        if guild is None or guild.unavailable:
            raise RetryLater(f"guild {guild_id} is not available", timedelta(seconds=30))
        return guild

    async def _own_permissions(self, guild_id: int) -> discord.Permissions:
        with map_errors():
            return (await self._guild(guild_id).fetch_member(self._me())).guild_permissions

    def _me(self) -> int:
        assert self._client.user is not None  # noqa: S101 # nothing runs before signing in
        return self._client.user.id


class NoRetry(discord.File):
    """An empty file sent with a POST that may not happen twice: discord.py repeats requests answered 500, 502, 504 or 524.

    discord.py rewinds a request's files before each try (2.7.1, http.py, HTTPClient.request); this file refuses the
    second try.
    """

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), "nothing")

    def reset(self, *, seek: int | bool = True) -> None:
        if seek:
            raise RetryLater("Discord answered with an error; it may have done it all the same")


class DirectMessagesClosed(Exception):
    """Discord's error 50007 or 50278: the member takes no direct messages from us."""


def nonce(key: str) -> str:
    """At most 25 characters that stand for `key`: Discord then posts the same message once."""
    return hashlib.sha256(key.encode()).hexdigest()[:25]


@contextlib.contextmanager
def map_errors() -> Generator[None]:
    """Raise RetryLater or NeedsAction for Discord's and the network's errors. Documentation: "JSON Error Codes"."""
    try:
        yield
    except discord.RateLimited as error:
        raise RetryLater("rate limited", timedelta(seconds=error.retry_after)) from error
    except discord.DiscordServerError as error:
        raise RetryLater(f"Discord answered {error.status}") from error
    except discord.HTTPException as error:
        if error.status == 429:
            raise RetryLater("rate limited", timedelta(minutes=1)) from error
        if error.code in (50007, 50278):
            raise DirectMessagesClosed from error
        if error.code in (50013, 50001):
            raise NeedsAction(
                "missing-permission", "Lyceum lacks a permission, or its role is too low."
            ) from error
        if error.code in UNKNOWN:
            raise NeedsAction(
                "gone", "Discord no longer knows this ({answer}).", answer=error.text
            ) from error
        raise
    except (TimeoutError, aiohttp.ClientError, ConnectionError) as error:
        raise RetryLater(f"Discord could not be reached: {type(error).__name__}") from error


def has_action(components: Iterable[Any], action: str) -> bool:
    """Whether a message's components, as Discord sends them, hold a button with that action."""
    for component in components:
        inner = [*component.get("components", []), *filter(None, [component.get("accessory")])]
        if component.get("custom_id") == action or has_action(inner, action):
            return True
    return False


def _role(role: discord.Role, rank: int, by_channels: Iterable[str]) -> Role:
    dangerous = (*dangers(role.permissions), *by_channels)
    return Role(role.id, role.name, rank, role.managed, role.is_default(), dangerous)


def _person(member: discord.Member) -> Person:
    joined = member.joined_at or discord.utils.utcnow()
    return Person(
        member.id, member.bot, joined, frozenset(role.id for role in member.roles if not role.is_default())
    )
