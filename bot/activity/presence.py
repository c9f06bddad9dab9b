"""Who is in voice with whom, and for how long. Pure: moments come in, sessions come out.

A session is one person's unbroken stay in one voice channel. Its company is the time during which
at least two humans were there and listening; deafened people and the AFK channel do not count.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.activity.rules import COMPANY


@dataclass(kw_only=True)
class Session:
    """One stay. `company` is the sum so far; more is running since `company_since`, if that is set."""

    guild_id: int
    user_id: int
    channel_id: int
    since: datetime
    listening: bool = True
    company: timedelta = timedelta(0)
    company_since: datetime | None = None
    ended_at: datetime | None = None

    def settle(self, at: datetime) -> None:
        """Add the company up to `at`."""
        if self.company_since is not None:
            self.company += max(at - self.company_since, timedelta(0))
            self.company_since = None


class Presence:
    """Everybody in voice, in all guilds. `take` returns copies of the sessions that changed since the last call."""

    def __init__(self) -> None:
        self._rooms: dict[tuple[int, int], dict[int, Session]] = {}
        self._where: dict[tuple[int, int], Session] = {}
        self._changed: dict[tuple[int, int, int, datetime], Session] = {}
        self._blind: set[int] = set()

    def restore(self, sessions: Iterable[Session]) -> None:
        """Take over open sessions from the database."""
        for session in sessions:
            self._where[session.guild_id, session.user_id] = session
            self._rooms.setdefault((session.guild_id, session.channel_id), {})[session.user_id] = session

    def here(self, guild_id: int) -> list[tuple[int, int]]:
        """(user, channel) of everybody who was last seen in voice."""
        return [(s.user_id, s.channel_id) for s in self._where.values() if s.guild_id == guild_id]

    def move(
        self, guild_id: int, user_id: int, channel_id: int | None, at: datetime, *, listening: bool = True
    ) -> None:
        """The person is now in this channel, or in none."""
        session = self._where.get((guild_id, user_id))
        if session is not None and session.channel_id == channel_id:
            if session.listening != listening:
                room = self._settle(guild_id, session.channel_id, at)
                session.listening = listening
                self._begin_company(guild_id, room, at)
            return
        if session is not None:
            room = self._settle(guild_id, session.channel_id, at)
            session.ended_at = max(at, session.since)
            self._mark_changed(session)
            del room[user_id], self._where[guild_id, user_id]
            self._begin_company(guild_id, room, at)
        if channel_id is not None:
            room = self._settle(guild_id, channel_id, at)
            session = Session(
                guild_id=guild_id, user_id=user_id, channel_id=channel_id, since=at, listening=listening
            )
            room[user_id] = self._where[guild_id, user_id] = session
            self._mark_changed(session)
            self._begin_company(guild_id, room, at)

    def pause(self, guild_id: int, at: datetime) -> None:
        """From `at` on we do not know who is there: no company is counted until `reconcile`."""
        self._blind.add(guild_id)
        for guild, channel_id in list(self._rooms):
            if guild == guild_id:
                self._settle(guild, channel_id, at)

    def reconcile(
        self, guild_id: int, present: dict[int, tuple[int, bool]], at: datetime, *, last_seen: datetime
    ) -> None:
        """Take over who is there now: user → (channel, listening). Anybody else left at `last_seen`."""
        for user_id, channel_id in self.here(guild_id):
            if present.get(user_id, (None, False))[0] != channel_id:
                self.move(guild_id, user_id, None, last_seen)
        for user_id, (channel_id, listening) in present.items():
            self.move(guild_id, user_id, channel_id, at, listening=listening)
        self._blind.discard(guild_id)
        for (guild, _), room in self._rooms.items():
            if guild == guild_id:
                self._begin_company(guild_id, room, at)

    @property
    def ended(self) -> int:
        """How many ended sessions have not been taken yet."""
        return sum(session.ended_at is not None for session in self._changed.values())

    def take(self) -> list[Session]:
        """Copies of the sessions that changed since the last time."""
        changed, self._changed = self._changed, {}
        return [replace(session) for session in changed.values()]

    def put_back(self, sessions: Iterable[Session]) -> None:
        """These could not be stored: `take` returns them again. A session that is still open is returned as it is by then."""
        for copy in sessions:
            live = self._where.get((copy.guild_id, copy.user_id))
            same = live is not None and (live.channel_id, live.since) == (copy.channel_id, copy.since)
            session = live if live is not None and same else copy
            self._changed.setdefault(_key(session), session)

    def _settle(self, guild_id: int, channel_id: int, at: datetime) -> dict[int, Session]:
        room = self._rooms.setdefault((guild_id, channel_id), {})
        for session in room.values():
            if session.company_since is not None:
                session.settle(at)
                self._mark_changed(session)
        return room

    def _begin_company(self, guild_id: int, room: dict[int, Session], at: datetime) -> None:
        if guild_id in self._blind:
            return
        listeners = [session for session in room.values() if session.listening]
        if len(listeners) >= COMPANY:
            for session in listeners:
                if session.company_since is None:
                    session.company_since = at
                    self._mark_changed(session)

    def _mark_changed(self, session: Session) -> None:
        self._changed[_key(session)] = session


def _key(session: Session) -> tuple[int, int, int, datetime]:
    return session.guild_id, session.user_id, session.channel_id, session.since
