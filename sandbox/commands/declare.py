"""Declarations of commands: checked, completed and stored."""

from __future__ import annotations

import re
from typing import Any

from sandbox.errors import DiscordError
from sandbox.forms import Form
from sandbox.wire import Json, items
from sandbox.world.world import World

CHAT, USER, MESSAGE = 1, 2, 3
SUBCOMMAND, GROUP = 1, 2
_NAME = re.compile(r"[-_'\w]{1,32}")
_MOST = {CHAT: 100, USER: 15, MESSAGE: 15}
_LOCALES = (
    "id",
    "da",
    "de",
    "en-GB",
    "en-US",
    "es-ES",
    "es-419",
    "fr",
    "hr",
    "it",
    "lt",
    "hu",
    "nl",
    "no",
    "pl",
    "pt-BR",
    "ro",
    "fi",
    "sv-SE",
    "vi",
    "tr",
    "cs",
    "el",
    "bg",
    "ru",
    "uk",
    "hi",
    "th",
    "zh-CN",
    "ja",
    "zh-TW",
    "ko",
)


def replace_all(world: World, application_id: str, guild_id: str | None, bodies: Any) -> list[Json]:
    """Replace all commands of the application there; a command whose name stays keeps its id."""
    form = Form({})
    entries = form.count("", bodies, 0, sum(_MOST.values()))
    keys: set[tuple[str, int]] = set()
    for n, body in enumerate(entries):
        key = (str(body.get("name")), int(body.get("type") or CHAT))
        _check(form, f"{n}.", body)
        if key in keys:
            form.fault(
                f"{n}.name", "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique"
            )
        keys.add(key)
    form.done()
    _require_room(entries)
    old = {(c["name"], c["type"]): c for c in of(world, application_id, guild_id)}
    for key, command in old.items():
        if key not in keys:
            world.drop("command", command["id"])
    return [_keep(world, application_id, guild_id, body, old) for body in entries]


def upsert(world: World, application_id: str, guild_id: str | None, body: Json) -> tuple[Json, bool]:
    """Create a command or replace the one of the same name and type; also return whether it is new."""
    form = Form(body)
    _check(form, "", body)
    form.done()
    old = {(c["name"], c["type"]): c for c in of(world, application_id, guild_id)}
    new = (body["name"], int(body.get("type") or CHAT)) not in old
    _require_room([*old.values(), body] if new else list(old.values()))
    return _keep(world, application_id, guild_id, body, old), new


def edit(world: World, command: Json, change: Json) -> Json:
    """Change the given fields of a command."""
    body = command | change | {"type": command["type"]}
    form = Form(body)
    _check(form, "", body)
    form.done()
    old = {(body["name"], body["type"]): command}
    return _keep(world, command["application_id"], command.get("guild_id"), body, old)


def of(world: World, application_id: str, guild_id: str | None) -> list[Json]:
    """The application's global commands, or those of one server."""
    return [
        c
        for c in world.commands.values()
        if c["application_id"] == application_id and c.get("guild_id") == guild_id
    ]


def _keep(
    world: World, application_id: str, guild_id: str | None, body: Json, old: dict[tuple[str, int], Json]
) -> Json:
    kind = int(body.get("type") or CHAT)
    before = old.get((body["name"], kind))
    permissions = body.get("default_member_permissions")
    command: Json = {
        "id": before["id"] if before else world.new_id(),
        "application_id": application_id,
        "version": world.new_id(),
        "default_member_permissions": None if permissions is None else str(permissions),
        "type": kind,
        "name": body["name"],
        "name_localizations": body.get("name_localizations"),
        "description": body.get("description") or "",
        "description_localizations": body.get("description_localizations"),
        "dm_permission": body.get("dm_permission", True) is not False,
        "contexts": body.get("contexts"),
        "integration_types": body.get("integration_types") or [0],
        "nsfw": bool(body.get("nsfw")),
    }
    if guild_id:
        command["guild_id"] = guild_id
    if kind == CHAT and body.get("options"):
        command["options"] = [_option(option) for option in body["options"]]
    return world.keep("command", command["id"], command)


def _option(option: Json) -> Json:
    """An option without its empty fields."""
    body: Json = {
        key: value for key, value in option.items() if value not in (None, [], {}) and value is not False
    }
    body |= {"name_localizations": option.get("name_localizations")}
    body |= {"description_localizations": option.get("description_localizations")}
    if option.get("options"):
        body["options"] = [_option(child) for child in option["options"]]
    if option.get("choices"):
        body["choices"] = [{"name_localizations": None, **choice} for choice in option["choices"]]
    return body


