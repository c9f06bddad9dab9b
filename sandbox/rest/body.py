"""Reading a request's body, which is JSON, a form with files, or fields in the form of a URL."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from sandbox.errors import DiscordError
from sandbox.posting.uploads import Upload
from sandbox.wire import Json, decode

_FILE = re.compile(r"files\[(\d+)\]")


@dataclass
class Content:
    """The JSON body (of either form: its `payload_json`), the files, and the names of the form's parts."""

    body: Any = None
    files: dict[int, Upload] = field(default_factory=dict[int, Upload])
    parts: list[str] = field(default_factory=list[str])


async def read(request: web.Request) -> Content:
    """The content of a request; 50109 for a body that cannot be read."""
    content = Content()
    if not request.can_read_body:
        return content
    if request.content_type.startswith("multipart/"):
        await _read_form(request, content)
        return content
    if request.content_type == "application/x-www-form-urlencoded":
        fields = await request.post()
        content.parts = list(fields)
        told = fields.get("payload_json")
        content.body = _json(str(told).encode()) if told is not None else dict(fields)
        return content
    data = await request.read()
    if data:
        content.body = _json(data)
    return content


async def _read_form(request: web.Request, content: Content) -> None:
    form: Json = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise DiscordError(400, 50109, "The request body contains a nested form.")
        name = str(part.name)
        content.parts.append(name)
        data = bytes(await part.read(decode=True))
        match = _FILE.fullmatch(name)
        if name == "payload_json":
            content.body = _json(data)
        elif match or part.filename:
            number = int(match[1]) if match else len(content.files)
            content.files[number] = Upload(part.filename or "file", data, part.headers.get("Content-Type"))
        else:
            form[name] = data.decode(errors="replace")
    if content.body is None:
        content.body = form


def _json(data: bytes) -> Any:
    try:
        return decode(data)
    except ValueError as error:
        raise DiscordError(400, 50109, "The request body contains invalid JSON.") from error
