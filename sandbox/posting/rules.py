"""Discord's limits for a message."""

from __future__ import annotations

from typing import Any

from sandbox.components import rules as components
from sandbox.errors import DiscordError
from sandbox.forms import Form
from sandbox.wire import Json, items, mapping

SUPPRESS_EMBEDS, EPHEMERAL, LOADING, SILENT, V2 = 1 << 2, 1 << 6, 1 << 7, 1 << 12, 1 << 15


def check(body: Json, files: int, *, held: int = 0) -> None:
    """50035 for a breach of a limit, 50006 for an empty message."""
    form = Form(body)
    v2 = bool(int(body.get("flags") or 0) & V2)
    content = body.get("content")
    if content is not None:
        form.length("content", content, 0, 2000)
    _embeds(form, body)
    if v2:
        for key in ("content", "embeds", "poll", "sticker_ids"):
            if body.get(key):
                form.fault(
                    key,
                    "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                    f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
                )
    if body.get("components") is not None:
        components.check_message(form, body["components"], v2=v2)
    if files + held > 10:
        form.fault("attachments", "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
    if body.get("nonce") is not None and len(str(body["nonce"])) > 25:
        form.length("nonce", str(body["nonce"]), 0, 25)
    _allowed_mentions(form, body.get("allowed_mentions"))
    form.done()
    filled = (
        str(content or "").strip(),
        *map(len, (items(body, k) for k in ("embeds", "components", "sticker_ids"))),
    )
    if not any((*filled, files, held, body.get("poll"))):
        raise DiscordError(400, 50006, "Cannot send an empty message")


def _embeds(form: Form, body: Json) -> None:
    embeds = form.count("embeds", body.get("embeds") or [], 0, 10)
    total = 0
    for n, embed in enumerate(embeds):
        for key, high in (("title", 256), ("description", 4096)):
            total += _part(form, f"embeds.{n}.{key}", embed.get(key), high)
        total += _part(
            form, f"embeds.{n}.footer.text", (mapping(embed.get("footer")) or {}).get("text"), 2048
        )
        total += _part(form, f"embeds.{n}.author.name", (mapping(embed.get("author")) or {}).get("name"), 256)
        for m, field in enumerate(form.count(f"embeds.{n}.fields", embed.get("fields") or [], 0, 25)):
            where = f"embeds.{n}.fields.{m}"
            form.length(f"{where}.name", field.get("name"), 1, 256)
            form.length(f"{where}.value", field.get("value"), 1, 1024)
            total += len(str(field.get("name"))) + len(str(field.get("value")))
    if total > 6000:
        form.fault("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")


def _part(form: Form, path: str, value: Any, high: int) -> int:
    if value is None:
        return 0
    form.length(path, value, 0, high)
    return len(str(value))


def _allowed_mentions(form: Form, allowed: Any) -> None:
    given = mapping(allowed)
    if given is None:
        return
    parse = items(given, "parse")
    for kind in ("users", "roles"):
        ids = form.count(f"allowed_mentions.{kind}", given.get(kind) or [], 0, 100)
        if ids and kind in parse:
            form.fault(
                "allowed_mentions",
                "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
                f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.',
            )
