"""Putting work into the queue, from inside the transaction that causes it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from bot.clock import Clock, real_now
from bot.db import Database, Reader, Writer
from bot.errors import Problem
from bot.ids import new_id
from bot.work import store


@dataclass(frozen=True, kw_only=True)
class Job:
    """One claimed row. `due` is the community's time; `tries` counts this one."""

    id: int
    guild_id: int
    kind: str
    key: str
    due: datetime
    tries: int
    generation: int
    payload: dict[str, Any]


@dataclass(frozen=True)
class Stuck:
    """Work that only the owner can unblock, and why."""

    kind: str
    key: str
    problem: Problem
    payload: dict[str, Any]


class Queue:
    """Adds rows of work; listeners are called once the transaction that added them is committed."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._listeners: list[Callable[[datetime], None]] = []

    def listen(self, listener: Callable[[datetime], None]) -> None:
        """Call `listener(due)` after a row was added."""
        self._listeners.append(listener)

    async def enqueue_once(
        self, tx: Writer, kind: str, guild_id: int, key: str, *, due: datetime | None = None, **payload: Any
    ) -> None:
        """Add work that is done once: a second row with the same guild, kind and key is never added."""
        await self._add(tx, kind, guild_id, key, due, payload, reopen=False)

    async def enqueue(
        self, tx: Writer, kind: str, guild_id: int, key: str, *, due: datetime | None = None, **payload: Any
    ) -> None:
        """Add work, or open it again under its key: for work that makes the outside match the database."""
        await self._add(tx, kind, guild_id, key, due, payload, reopen=True)

    async def is_open(self, db: Reader, kind: str, guild_id: int, key: str) -> bool:
        """Is this work still to be done?"""
        return await store.is_open(db, guild_id, kind, key)

    async def withdraw(self, tx: Writer, kind: str, guild_id: int, key: str) -> None:
        """Let this work not be done any more: it was done in another way, or is not wanted."""
        await store.withdraw(tx, guild_id, kind, key, self._clock.now())

    async def stuck(self, db: Reader, guild_id: int, kinds: Collection[str]) -> list[Stuck]:
        """Work that waits for the owner, newest first, 25 at most."""
        jobs: list[Stuck] = []
        for row in await store.stuck(db, guild_id, kinds):
            finding, _, sentence = str(row.error).partition(": ")
            # Rows of older versions have only a sentence.
            stored: Any = row.problem or {"message": sentence, "values": {}}
            problem = Problem(finding, stored["message"], stored["values"])
            jobs.append(Stuck(row.kind, row.key, problem, row.payload))
        return jobs

    async def unfinished(self, db: Reader, guild_id: int, kind: str) -> list[dict[str, Any]]:
        """What the guild's work of this kind that is not done yet is about: the payloads, the oldest first."""
        return await store.unfinished(db, guild_id, kind)

    async def retry_stuck(self, tx: Writer, guild_id: int) -> None:
        """Try the guild's stuck work now and not within the hour: something changed that may unblock it."""
        await store.retry_stuck(tx, guild_id, real_now())
        self._call_listeners(self._clock.now())

    async def enqueue_each(
        self, tx: Writer, kind: str, jobs: Sequence[tuple[int, str, dict[str, Any]]]
    ) -> None:
        """`enqueue_once` for many jobs that are due now: (guild id, key, payload) each."""
        if not jobs:
            return
        now = self._clock.now()
        await store.add_all(
            tx, [_row(kind, guild_id, key, now, now, payload) for guild_id, key, payload in jobs]
        )
        self._call_listeners(now)

    async def _add(
        self,
        tx: Writer,
        kind: str,
        guild_id: int,
        key: str,
        due: datetime | None,
        payload: dict[str, Any],
        *,
        reopen: bool,
    ) -> None:
        now = self._clock.now()
        await store.add(tx, row=_row(kind, guild_id, key, due or now, now, payload), reopen=reopen)
        self._call_listeners(due or now)

    def _call_listeners(self, due: datetime) -> None:
        for listener in self._listeners:
            self._db.after_commit(partial(listener, due))


def _row(
    kind: str, guild_id: int, key: str, due: datetime, now: datetime, payload: dict[str, Any]
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "guild_id": guild_id,
        "kind": kind,
        "key": key,
        "state": "open",
        "due": due,
        "not_before": store.EPOCH,
        "leased_until": store.EPOCH,
        "tries": 0,
        "generation": 0,
        "payload": payload,
        "error": None,
        "problem": None,
        "changed_at": now,
    }
