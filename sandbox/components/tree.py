"""Walking a component tree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.wire import Json, items, mapping

ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT = 5, 6, 7, 8
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER = 9, 10, 11, 12, 13, 14, 17
LABEL, FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX = 18, 19, 21, 22, 23
SELECTS = (STRING_SELECT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT)
LINK_STYLE, PREMIUM_STYLE = 5, 6


def walk(components: list[Any], path: str = "components") -> Iterator[tuple[str, Json]]:
    """Every component with its path, parents first; entries that are not objects are skipped."""
    for n, entry in enumerate(components):
        if component := mapping(entry):
            yield from _walk_one(component, f"{path}.{n}")


def _walk_one(component: Json, path: str) -> Iterator[tuple[str, Json]]:
    yield path, component
    if isinstance(component.get("components"), list):
        yield from walk(component["components"], f"{path}.components")
    for key in ("accessory", "component"):
        if isinstance(component.get(key), dict):
            yield from _walk_one(component[key], f"{path}.{key}")


def every(components: list[Any]) -> list[Json]:
    """Every component of a tree, parents first."""
    return [component for _, component in walk(components)]


def texts(components: list[Any]) -> list[str]:
    """The texts of all text displays in a tree."""
    return [str(c.get("content", "")) for c in every(components) if c.get("type") == TEXT]


def media(component: Json) -> list[Json]:
    """The media objects of this component, without those of its children."""
    kind = component.get("type")
    if kind == THUMBNAIL:
        return [component["media"]] if isinstance(component.get("media"), dict) else []
    if kind == FILE:
        return [component["file"]] if isinstance(component.get("file"), dict) else []
    if kind == GALLERY:
        return [entry["media"] for entry in items(component, "items") if isinstance(entry.get("media"), dict)]
    return []
