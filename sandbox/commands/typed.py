"""A typed command line, checked as Discord's client checks it before sending."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.commands import access, declare
from sandbox.errors import Refusal
from sandbox.interactions.payload import resolved_channel, resolved_user
from sandbox.posting import uploads
from sandbox.posting.uploads import Upload
from sandbox.wire import Json, items
from sandbox.world import find
from sandbox.world.guild import Guild
from sandbox.world.world import World

_TEXT, _INTEGER, _BOOLEAN, _USER, _CHANNEL, _ROLE, _MENTIONABLE, _NUMBER, _FILE = range(3, 12)


@dataclass
class Typing:
    """A command line or form being filled in; `resolved` collects the objects that its values name."""

    world: World
    guild: Guild
    user_id: str
    channel_id: str
    cdn: str
    resolved: Json = field(default_factory=dict[str, Any])


def command_of(typing: Typing, line: object, kind: int = declare.CHAT) -> tuple[Json, list[Json], list[Json]]:
    """The command named by a line such as `event create`, its sub-commands, and the options of the last of them."""
    text = str(line or "").strip().removeprefix("/")
    words = text.split() if kind == declare.CHAT else [text]
    mine = [
        c
        for c in access.visible(typing.world, typing.guild, typing.user_id, typing.channel_id)
        if c["type"] == kind
    ]
    command = next((c for c in mine if words and c["name"] == words[0]), None)
    if command is None:
        exists = any(words and c["name"] == words[0] for c in typing.world.commands.values())
        if exists:
            name = typing.world.users[typing.user_id]["username"]
            raise Refusal(403, f"{name} may not use {text}.", "Its default_member_permissions are not met.")
        known = ", ".join(sorted(c["name"] for c in mine)) or "none"
        raise Refusal(404, f"There is no command {text}.", f"Commands: {known}")
    way: list[Json] = []
    options = items(command, "options")
    for word in words[1:]:
        step = next(
            (o for o in options if o["type"] in (declare.SUBCOMMAND, declare.GROUP) and o["name"] == word),
            None,
        )
        if step is None:
            raise Refusal(404, f"There is no command {text}.", _names(words[0], options))
        way.append(step)
        options = items(step, "options")
    if any(o["type"] in (declare.SUBCOMMAND, declare.GROUP) for o in options):
        raise Refusal(404, f"{text} needs a sub-command.", _names(text, options))
    return command, way, options


def _names(before: str, options: list[Json]) -> str:
    return "There are: " + ", ".join(f"{before} {o['name']}" for o in options)


def data_of(command: Json, way: list[Json], values: list[Json], resolved: Json) -> Json:
    """The interaction's `data`: values wrapped into the sub-commands that lead to them."""
    for step in reversed(way):
        values = [{"name": step["name"], "type": step["type"], "options": values}]
    data: Json = {"id": command["id"], "name": command["name"], "type": command["type"], "options": values}
    if "guild_id" in command:
        data["guild_id"] = command["guild_id"]
    if resolved:
        data["resolved"] = resolved
    return data


def values_of(typing: Typing, options: list[Json], given: Json, focused: str | None = None) -> list[Json]:
    """The options as Discord sends them. With `focused` nothing is required: the person is still typing."""
    known = {option["name"]: option for option in options}
    for name in given:
        if name not in known:
            raise Refusal(400, f"There is no option {name}.", "Options: " + (", ".join(known) or "none"))
    values: list[Json] = []
    for name, option in known.items():
        value = given.get(name)
        if name == focused:
            values.append({"name": name, "type": option["type"], "value": str(value or ""), "focused": True})
        elif value is not None:
            read = _READ[option["type"]](typing, option, value)
            if focused is not None and option["type"] in _NUMBERS:
                read = str(read)  # discord-api-types issue 1175: during autocomplete every number is a text
            values.append({"name": name, "type": option["type"], "value": read})
        elif option.get("required") and focused is None:
            raise Refusal(400, f"The option {name} is required.", str(option["description"]))
    return values


