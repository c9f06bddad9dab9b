"""JSON as it travels: one name for the type, one encoder, one decoder."""

from __future__ import annotations

import json
from typing import Any

try:
    import orjson
except ImportError:  # the sandbox also runs with nothing but aiohttp
    orjson = None  # type: ignore[assignment]

Json = dict[str, Any]


def encode(value: Any) -> bytes:
    """The compact UTF-8 JSON of a value."""
    if orjson is not None:
        return orjson.dumps(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def decode(data: bytes | str) -> Any:
    """The value of a JSON text; ValueError for any other text."""
    if orjson is not None:
        return orjson.loads(data)
    return json.loads(data)


def items(body: Json, key: str) -> list[Any]:
    """The list at a key, empty where it is absent or null."""
    value: list[Any] | None = body.get(key)
    return value if value is not None else []


def mapping(value: Any) -> Json | None:
    """The value if it is an object, else None."""
    if isinstance(value, dict):
        body: Json = value  # pyright: ignore[reportUnknownVariableType] # JSON's keys are texts
        return body
    return None


def listing(value: Any) -> list[Any] | None:
    """The value if it is a list, else None."""
    if isinstance(value, list):
        entries: list[Any] = value  # pyright: ignore[reportUnknownVariableType]
        return entries
    return None


def public(body: Json) -> Json:
    """The part of a stored object that leaves the sandbox: keys that start with `_` are for the sandbox alone."""
    return {key: value for key, value in body.items() if key[0] != "_"}
