"""The choices of a person in a select menu, checked as Discord's client checks them."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.commands.typed import Typing
from sandbox.components import tree
from sandbox.errors import Refusal
from sandbox.interactions.payload import resolved_channel, resolved_user
from sandbox.wire import Json, items, listing
from sandbox.world import find


def chosen(typing: Typing, menu: Json, given: object, name: str) -> list[str]:
    """The values for the application; the objects that they name go into `typing.resolved`."""
    picked = [given] if isinstance(given, str) else listing(given)
    if picked is None:
        raise Refusal(400, f"{name} takes a list of values.", "Give `values`.")
    low, high = menu.get("min_values", 1), menu.get("max_values", 1)
    if not low <= len(picked) <= high and not (not picked and menu.get("required") is False):
        raise Refusal(400, f"{name} takes {low} to {high} values.", f"There are {len(picked)}.")
    values = [_READ[menu["type"]](typing, menu, value) for value in picked]
    if len(set(values)) != len(values):
        raise Refusal(400, f"{name} got a value twice.", "Each can be chosen once.")
    return values


def option(menu: Json, value: object) -> str:
    """The value of the option with this value, or else with this label."""
    options = items(menu, "options")
    for key in ("value", "label"):
        for entry in options:
            if entry[key] == value:
                return str(entry["value"])
    raise Refusal(400, f"{value!r} is not among the options.", ", ".join(str(o["value"]) for o in options))


def _option(typing: Typing, menu: Json, value: object) -> str:
    return option(menu, value)


def _user(typing: Typing, menu: Json, value: object) -> str:
    user_id = find.person(typing.world, value)
    resolved_user(typing.world, typing.guild, user_id, typing.resolved)
    return user_id


def _role(typing: Typing, menu: Json, value: object) -> str:
    role = find.role(typing.world, value)
    typing.resolved.setdefault("roles", {})[role["id"]] = role
    return str(role["id"])


def _mentionable(typing: Typing, menu: Json, value: object) -> str:
    try:
        return _role(typing, menu, value)
    except Refusal:
        return _user(typing, menu, value)


def _channel(typing: Typing, menu: Json, value: object) -> str:
    channel = find.channel(typing.world, value, typing.user_id)
    kinds = items(menu, "channel_types")
    if kinds and channel["type"] not in kinds:
        raise Refusal(400, f"{channel['name']} is not offered.", f"It takes channels of the types {kinds}.")
    resolved_channel(typing.world, typing.guild, typing.user_id, channel, typing.resolved)
    return str(channel["id"])


_READ: dict[int, Callable[[Typing, Json, object], str]] = {
    tree.STRING_SELECT: _option,
    tree.USER_SELECT: _user,
    tree.ROLE_SELECT: _role,
    tree.MENTIONABLE_SELECT: _mentionable,
    tree.CHANNEL_SELECT: _channel,
    tree.CHECKBOX_GROUP: _option,
}
