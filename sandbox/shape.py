"""The shape of a body: its types, counts and lengths, checked before its handler runs.

A shape checks one value. `thing({…})` checks the fields that it names and ignores others, as Discord does.
All faults are reported at once, as 50035 with `errors` nested like the body.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.clock import parse
from sandbox.forms import Form
from sandbox.wire import mapping

Shape = Callable[[Form, str, Any], None]


def thing(fields: Mapping[str, Shape], *needed: str) -> Shape:
    """An object with these fields; the `needed` ones must be there."""

    def check(form: Form, path: str, value: Any) -> None:
        body = mapping(value)
        if body is None:
            form.fault(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
            return
        for name in needed:
            if body.get(name) is None:
                form.required(f"{path}.{name}")
        for name, shape in fields.items():
            if body.get(name) is not None:
                shape(form, f"{path}.{name}", body[name])

    return check


def many(shape: Shape, high: int, low: int = 0) -> Shape:
    """A list of `low` to `high` entries."""

    def check(form: Form, path: str, value: Any) -> None:
        for n, entry in enumerate(form.count(path, value, low, high)):
            shape(form, f"{path}.{n}", entry)

    return check


def text(high: int, low: int = 0) -> Shape:
    """A text of `low` to `high` characters."""

    def check(form: Form, path: str, value: Any) -> None:
        form.length(path, value, low, high)

    return check


def whole(low: int, high: int) -> Shape:
    """A whole number. Discord also takes one as a text; the sandbox refuses it, to show up clients that mix them up."""

    def check(form: Form, path: str, value: Any) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            form.fault(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
        else:
            form.number(path, value, low, high)

    return check


def one_of(*allowed: int) -> Shape:
    """One of a few numbers."""

    def check(form: Form, path: str, value: Any) -> None:
        form.choice(path, None if isinstance(value, bool) else value, allowed)

    return check


def flag(form: Form, path: str, value: Any) -> None:
    """True or false."""
    if not isinstance(value, bool):
        form.fault(path, "BOOLEAN_TYPE_CONVERT", "Must be either true or false.")


def bits(form: Form, path: str, value: Any) -> None:
    """Permissions: a whole number, as a text or a number."""
    number = _whole(value)
    if number is None or not 0 <= number < 2**63:
        form.fault(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')


def snowflake(form: Form, path: str, value: Any) -> None:
    """An id, as a text or a number."""
    number = _whole(value)
    if number is None or number < 0:
        form.fault(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')
    elif number >= 2**63:
        form.fault(
            path, "NUMBER_TYPE_MAX", "snowflake value should be less than or equal to 9223372036854775807."
        )


def moment(form: Form, path: str, value: Any) -> None:
    """A time in ISO 8601."""
    try:
        parse(value)
    except (ValueError, TypeError, OverflowError):
        form.fault(path, "DATE_TIME_TYPE_PARSE", f"Could not parse {value}. Should be ISO8601.")


def locales(high: int) -> Shape:
    """A dictionary of texts, by locale."""

    def check(form: Form, path: str, value: Any) -> None:
        body = mapping(value)
        if body is None:
            form.fault(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
            return
        for locale, words in body.items():
            if words is not None:
                form.length(f"{path}.{locale}", words, 1, high)

    return check


def image(form: Form, path: str, value: Any) -> None:
    """A picture as a data URI; its content is not checked."""
    if not isinstance(value, str) or not value.startswith("data:image/"):
        form.fault(path, "BASE_TYPE_BAD_DATA_URI", "Not a data URI of an image.")


def anything(form: Form, path: str, value: Any) -> None:
    """Any value."""


def _whole(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and len(value) < 30 and value.removeprefix("-").isdecimal() and value.isascii():
        return int(value)
    return None
