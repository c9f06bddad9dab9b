"""Who is in voice with whom, and for how long. Pure: moments come in, sessions come out.

A session is one person's unbroken stay in one voice channel. Its company is the time during which
at least two humans were there and listening; the deafened and the AFK channel are left aside.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.activity.rules import COMPANY


@dataclass(kw_only=True)
class Session:
    """`company` so far, and more since `company_since`."""

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
    """Everybody in voice, of all guilds. `take` yields what changed since the last time, as copies."""

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
                self._meet(guild_id, room, at)
            return
        if session is not None:
            room = self._settle(guild_id, session.channel_id, at)
            session.ended_at = max(at, session.since)
            self._note(session)
            del room[user_id], self._where[guild_id, user_id]
            self._meet(guild_id, room, at)
        if channel_id is not None:
            room = self._settle(guild_id, channel_id, at)
            session = Session(
                guild_id=guild_id, user_id=user_id, channel_id=channel_id, since=at, listening=listening
            )
            room[user_id] = self._where[guild_id, user_id] = session
            self._note(session)
            self._meet(guild_id, room, at)

    def pause(self, guild_id: int, at: datetime) -> None:
        """From `at` on nobody knows who was there: no company is counted until people are seen again."""
        self._blind.add(guild_id)
        for guild, channel_id in list(self._rooms):
            if guild == guild_id:
                self._settle(guild, channel_id, at)

    def seen(
        self, guild_id: int, there: dict[int, tuple[int, bool]], at: datetime, *, last_seen: datetime
    ) -> None:
        """Who is there now: user → (channel, listening). Who is gone left when they were last seen."""
        for user_id, channel_id in self.here(guild_id):
            if there.get(user_id, (None, False))[0] != channel_id:
                self.move(guild_id, user_id, None, last_seen)
        for user_id, (channel_id, listening) in there.items():
            self.move(guild_id, user_id, channel_id, at, listening=listening)
        self._blind.discard(guild_id)
        for (guild, _), room in self._rooms.items():
            if guild == guild_id:
                self._meet(guild_id, room, at)

    @property
    def ended(self) -> int:
        """How many sessions ended that nobody has taken yet."""
        return sum(session.ended_at is not None for session in self._changed.values())

    def take(self) -> list[Session]:
        """Copies of the sessions that changed since the last time."""
        changed, self._changed = self._changed, {}
        return [replace(session) for session in changed.values()]

    def put_back(self, sessions: Iterable[Session]) -> None:
        """They could not be stored: they count as changed, unless they changed again since."""
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
                self._note(session)
        return room

    def _meet(self, guild_id: int, room: dict[int, Session], at: datetime) -> None:
        if guild_id in self._blind:
            return
        listeners = [session for session in room.values() if session.listening]
        if len(listeners) >= COMPANY:
            for session in listeners:
                if session.company_since is None:
                    session.company_since = at
                    self._note(session)

    def _note(self, session: Session) -> None:
        self._changed[_key(session)] = session


def _key(session: Session) -> tuple[int, int, int, datetime]:
    return session.guild_id, session.user_id, session.channel_id, session.since
