"""Acts in the sandbox as its people: a thin client of the sandbox's control API.

The demo's month and the tests use it. A call that the sandbox refuses raises PersonRefused with its sentence.
"""

from __future__ import annotations

import base64
import re
from types import TracebackType
from typing import Any, Self, TypeAlias

import aiohttp

Answer: TypeAlias = Any
"""Discord's JSON, as the sandbox gives it."""


class PersonRefused(Exception):
    """The sandbox refused a call: HTTP `status` and its sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(f"{status}: {sentence}")
        self.status = status


class People:
    """The people of a sandbox at `url`. Use as an async context manager."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._session is not None  # noqa: S101 # entered before it is left
        await self._session.close()

    async def get(self, path: str, **query: str | int) -> Any:
        """GET from the control API."""
        return await self._call("GET", path, params={key: str(value) for key, value in query.items()})

    async def post(self, path: str, **body: Any) -> Any:
        """POST to the control API; arguments that are None are left out."""
        return await self._call(
            "POST", path, json={key: value for key, value in body.items() if value is not None}
        )

    async def world(self) -> Answer:
        return await self.get("/sandbox/world")

    async def messages(self, channel: str, as_: str, after: str = "0", limit: int = 50) -> Answer:
        """What this member sees there, oldest first; "@bot" is their direct messages with the bot."""
        return await self.get("/sandbox/messages", channel=channel, **{"as": as_}, after=after, limit=limit)

    async def say(self, who: str, channel: str, content: str, reply_to: str | None = None) -> Answer:
        return await self.post(
            "/sandbox/say", **{"as": who}, channel=channel, content=content, reply_to=reply_to
        )

    async def react(self, who: str, message: str, emoji: str) -> Answer:
        return await self.post("/sandbox/react", **{"as": who}, message=message, emoji=emoji)

    async def thread(self, who: str, channel: str, name: str, message: str | None = None) -> Answer:
        return await self.post("/sandbox/thread", **{"as": who}, channel=channel, name=name, message=message)

    async def voice(self, who: str, channel: str | None) -> Answer:
        """Join a voice channel, or leave with None."""
        return await self._call("POST", "/sandbox/voice", json={"as": who, "channel": channel})

    async def join(self, name: str, **more: Any) -> Answer:
        return await self.post("/sandbox/join", name=name, **more)

    async def leave(self, who: str) -> Answer:
        return await self.post("/sandbox/leave", **{"as": who})

    async def slash(
        self, who: str, command: str, channel: str = "general", locale: str | None = None, **options: Any
    ) -> Answer:
        """Type a command; the answer is the first that the person sees. An option named like a parameter ends in "_"."""
        options = {name.rstrip("_"): value for name, value in options.items()}
        return await self.post(
            "/sandbox/slash", **{"as": who}, channel=channel, command=command, options=options, locale=locale
        )

    async def choices(
        self, who: str, command: str, focused: str, channel: str = "general", **options: Any
    ) -> Answer:
        """What autocomplete offers for the focused option."""
        options = {focused: "", **{name.rstrip("_"): value for name, value in options.items()}}
        answer = await self.post(
            "/sandbox/autocomplete",
            **{"as": who},
            channel=channel,
            command=command,
            options=options,
            focused=focused,
        )
        return answer["choices"]

    async def click(
        self, who: str, message: str, *, label: str | None = None, custom_id: str | None = None, **more: Any
    ) -> Answer:
        return await self.post(
            "/sandbox/click", **{"as": who}, message=message, label=label, custom_id=custom_id, **more
        )

    async def select(self, who: str, message: str, custom_id: str, values: list[str]) -> Answer:
        return await self.post(
            "/sandbox/select", **{"as": who}, message=message, custom_id=custom_id, values=values
        )

    async def submit(self, who: str, modal: Any, fields: dict[str, Any]) -> Answer:
        return await self.post("/sandbox/submit", **{"as": who}, modal=modal, fields=fields)

    async def clock(self, **turn: Any) -> Answer:
        """Turn the clock: advance=seconds, to=iso or speed; without any, read it."""
        return await (self.post("/sandbox/clock", **turn) if turn else self.get("/sandbox/clock"))

    async def discord(self, who: str, method: str, path: str, body: Any = None) -> Any:
        """Call Discord's API as a person: for roles, channels, kicks and bans."""
        return await self._call(
            method, f"/api/v10{path}", json=body, headers={"Authorization": f"Person {who}"}
        )

    async def _call(self, method: str, path: str, **how: Any) -> Any:
        assert self._session is not None  # noqa: S101 # used as a context manager
        async with self._session.request(method, self.url + path, **how) as answer:
            result: Any = await answer.json(content_type=None) if answer.status != 204 else None
            if answer.status < 400:
                return result
            refusal: Answer = result or {}
            raise PersonRefused(answer.status, str(refusal.get("error") or refusal.get("message") or refusal))


def upload(name: str, data: bytes) -> dict[str, str]:
    """A file as an option or a modal field."""
    return {"filename": name, "base64": base64.b64encode(data).decode()}


_COMMAND = re.compile(r"<(/[^:>]+):\d+>")
"""A link to a command, which is read as its name."""


def words(message: Answer) -> str:
    """All text of a message, components and embeds included, one block a line: what a person reads."""
    parts: list[str] = [message["content"]] if message.get("content") else []
    parts += [embed.get(key, "") for embed in message.get("embeds", []) for key in ("title", "description")]
    for component in walk(message.get("components", [])):
        text = component.get("content") or component.get("label")
        if isinstance(text, str):
            parts.append(text)
    return _COMMAND.sub(r"\1", "\n".join(part for part in parts if part))


def buttons(message: Answer) -> Answer:
    """Every button of a message, link buttons too."""
    return [component for component in walk(message.get("components", [])) if component.get("type") == 2]


def walk(components: list[Answer]) -> Answer:
    """All components, outer before inner, in reading order."""
    in_order: list[Answer] = []
    for component in components:
        in_order.append(component)
        in_order += walk(component.get("components", []))
        in_order += [component["accessory"]] if "accessory" in component else []
    return in_order