def _chosen(option: Json, value: Any) -> Any:
    """The chosen value; an option with choices takes only their values or names."""
    choices = items(option, "choices")
    if not choices:
        return value
    for choice in choices:
        if value in (choice["value"], choice["name"]):
            return choice["value"]
    raise _bad(option, value, "Choices: " + ", ".join(str(c["value"]) for c in choices))


def _bad(option: Json, value: object, hint: str) -> Refusal:
    return Refusal(400, f"The option {option['name']} does not take {value!r}.", hint)


def _text(typing: Typing, option: Json, value: Any) -> str:
    value = _chosen(option, value)
    if not isinstance(value, str):
        raise _bad(option, value, "It takes a text.")
    low, high = option.get("min_length", 0), option.get("max_length", 6000)
    if not low <= len(value) <= high:
        raise _bad(option, value, f"Its length is {low} to {high} characters.")
    return value


def _integer(typing: Typing, option: Json, value: Any) -> int:
    value = _chosen(option, value)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 2**53:
        raise _bad(option, value, "It takes a whole number.")
    return int(_bounded(option, value))


def _number(typing: Typing, option: Json, value: Any) -> float:
    value = _chosen(option, value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _bad(option, value, "It takes a number.")
    return _bounded(option, value)


def _bounded(option: Json, value: float) -> float:
    low, high = option.get("min_value"), option.get("max_value")
    if (low is not None and value < low) or (high is not None and value > high):
        raise _bad(
            option,
            value,
            f"It takes {low if low is not None else '…'} to {high if high is not None else '…'}.",
        )
    return value


def _boolean(typing: Typing, option: Json, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _bad(option, value, "It takes true or false.")
    return value


def _user(typing: Typing, option: Json, value: Any) -> str:
    user_id = find.person(typing.world, value)
    resolved_user(typing.world, typing.guild, user_id, typing.resolved)
    return user_id


def _role(typing: Typing, option: Json, value: Any) -> str:
    role = find.role(typing.world, value)
    typing.resolved.setdefault("roles", {})[role["id"]] = role
    return str(role["id"])


def _channel(typing: Typing, option: Json, value: Any) -> str:
    channel = find.channel(typing.world, value, typing.user_id)
    kinds = items(option, "channel_types")
    if kinds and channel["type"] not in kinds:
        raise _bad(option, value, f"It takes channels of the types {kinds}.")
    resolved_channel(typing.world, typing.guild, typing.user_id, channel, typing.resolved)
    return str(channel["id"])


def _mentionable(typing: Typing, option: Json, value: Any) -> str:
    try:
        return _role(typing, option, value)
    except Refusal:
        return _user(typing, option, value)


def _file(typing: Typing, option: Json, value: Any) -> str:
    return str(received(typing, option["name"], value)["id"])


def uploaded(name: str, value: Any) -> Upload:
    """The file in a `{filename, base64}` object."""
    try:
        return Upload(str(value["filename"]), base64.b64decode(value["base64"], validate=True))
    except (KeyError, TypeError, binascii.Error) as error:
        hint = 'Give {"filename": "…", "base64": "…"}.'
        raise Refusal(400, f"{name} takes a file.", hint) from error


def received(typing: Typing, name: str, value: Any) -> Json:
    """Store a `{filename, base64}` object where the application can fetch it; return the attachment."""
    attachment = uploads.keep(
        typing.world, typing.cdn, typing.channel_id, uploaded(name, value), ephemeral=True
    )
    typing.resolved.setdefault("attachments", {})[attachment["id"]] = attachment
    return attachment


_NUMBERS = (4, 10)
_READ: dict[int, Callable[[Typing, Json, Any], Any]] = {
    _TEXT: _text,
    _INTEGER: _integer,
    _BOOLEAN: _boolean,
    _USER: _user,
    _CHANNEL: _channel,
    _ROLE: _role,
    _MENTIONABLE: _mentionable,
    _NUMBER: _number,
    _FILE: _file,
}
