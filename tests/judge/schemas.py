"""Compiled checks: a schema of Discord's description becomes a validator, once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, cast
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

_ZONE = re.compile(r"(Z|[+-]\d\d:\d\d)$")
_INT32 = range(-(2**31), 2**31)
_INT64 = range(-(2**63), 2**63)


class _Check(Protocol):
    """The one method of jsonschema's validators that is used here; its own stubs leave it partly untyped."""

    def iter_errors(self, instance: Any) -> Iterator[ValidationError]: ...


class Validators:
    """Validators by schema.

    Closed ones refuse fields that Discord does not describe (requests); open ones allow them (answers:
    Discord leaves their description incomplete on purpose).
    """

    def __init__(self, *, closed: bool) -> None:
        self._closed = closed
        self._made: dict[int, tuple[object, _Check]] = {}
        self._copies: dict[int, tuple[object, dict[str, Any]]] = {}

    def errors(self, schema: Mapping[str, Any], value: Any) -> Iterator[ValidationError]:
        """Everything in which the value is not as the schema says."""
        made = self._made.get(id(schema))
        if made is None:
            # The schema is kept beside its validator: an id may be used again once its object is gone.
            judged_by = self._copy(schema) if self._closed else schema
            compiled = Draft202012Validator(judged_by, format_checker=_formats())
            made = self._made[id(schema)] = schema, cast("_Check", compiled)
        return made[1].iter_errors(value)

    def _copy(self, node: Any) -> Any:
        """The same schema with every list of properties complete; shared parts stay shared."""
        if isinstance(node, list):
            return [self._copy(value) for value in cast("Sequence[Any]", node)]
        return self._complete(cast("dict[str, Any]", node)) if isinstance(node, dict) else node

    def _complete(self, node: dict[str, Any]) -> dict[str, Any]:
        if id(node) not in self._copies:
            copy: dict[str, Any] = {}
            self._copies[id(node)] = node, copy
            copy.update((key, self._copy(value)) for key, value in node.items())
            if "properties" in node and _is_object(node) and "additionalProperties" not in node:
                copy["additionalProperties"] = False
        return self._copies[id(node)][1]


def _is_object(node: dict[str, Any]) -> bool:
    kind: str | list[str] | dict[str, Any] = node.get("type", "")
    return kind == "object" or (isinstance(kind, list) and "object" in kind)


def _formats() -> FormatChecker:
    checker = FormatChecker(formats=())
    for name, test in _FORMATS.items():
        checker.checks(name)(test)
    return checker


def _is_time(value: object) -> bool:
    if not isinstance(value, str):
        return True
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return "T" in value and _ZONE.search(value) is not None


def _is_uri(value: object) -> bool:
    if not isinstance(value, str):
        return True
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return bool(parts.scheme and (parts.netloc or parts.path)) and not re.search(r"\s", value)


def _fits(bounds: range) -> Callable[[object], bool]:
    def test(value: object) -> bool:
        return not isinstance(value, int) or isinstance(value, bool) or value in bounds

    return test


def _is_snowflake(value: object) -> bool:
    return not isinstance(value, str) or not value.isdecimal() or int(value) < 2**64


_FORMATS: dict[str, Callable[[object], bool]] = {
    "date-time": _is_time,
    "uri": _is_uri,
    "int32": _fits(_INT32),
    "int64": _fits(_INT64),
    "snowflake": _is_snowflake,
}
