"""Checks of a request body, collected into Discord's nested 50035 error."""

from __future__ import annotations

from typing import Any

from sandbox.errors import invalid_form
from sandbox.wire import Json, listing, mapping


class Form:
    """The faults found in one body. Paths are written with dots: `components.0.label`."""

    def __init__(self, body: Any) -> None:
        self.errors: Json = {}
        self.body: Json = mapping(body) or {}
        if not isinstance(body, dict):
            self.fault("", "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")

    def fault(self, path: str, code: str, message: str) -> None:
        """Note one fault."""
        node = self.errors
        for part in filter(None, path.split(".")):
            node = node.setdefault(part, {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def required(self, path: str) -> None:
        """Note that a field is missing."""
        self.fault(path, "BASE_TYPE_REQUIRED", "This field is required")

    def length(self, path: str, value: Any, low: int, high: int) -> None:
        """A text of `low` to `high` characters."""
        if not isinstance(value, str):
            self.fault(path, "STRING_TYPE_CONVERT", "Could not interpret value as string.")
        elif not low <= len(value) <= high:
            limit = f"between {low} and {high}" if low else f"{high} or fewer"
            self.fault(path, "BASE_TYPE_BAD_LENGTH", f"Must be {limit} in length.")

    def text(self, key: str, low: int, high: int, *, needed: bool = False, nullable: bool = False) -> None:
        """A text of `low` to `high` characters in the body's field `key`, if the field is there."""
        value = self.body.get(key)
        if value is None:
            if (needed and (key not in self.body or not nullable)) or (key in self.body and not nullable):
                self.required(key)
        else:
            self.length(key, value, low, high)

    def count(self, path: str, value: Any, low: int, high: int) -> list[Any]:
        """A list of `low` to `high` entries; returns the list, or an empty one for any other value."""
        entries = listing(value)
        if entries is None:
            self.fault(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return []
        if not low <= len(entries) <= high:
            self.fault(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")
        return entries

    def choice(self, path: str, value: Any, allowed: tuple[Any, ...]) -> None:
        """One of a few values."""
        if value not in allowed:
            names = ", ".join(map(str, allowed))
            self.fault(path, "BASE_TYPE_CHOICES", f"Value must be one of ({names}).")

    def number(self, path: str, value: Any, low: float, high: float) -> None:
        """A number within bounds."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fault(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not a number.')
        elif value < low:
            self.fault(path, "NUMBER_TYPE_MIN", f"int value should be greater than or equal to {low}.")
        elif value > high:
            self.fault(path, "NUMBER_TYPE_MAX", f"int value should be less than or equal to {high}.")

    def done(self) -> None:
        """Raise the noted faults, if any."""
        if self.errors:
            raise invalid_form(self.errors)
