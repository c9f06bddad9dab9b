"""All sessions: they begin, resume, get events, and end when their client does not come back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from sandbox.faults.order import Faults
from sandbox.gateway import ready
from sandbox.gateway.audience import GUILDS, MESSAGE_CONTENT, MESSAGES, as_heard, hears
from sandbox.gateway.session import Observer, Session
from sandbox.wire import Json
from sandbox.world.batch import Batch
from sandbox.world.events import Event
from sandbox.world.guild import Guild
from sandbox.world.permissions import can_view
from sandbox.world.world import World


class Hub:
    """The sessions of all applications; the hub listens to the world and dispatches its events."""

    def __init__(self, world: World, resume_seconds: float = 180, faults: Faults | None = None) -> None:
        self._world = world
        self._faults = faults or Faults()
        self._resume_seconds = resume_seconds
        self._sessions: dict[str, Session] = {}
        self.note: Callable[[str, Json], None] | None = None  # called with every dispatch, for the record
        self.observers: list[Observer] = []  # called with every dispatch, for the page
        self._listed_at: dict[tuple[str, str], float] = {}
        self.begun = asyncio.Event()  # set once the first session has begun
        world.listeners.append(self.tell)
        world.batch_listeners.append(self.tell_batch)

    def begin(self, session: Session) -> None:
        """Add a new session."""
        session.note = self.note
        session.observers = self.observers
        self._forget_lost()
        self._sessions[session.id] = session
        self.begun.set()

    def end(self, session: Session) -> None:
        """Forget a session; it cannot be resumed."""
        self._sessions.pop(session.id, None)

    def find(self, session_id: str, application_id: str) -> Session | None:
        """The session that this application may resume."""
        self._forget_lost()
        session = self._sessions.get(session_id)
        return session if session and session.application_id == application_id else None

    def knows(self, session: Session) -> bool:
        """Has the session begun, and not ended?"""
        return self._sessions.get(session.id) is session

    def connected(self, application_id: str) -> bool:
        """Is a client of this application listening now?"""
        return any(s.link for s in self._sessions.values() if s.application_id == application_id)

    def sessions(self) -> list[Session]:
        """All sessions, also those whose client is away."""
        return list(self._sessions.values())

    def cut(self) -> None:
        """Break every socket, as a bad network does; the sessions stay."""
        for session in self._sessions.values():
            if session.link:
                session.link.cut()

    def close(self) -> None:
        """Disconnect every client."""
        for session in self._sessions.values():
            if session.link:
                session.link.close(1001)

    def expel(self, application_id: str, code: int) -> None:
        """End all sessions of an application."""
        for session in self.sessions():
            if session.application_id == application_id:
                self.end(session)
                if session.link:
                    session.link.close(code)

    def may_ask_for_all(self, application_id: str, guild_id: str, every: float) -> float:
        """Count a request for all members of a server; return 0, or the seconds to wait if it comes too early."""
        key, now = (application_id, guild_id), time.monotonic()
        wait = self._listed_at.get(key, -every) + every - now
        if wait > 0:
            return wait
        self._listed_at[key] = now
        return 0.0

    def greet(self, session: Session) -> None:
        """Dispatch all its servers to a new session."""
        for guild in ready.guilds_of(self._world, session):
            self._show(session, guild)

    def set_outage(self, guild: Guild, *, on: bool) -> None:
        """Make a server unavailable, or available again; the events in between are never dispatched."""
        guild.unavailable = on
        for session in self.sessions():
            if session.has_guild(guild.id) and session.application_id in guild.members:
                self._show(session, guild)

    def tell(self, event: Event) -> None:
        """Dispatch an event to its audience; a fault may lose, double or delay it."""
        fault = self._faults.of_event(event.type) if self._faults.events else None
        if fault is not None and fault.how == "late":
            asyncio.get_running_loop().call_later(fault.seconds, self._dispatch, event)
            return
        for _ in range({"drop": 0, "twice": 2}[fault.how] if fault is not None else 1):
            self._dispatch(event)

    def tell_batch(self, batch: Batch) -> None:
        """Dispatch many messages of a server to their audience."""
        if self._faults.events:
            for event in batch.events():
                self.tell(event)
            return
        guild = self._world.guilds[batch.guild_id]
        for session in self._sessions.values():
            me = session.application_id
            if not session.intents & MESSAGES or not session.has_guild(guild.id):
                continue
            if guild.unavailable or me not in guild.members:
                continue
            bodies = batch.whole if session.intents & MESSAGE_CONTENT else batch.blank
            visible = [can_view(self._world, me, channel) for channel in batch.channels]
            if not all(visible):
                bodies = [data for place, data in zip(batch.places, bodies, strict=True) if visible[place]]
            session.dispatch_all("MESSAGE_CREATE", bodies)

    def _dispatch(self, event: Event) -> None:
        guild_id = event.guild or event.data.get("guild_id")
        for session in self._sessions.values():
            if not session.has_guild(guild_id) if guild_id else session.shard[0] != 0:
                continue
            if not self._came_or_went(session, event) and hears(
                self._world, event, session.application_id, session.intents
            ):
                session.dispatch(event.type, as_heard(event, session.application_id, session.intents))

    def _came_or_went(self, session: Session, event: Event) -> bool:
        """A bot that joins or leaves a server gets a GUILD_CREATE or GUILD_DELETE instead of the member event."""
        if event.type not in ("GUILD_MEMBER_ADD", "GUILD_MEMBER_REMOVE") or event.guild is None:
            return False
        if event.data["user"]["id"] != session.application_id:
            return False
        guild = self._world.guilds[event.guild]
        if event.type == "GUILD_MEMBER_ADD":
            self._show(session, guild)
        elif session.intents & GUILDS:
            session.dispatch("GUILD_DELETE", {"id": guild.id})
        return True

    def _show(self, session: Session, guild: Guild) -> None:
        if not session.intents & GUILDS:
            return
        if guild.unavailable:
            session.dispatch("GUILD_DELETE", {"id": guild.id, "unavailable": True})
        else:
            session.dispatch("GUILD_CREATE", ready.guild_create(self._world, guild, session))

    def _forget_lost(self) -> None:
        """End sessions that were lost too long ago. Called when a client comes; until then they keep their events."""
        limit = time.monotonic() - self._resume_seconds
        for session in list(self._sessions.values()):
            if session.lost_at is not None and session.lost_at < limit:
                self.end(session)
