"""An outbox at work: the bot's own, on SQLite, connected to a sandbox whose memory for nonces a test can clear."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import select

from bot.cards import Button, Card, Row, card
from bot.demo.people import words
from bot.outbox import Channels, ChannelSetting, Outbox, OutboxKey, PostedMessage
from bot.outbox.tables import outbox
from bot.ports import ChatServer
from sandbox.app import Sandbox
from tests.community import MONDAY, Community, bot_in

MARKER = "outbox.test:1"
TEXT = "The doors open at eight."


class OutboxHarness:
    """Posts one card, and says what became of it."""

    def __init__(self, community: Community, sandbox: Sandbox) -> None:
        self.community = community
        self.sandbox = sandbox
        self.key = OutboxKey(community.guild_id, "test", "1")
        self.outbox = self.over(community.app.server)

    def over(self, server: ChatServer) -> Outbox:
        """An outbox on the bot's database that sends through this server."""
        app = self.community.app
        return Outbox(app.db, self, server, Channels(server, app.settings.community))

    def now(self) -> datetime:
        return self.community.app.clock.now()

    async def post(
        self,
        outbox: Outbox | None = None,
        *,
        to: int | ChannelSetting = ChannelSetting.STAFF,
        unless: str | None = None,
    ) -> PostedMessage | None:
        return await (outbox or self.outbox).post(self.key, drawn(), to=to, marker=MARKER, unless=unless)

    def forget(self) -> None:
        """Discord recognises no nonce any more: minutes have passed."""
        self.sandbox.world.messages._db.execute("DELETE FROM nonce")

    async def posted(self, channel: str = "staff") -> list[int]:
        """The ids of the messages that say it."""
        messages = await self.community.messages(channel, "olivia", limit=100)
        return [int(message["id"]) for message in messages if TEXT in words(message)]

    async def arrived(self, who: str = "ann") -> int:
        """How many direct messages say it."""
        messages = await self.community.messages("@bot", who)
        return len([message for message in messages if TEXT in words(message)])

    async def id_of(self, who: str) -> int:
        members = (await self.community.world())["members"]
        return next(int(one["user"]["id"]) for one in members if one["user"]["username"] == who)

    async def record(self) -> tuple[str, str | None]:
        """State and reason of the one record."""
        async with self.community.app.db.read() as db:
            (row,) = (await db.execute(select(outbox).where(outbox.c.kind == "test"))).all()
        return (row.state, row.reason)

    async def records(self) -> int:
        return len(await self.outbox.entries(self.community.guild_id, "test"))


class Blind:
    """The server, but that it never finds a message of ours."""

    def __init__(self, server: ChatServer) -> None:
        self._server = server

    def __getattr__(self, name: str) -> Any:
        return getattr(self._server, name)

    async def posted(self, guild_id: int, channel_id: int, action: str, since: datetime) -> int | None:
        return None


def blind(harness: OutboxHarness) -> Outbox:
    """An outbox that cannot look."""
    return harness.over(cast("ChatServer", Blind(harness.community.app.server)))


def drawn() -> Card:
    return card(TEXT, Row((Button("Look", MARKER),)))


@contextlib.asynccontextmanager
async def opened(folder: Path, **more: str) -> AsyncGenerator[OutboxHarness]:
    """The demo community on Monday with its bot."""
    clock = datetime.fromisoformat(MONDAY)
    async with (
        Sandbox(folder / "world", port=0, clock=clock, empty=False) as sandbox,
        bot_in(sandbox.url, folder, **more) as community,
    ):
        yield OutboxHarness(community, sandbox)


MINUTE = timedelta(minutes=1)
