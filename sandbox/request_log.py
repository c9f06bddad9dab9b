"""The requests of the bots to the HTTP API: numbered, with tokens masked and without headers."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sandbox.wire import Json

_TOKEN = re.compile(r"^(/webhooks/\d+|/interactions/\d+)/[^/]+")
_MOST = 20_000


def masked(path: str) -> str:
    """The path with its token masked."""
    return _TOKEN.sub(r"\1/***", path)


class RequestLog:
    """The newest requests; older ones are forgotten."""

    def __init__(self) -> None:
        self._entries: deque[Json] = deque(maxlen=_MOST)
        self._n = 0
        self.listeners: list[Callable[[Json], None]] = []

    def note(self, method: str, path: str, body: Any, status: int, answer: Any) -> None:
        """Note an answered request; `path` is below /api/v10, with its query."""
        self._n += 1
        entry: Json = {
            "n": self._n,
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "method": method,
            "path": masked(path),
            "body": body,
            "status": status,
            "answer": answer,
        }
        self._entries.append(entry)
        for listener in self.listeners:
            listener(entry)

    def after(self, n: int) -> list[Json]:
        """The entries with a greater number, oldest first."""
        return [entry for entry in self._entries if entry["n"] > n]
