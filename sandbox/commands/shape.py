"""The shape of a command's declaration; declare.py checks its meaning."""

from __future__ import annotations

from typing import Any

from sandbox.forms import Form
from sandbox.shape import bits, flag, locales, many, text, thing, whole

_DEEPEST = 3


def _option(form: Form, path: str, value: Any) -> None:
    if path.count("options") > _DEEPEST:
        form.fault(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-commands are nested too deeply")
        return
    _OPTION(form, path, value)


def _value(form: Form, path: str, value: Any) -> None:
    """A choice's value: a text or a number."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        form.fault(path, "UNION_TYPE_CHOICES", "Value is neither a text nor a number.")


def _number(form: Form, path: str, value: Any) -> None:
    form.number(path, value, -(2**53), 2**53)


_WORDS = {
    "name": text(32),
    "name_localizations": locales(32),
    "description": text(100),
    "description_localizations": locales(100),
}
_OPTION = thing(
    _WORDS
    | {
        "type": whole(0, 100),
        "required": flag,
        "autocomplete": flag,
        "choices": many(
            thing({"name": text(100), "name_localizations": locales(100), "value": _value}, "name", "value"),
            25,
        ),
        "options": many(_option, 25),
        "channel_types": many(whole(0, 100), 25),
        "min_value": _number,
        "max_value": _number,
        "min_length": whole(0, 6000),
        "max_length": whole(1, 6000),
    },
    "type",
    "name",
)
COMMAND = thing(
    _WORDS
    | {
        "type": whole(0, 100),
        "options": many(_option, 25),
        "default_member_permissions": bits,
        "dm_permission": flag,
        "default_permission": flag,
        "nsfw": flag,
        "contexts": many(whole(0, 2), 3),
        "integration_types": many(whole(0, 1), 2),
        "handler": whole(1, 3),
    }
)
COMMANDS = many(COMMAND, 130)
