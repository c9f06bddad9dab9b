"""Moves in voice that happen while the bot asks who is in the channel."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.db import Database
from bot.events import presence_store, store
from bot.events.event import Event, EventKind, EventState
from bot.events.voice_attendance import VoiceAttendance
from tests.blank import prepare

GUILD, ROOM, ANN = 7, 70, 1
START = datetime(2026, 11, 3, 19, 30, tzinfo=UTC)


class Standing:
    """A clock that stands at the start."""

    def now(self) -> datetime:
        return START


class Room:
    """The chat server as VoiceAttendance sees it; `meanwhile` runs once, between the question and the answer."""

    def __init__(self, *there: int) -> None:
        self.there = set(there)
        self.meanwhile: Callable[[], Any] | None = None

    async def in_voice(self, guild_id: int, channel_id: int) -> frozenset[int]:
        answer = frozenset(self.there)
        happens, self.meanwhile = self.meanwhile, None
        if happens is not None:
            await happens()
        return answer


class Careless(VoiceAttendance):
    """A VoiceAttendance that does not notice moves."""

    @property
    def _changes(self) -> int:
        return 0

    @_changes.setter
    def _changes(self, value: int) -> None:
        pass


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    """A database with one live event in ROOM."""
    base = Database(tmp_path / "lyceum.db")
    prepare(base.path)
    async with base.write() as tx:
        await store.add(tx, EVENT)
    yield base
    await base.close()


EVENT = Event(
    guild_id=GUILD,
    id=1,
    kind=EventKind.TALK,
    title="Talk",
    starts_at=START,
    ends_at=START + timedelta(hours=1),
    said_wall="2026-11-03T19:30",
    said_zone="UTC",
    voice_channel_id=ROOM,
    address=None,
    host_id=9,
    state=EventState.LIVE,
    discord_event_id=None,
    card_channel_id=None,
    card_message_id=None,
    created_at=START - timedelta(days=1),
)


async def leaves_while_we_look(db: Database, kind: type[VoiceAttendance]) -> bool:
    """Ann leaves just when the bot has asked who is there. Is she taken to be there?"""
    room = Room(ANN)
    attendance = kind(db, Standing(), room)

    async def leave() -> None:
        room.there.clear()
        await attendance.voice(GUILD, ANN, None, START, True)

    room.meanwhile = leave
    await attendance.record_present(GUILD, ROOM)
    async with db.read() as reader:
        return await presence_store.has_open_spans(reader)


async def test_whoever_leaves_while_we_look_is_not_there(db: Database) -> None:
    assert not await leaves_while_we_look(db, VoiceAttendance)


async def test_control_without_care_they_would_be_there_for_ever(db: Database) -> None:
    assert await leaves_while_we_look(db, Careless)


async def test_news_told_twice_makes_one_stay(db: Database) -> None:
    attendance = VoiceAttendance(db, Standing(), Room(ANN))

    for _ in range(2):
        await attendance.voice(GUILD, ANN, ROOM, START, True)
        await attendance.record_present(GUILD, ROOM)

    async with db.read() as reader:
        spans = await presence_store.spans_in_channel(
            reader, GUILD, ROOM, START - timedelta(1), START + timedelta(1)
        )
    assert len(spans) == 1


async def test_a_stay_of_which_sight_was_lost_ends_where_it_was_last_seen(db: Database) -> None:
    attendance = VoiceAttendance(db, Standing(), Room())
    await attendance.voice(GUILD, ANN, ROOM, START - timedelta(minutes=9), True)

    await attendance.resume(GUILD)
    await attendance.extend_presence()

    async with db.read() as reader:
        (span,) = await presence_store.spans_in_channel(
            reader, GUILD, ROOM, START - timedelta(1), START + timedelta(1)
        )
        assert (span.start, span.end, await presence_store.has_open_spans(reader)) == (
            span.start,
            span.start,
            False,
        )