def _require_room(bodies: list[Any]) -> None:
    for kind, most in _MOST.items():
        if sum(int(body.get("type") or CHAT) == kind for body in bodies) > most:
            raise DiscordError(400, 30032, f"Maximum number of application commands reached ({most}).")


def _check(form: Form, at: str, body: Any) -> None:
    """Check names, descriptions and options; a command has 8,000 characters at most."""
    kind = int(body.get("type") or CHAT)
    form.choice(f"{at}type", kind, (CHAT, USER, MESSAGE))
    name = body.get("name")
    form.length(f"{at}name", name, 1, 32)
    if kind == CHAT:
        _name(form, f"{at}name", name)
        form.length(f"{at}description", body.get("description"), 1, 100)
    elif body.get("description"):
        form.fault(
            f"{at}description",
            "APPLICATION_COMMAND_INVALID_DESCRIPTION",
            "Context menu commands cannot have a description",
        )
    _locales(form, at, body, chat=kind == CHAT)
    if (bits := body.get("default_member_permissions")) is not None and not str(bits).isdecimal():
        form.fault(f"{at}default_member_permissions", "NUMBER_TYPE_COERCE", "Not a permission integer.")
    _options(form, at, items(body, "options"), depth=0)
    if _characters(body) > 8000:
        form.fault(
            f"{at.rstrip('.')}", "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)"
        )


def _name(form: Form, path: str, name: Any) -> None:
    if isinstance(name, str) and (not _NAME.fullmatch(name) or name != name.lower()):
        form.fault(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _locales(form: Form, at: str, body: Json, *, chat: bool) -> None:
    for key, most in (("name_localizations", 32), ("description_localizations", 100)):
        texts: Json = body.get(key) or {}
        for locale, text in texts.items():
            form.choice(f"{at}{key}.{locale}", locale, _LOCALES)
            form.length(f"{at}{key}.{locale}", text, 1, most)
            if chat and key == "name_localizations":
                _name(form, f"{at}{key}.{locale}", text)


def _options(form: Form, at: str, options: list[Any], depth: int) -> None:
    if len(options) > 25:
        form.fault(f"{at}options", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    names: set[Any] = set()
    optional_before = False
    for n, option in enumerate(options):
        where = f"{at}options.{n}."
        form.choice(f"{where}type", option.get("type"), tuple(range(1, 12)))
        form.length(f"{where}name", option.get("name"), 1, 32)
        _name(form, f"{where}name", option.get("name"))
        form.length(f"{where}description", option.get("description"), 1, 100)
        _locales(form, where, option, chat=True)
        if option.get("name") in names:
            form.fault(
                f"{where}name",
                "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS",
                "Option name already exists",
            )
        names.add(option.get("name"))
        if option.get("required") and optional_before:
            form.fault(
                f"{where.rstrip('.')}",
                "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                "Required options must be placed before non-required options",
            )
        optional_before = optional_before or not option.get("required")
        if option.get("type") in (SUBCOMMAND, GROUP):
            optional_before = False
            _options(form, where, items(option, "options"), depth + 1)
        else:
            _choices(form, where, option)


def _choices(form: Form, where: str, option: Json) -> None:
    choices = items(option, "choices")
    if len(choices) > 25:
        form.fault(f"{where}choices", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    if choices and option.get("autocomplete"):
        form.fault(
            f"{where}autocomplete",
            "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES",
            "Choices and autocomplete exclude each other",
        )
    for n, choice in enumerate(choices):
        form.length(f"{where}choices.{n}.name", choice.get("name"), 1, 100)
        if option.get("type") == 3:
            form.length(f"{where}choices.{n}.value", choice.get("value"), 1, 100)


def _characters(body: Json) -> int:
    """The length of a command as Discord counts it: of each text the longest translation."""
    total = 0
    for key in ("name", "description"):
        translated: Json = body.get(f"{key}_localizations") or {}
        total += max(len(str(text)) for text in (body.get(key) or "", *translated.values()))
    total += sum(_characters(option) for option in items(body, "options"))
    return total + sum(len(str(c.get("name"))) + len(str(c.get("value"))) for c in items(body, "choices"))
