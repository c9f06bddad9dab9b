"""Components as Discord returns them: numbered, with defaults written out and media resolved."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from sandbox.components import tree
from sandbox.forms import Form
from sandbox.wire import Json, items, mapping

_DEFAULTS: dict[int, Json] = {
    tree.CONTAINER: {"accent_color": None, "spoiler": False},
    tree.THUMBNAIL: {"description": None, "spoiler": False},
    tree.SEPARATOR: {"divider": True, "spacing": 1},
    tree.FILE: {"spoiler": False, "name": None, "size": None},
    **{kind: {"min_values": 1, "max_values": 1} for kind in tree.SELECTS},
    tree.TEXT_INPUT: {"required": True},
    tree.FILE_UPLOAD: {"min_values": 1, "max_values": 1, "required": True},
    tree.RADIO_GROUP: {"required": True},
}


def finished(components: list[Any], attachments: list[Json], new_id: Callable[[], str]) -> list[Json]:
    """A finished copy of a checked tree; 50035 if it refers to an attachment that does not exist."""
    result: list[Json] = copy.deepcopy(components)
    form = Form({})
    walked = list(tree.walk(result))
    taken = {component.get("id") for _, component in walked}
    number = 0
    for path, component in walked:
        for key, value in _DEFAULTS.get(component["type"], {}).items():
            if component.get(key) is None:
                component[key] = value
        for entry in items(component, "items"):
            entry.setdefault("description", None)
            entry.setdefault("spoiler", False)
        if not component.get("id"):
            number += 1
            while number in taken:
                number += 1
            component["id"] = number
        for holder in (component, *items(component, "options")):
            _plain_emoji(holder)
        for shown in tree.media(component):
            _resolve(form, path, shown, attachments, new_id)
        if component["type"] == tree.FILE:
            _name_file(component, attachments)
    form.done()
    return result


def _plain_emoji(holder: Json) -> None:
    """Drop the null id that libraries send with a Unicode emoji."""
    emoji = mapping(holder.get("emoji"))
    if emoji is not None:
        holder["emoji"] = {key: value for key, value in emoji.items() if value is not None}


def _resolve(form: Form, path: str, media: Json, attachments: list[Json], new_id: Callable[[], str]) -> None:
    url: str = media["url"]
    if url.startswith("attachment://"):
        name = url.removeprefix("attachment://")
        attachment = next((a for a in attachments if a["filename"] == name), None)
        if attachment is None:
            form.fault(
                path,
                "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
                f"The referenced attachment was not found: {name}",
            )
            return
        media |= {
            "url": attachment["url"],
            "content_type": attachment.get("content_type"),
            "width": attachment.get("width"),
            "height": attachment.get("height"),
            "attachment_id": attachment["id"],
        }
    media.setdefault("id", new_id())
    media["proxy_url"] = media["url"]


def _name_file(component: Json, attachments: list[Json]) -> None:
    for attachment in attachments:
        if attachment["id"] == component["file"].get("attachment_id"):
            component["name"], component["size"] = attachment["filename"], attachment["size"]
