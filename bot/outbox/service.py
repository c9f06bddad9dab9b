"""Sending a message exactly once: "sending" is recorded before the attempt, the outcome after it.

When a record says "sending", Discord is asked before sending again. A post is searched in its channel by its marker,
the action of one of its buttons: nothing else of ours stays with a message (the nonce does not: discord.py issue
2451). A direct message is sent again only while Discord still recognises its nonce.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

from bot.cards import Card
from bot.clock import Clock
from bot.crashpoints import point
from bot.db import Database
from bot.errors import NeedsAction
from bot.outbox import store
from bot.outbox.channels import Channels, ChannelSetting
from bot.outbox.entry import OutboxEntry, OutboxKey, OutboxState, PostedMessage
from bot.ports import ChatServer, Delivery

NONCE = timedelta(minutes=2)
"""How long repeating a message with the same nonce is safe (Discord: "the past few minutes")."""
SKEW = timedelta(minutes=5)
"""How far the community's clock may be ahead of Discord's when a posted message is searched."""


class Outbox:
    """The only caller of the chat server's `post`, `posted` and `direct`."""

    def __init__(self, db: Database, clock: Clock, server: ChatServer, channels: Channels) -> None:
        self._db = db
        self._clock = clock
        self._server = server
        self._channels = channels

    async def entries(self, guild_id: int, kind: str, prefix: str = "") -> dict[str, OutboxEntry]:
        """The records of a kind whose keys begin with `prefix`, by the rest of the key."""
        async with self._db.read() as db:
            return await store.entries(db, guild_id, kind, prefix)

    async def post(
        self,
        key: OutboxKey,
        card: Card,
        *,
        to: int | ChannelSetting,
        marker: str | None,
        unless: str | None = None,
    ) -> PostedMessage | None:
        """Post the card under this key, once; later calls return where it is. None when it was skipped.

        `marker` is an action of the card that no other card has; None only if no caller repeats this key.
        `unless` is a reason not to post. It is recorded, unless the card turns out to be posted already.
        """
        entry = await self._find(key)
        if entry is not None and entry.state is not OutboxState.SENDING:
            return _place(entry)
        posted = None
        if entry is not None and marker is not None:
            posted = await self._find_posted(key, entry, marker, to=to, skipping=unless is not None)
        if posted is None:
            if unless is not None:
                await self._write(key, OutboxState.SKIPPED, reason=unless)
                return None
            posted = await self._post(key, entry, card, to)
        place = {"channel_id": posted.channel_id, "message_id": posted.message_id}
        await self._write(key, OutboxState.SENT, **place)
        point("outbox.sent")
        return posted

    async def direct(self, key: OutboxKey, user_id: int, card: Card) -> OutboxState:
        """Send the card to a member under this key, at most once. Returns what became of it, now or before."""
        entry = await self._find(key)
        if entry is not None and entry.state is not OutboxState.SENDING:
            return entry.state
        if entry is not None and self._clock.now() > entry.at + NONCE:
            return await self._write(key, OutboxState.UNKNOWN)
        if entry is None:
            await self._write(key, OutboxState.SENDING, user_id=user_id)
        point("outbox.sending")
        delivery = await self._server.direct(key.guild_id, user_id, card, key=key.nonce)
        point("outbox.posted")
        state = _STATES[delivery]
        if entry is not None and state is not OutboxState.SENT:  # the attempt before may have arrived
            state = OutboxState.UNKNOWN
        state = await self._write(key, state)
        point("outbox.sent")
        return state

    async def drop(self, key: OutboxKey, reason: str, *, user_id: int | None = None) -> None:
        """Give the message up: skipped for this reason, or unknown when an attempt was begun."""
        if await self._find(key) is None:
            await self._write(key, OutboxState.SKIPPED, reason=reason, user_id=user_id)
        else:
            await self._write(key, OutboxState.UNKNOWN)

    @contextlib.asynccontextmanager
    async def single(self, key: OutboxKey) -> AsyncGenerator[None]:
        """For a message that nobody tries again under its key: a failed attempt is recorded as unknown."""
        try:
            yield
        except Exception:
            await self.drop(key, "failed")
            raise

    async def _post(
        self, key: OutboxKey, entry: OutboxEntry | None, card: Card, to: int | ChannelSetting
    ) -> PostedMessage:
        channel_id = await self._channel(key, to)
        if entry is None or entry.channel_id != channel_id:
            await self._write(key, OutboxState.SENDING, channel_id=channel_id)
        point("outbox.sending")
        message_id = await self._server.post(key.guild_id, channel_id, card, key=key.nonce)
        point("outbox.posted")
        return PostedMessage(channel_id, message_id)

    async def _find_posted(
        self, key: OutboxKey, entry: OutboxEntry, marker: str, *, to: int | ChannelSetting, skipping: bool
    ) -> PostedMessage | None:
        """The message that an earlier attempt may have posted. With `skipping`, None also where Lyceum may not look."""
        try:
            channel_id = entry.channel_id or await self._channel(key, to)
            message_id = await self._server.posted(key.guild_id, channel_id, marker, entry.at - SKEW)
        except NeedsAction as error:
            if error.finding != "gone" and not skipping:
                raise
            return None  # the channel is gone, and the message with it
        return None if message_id is None else PostedMessage(channel_id, message_id)

    async def _channel(self, key: OutboxKey, to: int | ChannelSetting) -> int:
        return to if isinstance(to, int) else await self._channels.require(key.guild_id, to)

    async def _find(self, key: OutboxKey) -> OutboxEntry | None:
        async with self._db.read() as db:
            return await store.find(db, key)

    async def _write(self, key: OutboxKey, state: OutboxState, **more: Any) -> OutboxState:
        async with self._db.write() as tx:
            await store.write(tx, key, state, self._clock.now(), **more)
        return state


_STATES = {
    Delivery.SENT: OutboxState.SENT,
    Delivery.CLOSED: OutboxState.CLOSED,
    Delivery.GONE: OutboxState.GONE,
}


def _place(entry: OutboxEntry) -> PostedMessage | None:
    if entry.channel_id is None or entry.message_id is None:
        return None
    return PostedMessage(entry.channel_id, entry.message_id)
