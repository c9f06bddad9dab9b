"""A record of every request to the API and of every kind of gateway dispatch, for programs that judge them.

One JSON line for each request with its answer; one for each of the first few dispatches of a kind and a shape.

The file is named by `LYCEUM_SANDBOX__RECORD`; without it nothing is recorded. Several sandboxes, also of several
processes, may share one file: each line is appended by a single write.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox.wire import Json, encode

VARIABLE = "LYCEUM_SANDBOX__RECORD"
_OF_A_SHAPE = 3


class Record:
    """Appends to a file, or does nothing. Close it when the sandbox stops."""

    def __init__(self, path: Path | None) -> None:
        self._file = None if path is None else os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._counts: Counter[tuple[Any, ...]] = Counter()

    @classmethod
    def of_environment(cls) -> Record:
        """The record that the environment names."""
        name = os.environ.get(VARIABLE)
        return cls(Path(name) if name else None)

    @property
    def on(self) -> bool:
        """Is anything recorded?"""
        return self._file is not None

    def note(
        self,
        request: web.Request,
        body: Any,
        parts: Sequence[str],
        status: int,
        answer: Any,
        *,
        ordered: bool = False,
    ) -> None:
        """Note one answered request, a bot's or a person's.

        `body` is the JSON body or a form's `payload_json`, None if there is none; `parts` names a form's parts.
        A body that was sent and could not be read is noted as `unreadable`. `ordered`: the answer is that of a fault.
        """
        if self._file is None:
            return
        row: Json = {
            "method": request.method,
            "path": request.raw_path,
            "content_type": request.headers.get("Content-Type", ""),
            "agent": request.headers.get("User-Agent", ""),
            "status": status,
            "answer": answer,
        }
        if parts:
            row["parts"] = list(parts)
        if body is not None:
            row["body"] = body
        elif request.body_exists and not parts:
            row["unreadable"] = f"{request.content_length} bytes"
        if ordered:
            row["ordered"] = True
        os.write(self._file, encode(row) + b"\n")

    def note_dispatch(self, kind: str, data: Json) -> None:
        """Note a dispatch, if it is one of the first of its kind with these fields."""
        shape = (kind, data.get("type"), *data)
        self._counts[shape] += 1
        if self._file is not None and self._counts[shape] <= _OF_A_SHAPE:
            os.write(self._file, encode({"dispatch": kind, "data": data}) + b"\n")

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
