"""Requests as they travel, without a library: what a bot or a person sends, and all that comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.sandbox.people import Control, Json


@dataclass(frozen=True)
class Answer:
    """`json` is None for an empty body."""

    status: int
    headers: dict[str, str]
    json: Any

    @property
    def code(self) -> int:
        return int(self.json["code"])


class Raw:
    """`await raw("POST", "/channels/1/messages", {"content": "Hello"}, who="Bot sandbox.lyceum")`"""

    def __init__(self, session: aiohttp.ClientSession, who: str = "Person olivia") -> None:
        self._session, self._who = session, who

    async def __call__(
        self, method: str, path: str, body: Any = None, *, who: str | None = "", reason: str | None = None
    ) -> Answer:
        headers: Json = {} if who is None else {"Authorization": who or self._who}
        if reason is not None:
            headers["X-Audit-Log-Reason"] = reason
        async with self._session.request(method, f"/api/v10{path}", json=body, headers=headers) as answer:
            text = await answer.text()
            json = await answer.json() if text and "json" in answer.content_type else None
            return Answer(answer.status, dict(answer.headers), json)


BOT = "Bot sandbox.lyceum"


def raw(control: Control, who: str = "Person olivia") -> Raw:
    """Requests over the session of the control side."""
    return Raw(control.session, who)
