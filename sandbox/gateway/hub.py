"""All sessions: they are begun, resumed, told what happened, and forgotten when nobody comes back."""

from __future__ import annotations

import asyncio
import time

from sandbox.faults.order import Faults
from sandbox.gateway.audience import as_heard, hears
from sandbox.gateway.session import Session
from sandbox.world.events import Event
from sandbox.world.world import World


class Hub:
    """The sessions of every application; listens to the world."""

    def __init__(self, world: World, resume_seconds: float = 180, faults: Faults | None = None) -> None:
        self._world = world
        self._faults = faults or Faults()
        self._resume_seconds = resume_seconds
        self._sessions: dict[str, Session] = {}
        world.listeners.append(self.tell)

    def begin(self, session: Session) -> None:
        """Take in a new session."""
        self._forget_lost()
        self._sessions[session.id] = session

    def end(self, session: Session) -> None:
        """Forget a session; it cannot be resumed."""
        self._sessions.pop(session.id, None)

    def find(self, session_id: str, application_id: str) -> Session | None:
        """The session that this application may resume."""
        self._forget_lost()
        session = self._sessions.get(session_id)
        return session if session and session.application_id == application_id else None

    def connected(self, application_id: str) -> bool:
        """Is a client of this application listening now?"""
        return any(s.link for s in self._sessions.values() if s.application_id == application_id)

    def sessions(self) -> list[Session]:
        """All sessions, those whose client is away too."""
        return list(self._sessions.values())

    def cut(self) -> None:
        """Break every socket, as a bad network does; the sessions stay."""
        for session in self._sessions.values():
            if session.link:
                session.link.cut()

    def close(self) -> None:
        """Say goodbye to every client."""
        for session in self._sessions.values():
            if session.link:
                session.link.close(1001)

    def tell(self, event: Event) -> None:
        """Dispatch an event to all who hear it; unless it is ordered to be lost, told twice or told late."""
        fault = self._faults.of_event(event.type) if self._faults.events else None
        if fault is not None and fault.how == "late":
            asyncio.get_running_loop().call_later(fault.seconds, self._dispatch, event)
            return
        for _ in range({"drop": 0, "twice": 2}[fault.how] if fault is not None else 1):
            self._dispatch(event)

    def _dispatch(self, event: Event) -> None:
        for session in self._sessions.values():
            if event.guild and not session.has_guild(event.guild):
                continue
            if not event.guild and session.shard[0] != 0:
                continue
            if hears(self._world, event, session.application_id, session.intents):
                session.dispatch(event.type, as_heard(event, session.application_id, session.intents))

    def _forget_lost(self) -> None:
        """Called when somebody comes; until then a lost session keeps what it would have to replay."""
        limit = time.monotonic() - self._resume_seconds
        for session in list(self._sessions.values()):
            if session.lost_at is not None and session.lost_at < limit:
                self.end(session)
