"""Files of messages, and the attachments as which Discord shows them."""

from __future__ import annotations

import mimetypes
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.errors import DiscordError
from sandbox.wire import Json, items
from sandbox.world.world import World

_MOST_BYTES = 10 * 2**20
_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a request."""

    filename: str
    data: bytes
    content_type: str | None = None


def keep(world: World, cdn: str, channel_id: str, upload: Upload, *, ephemeral: bool = False) -> Json:
    """Store a file; return its attachment object."""
    if len(upload.data) > _MOST_BYTES:
        raise DiscordError(413, 40005, "Request entity too large")
    name = re.sub(r"[^\w.()-]", "_", upload.filename) or "file"
    kind = upload.content_type
    if kind in (None, "application/octet-stream"):
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    file_id = world.new_id()
    world.store.keep_file(file_id, name, kind, upload.data)
    url = f"{cdn}/cdn/attachments/{channel_id}/{file_id}/{name}"
    attachment: Json = {
        "id": file_id,
        "filename": name,
        "size": len(upload.data),
        "url": url,
        "proxy_url": url,
        "content_type": kind,
    }
    if upload.data.startswith(_PNG) and len(upload.data) > 24:
        attachment["width"], attachment["height"] = struct.unpack(">II", upload.data[16:24])
    if ephemeral:
        attachment["ephemeral"] = True
    return attachment


def attach(
    world: World, cdn: str, channel_id: str, body: Json, files: Mapping[int, Upload], held: list[Json]
) -> list[Json]:
    """The attachments of a message: those `held` that the body keeps, then the new files."""
    notes: dict[str, Any] = {str(entry.get("id")): entry for entry in items(body, "attachments")}
    kept = [a for a in held if a["id"] in notes] if body.get("attachments") is not None else held
    for n, upload in sorted(files.items()):
        note = notes.get(str(n), {})
        named = Upload(note.get("filename") or upload.filename, upload.data, upload.content_type)
        attachment = keep(world, cdn, channel_id, named)
        for key in ("description", "title"):
            if note.get(key):
                attachment[key] = note[key]
        kept = [*kept, attachment]
    return kept
