"""What the sandbox recorded of one request and its answer (see sandbox/record.py, which writes it)."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

_SNOWFLAKE = re.compile(r"\d{15,20}")
_TIME = re.compile(r'"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)"')
_NONCE = re.compile(r'"nonce": "(.{0,25})"')
_LONG = re.compile(r'"(?:[^"\\]|\\.){40,}"')
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One request of a bot and what it was answered. `body` is the JSON body, or a form's `payload_json`.

    `ordered`: a test ordered this answer as a fault.
    """

    method: str
    path: str
    query: str
    content_type: str
    body: Any
    has_body: bool
    unreadable: str | None
    parts: tuple[str, ...]
    status: int
    answer: Any
    ordered: bool
    agent: str

    @classmethod
    def parse(cls, line: str | bytes) -> Exchange:
        """Read one line of the record."""
        return cls.of(json.loads(line))

    @classmethod
    def of(cls, row: dict[str, Any]) -> Exchange:
        """The exchange that such a line holds."""
        path, _, query = row["path"].partition("?")
        return cls(
            method=row["method"],
            path=path,
            query=query,
            content_type=row.get("content_type") or "",
            body=row.get("body"),
            has_body="body" in row,
            unreadable=row.get("unreadable"),
            parts=tuple(row.get("parts") or ()),
            status=row["status"],
            answer=row.get("answer"),
            ordered=row.get("ordered", False),
            agent=row.get("agent", ""),
        )

    def request_shape(self) -> bytes:
        """Equal for requests that differ only in ids, times, nonces and long texts: the like is judged once.

        Which ids are equal to which stays part of the shape (a list that names one twice has another),
        and so does a text's length.
        """
        sent = _json(self.body) if self.has_body else ""
        return _digest(
            self.method, self.path, self.query, self.content_type, sent, self.unreadable or "", *self.parts
        )

    def answer_shape(self, operation: str) -> bytes:
        """The same for the answer to that operation."""
        return _digest("answer", operation, str(self.status), _json(self.answer))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _length(found: re.Match[str]) -> str:
    """The length of a text in its place. An address stays: it may be a good or a bad one."""
    text: str = json.loads(found.group())
    return found.group() if "://" in text else f'"<{len(text)} characters>"'


def _digest(*texts: str) -> bytes:
    names: dict[str, str] = {}

    def number(found: re.Match[str]) -> str:
        id_ = found.group()
        return names.setdefault(id_, f"<{len(id_)} {id_[0] == '0'} {len(names)}>")

    whole = "\x00".join(texts)
    whole = _NONCE.sub(lambda found: f'"nonce": "<{len(found.group(1))}>"', whole)
    whole = _TIME.sub(lambda found: _DIGIT.sub("0", found.group()), whole)
    whole = _LONG.sub(_length, whole)
    return hashlib.blake2b(_SNOWFLAKE.sub(number, whole).encode(), digest_size=16).digest()
