"""People use commands: slash, autocomplete, and the menus of users and messages."""

from __future__ import annotations

from sandbox.commands import declare, typed
from sandbox.commands.typed import Typing
from sandbox.control.answered import require_connected, send, shown
from sandbox.control.ask import Ask, Calls
from sandbox.errors import Refusal
from sandbox.interactions.interaction import Kind
from sandbox.interactions.payload import resolved_user
from sandbox.wire import Json, mapping
from sandbox.world import find, permissions
from sandbox.world.world import show_message


def _typing(ask: Ask) -> Typing:
    person = ask.person
    channel = find.channel(ask.world, ask.body.get("channel"), person)
    if "guild_id" not in channel:
        raise Refusal(409, "Commands are used in a channel of the community.", "Give `channel`.")
    permissions.require_channel(ask.world, person, channel, permissions.USE_APPLICATION_COMMANDS)
    return Typing(ask.world, find.guild(ask.world), person, channel["id"], ask.parts.url)


def _options(ask: Ask) -> Json:
    options = mapping(ask.body.get("options") or {})
    if options is None:
        raise Refusal(400, "`options` is no object.", 'Give {"name": value}.')
    return options


def _metadata(ask: Ask, typing: Typing, interaction_type: int) -> Json:
    return {
        "type": interaction_type,
        "user": ask.world.show_user(typing.user_id),
        "authorizing_integration_owners": {"0": typing.guild.id},
    }


async def slash(ask: Ask) -> Json:
    """POST /sandbox/slash {as, channel, command, options, wait?}"""
    typing = _typing(ask)
    command, way, options = typed.command_of(typing, ask.body.get("command"))
    require_connected(ask, command["application_id"])
    values = typed.values_of(typing, options, _options(ask))
    data = typed.data_of(command, way, values, typing.resolved)
    name = " ".join([command["name"], *(step["name"] for step in way)])
    return await _run(ask, typing, command, data, name)


async def _run(ask: Ask, typing: Typing, command: Json, data: Json, name: str) -> Json:
    interaction = ask.parts.interactions.begin(
        command["application_id"],
        Kind.COMMAND,
        typing.user_id,
        typing.channel_id,
        _metadata(ask, typing, Kind.COMMAND),
        name=name,
    )
    interaction.metadata["id"] = interaction.id
    if "target_id" in data:
        key = "target_user" if command["type"] == declare.USER else "target_message_id"
        target = data["target_id"]
        interaction.metadata[key] = ask.world.show_user(target) if key == "target_user" else target
    await send(ask, interaction, data)
    return shown(ask, interaction)


async def autocomplete(ask: Ask) -> Json:
    """POST /sandbox/autocomplete {as, channel, command, options, focused}"""
    typing = _typing(ask)
    command, way, options = typed.command_of(typing, ask.body.get("command"))
    require_connected(ask, command["application_id"])
    focused = str(ask.body.get("focused") or "")
    option = next((o for o in options if o["name"] == focused), None)
    if option is None or not option.get("autocomplete"):
        hint = ", ".join(o["name"] for o in options if o.get("autocomplete")) or "none"
        raise Refusal(400, f"{focused or 'Nothing'} has no autocomplete.", f"Options with it: {hint}")
    values = typed.values_of(typing, options, {focused: "", **_options(ask)}, focused)
    interaction = ask.parts.interactions.begin(
        command["application_id"],
        Kind.AUTOCOMPLETE,
        typing.user_id,
        typing.channel_id,
        _metadata(ask, typing, Kind.AUTOCOMPLETE),
    )
    await send(ask, interaction, typed.data_of(command, way, values, typing.resolved))
    if interaction.choices is None:
        raise Refusal(409, "The bot gave no choices in time.", "See GET /sandbox/log and the bot's own log.")
    return {"choices": interaction.choices}


async def menu(ask: Ask) -> Json:
    """POST /sandbox/menu {as, command, target}: a command from the context menu of a message or a member"""
    line = str(ask.body.get("command") or "")
    person = ask.person
    kinds = {c["type"] for c in ask.world.commands.values() if c["name"] == line} - {declare.CHAT}
    if not kinds:
        names = sorted(c["name"] for c in ask.world.commands.values() if c["type"] != declare.CHAT)
        raise Refusal(404, f"There is no menu command {line}.", "There are: " + (", ".join(names) or "none"))
    guild = find.guild(ask.world)
    kind = declare.MESSAGE if declare.MESSAGE in kinds else declare.USER
    resolved: Json = {}
    if kind == declare.MESSAGE:
        message, channel = find.message(ask.world, ask.body.get("target"), person)
        target = message["id"]
        resolved["messages"] = {target: show_message(message, person)}
    else:
        target = find.person(ask.world, ask.body.get("target"))
        channel = find.channel(ask.world, ask.body.get("channel") or _first_channel(ask, person), person)
        resolved_user(ask.world, guild, target, resolved)
    typing = Typing(ask.world, guild, person, channel["id"], ask.parts.url)
    command, way, _ = typed.command_of(typing, line, kind)
    require_connected(ask, command["application_id"])
    data = typed.data_of(command, way, [], resolved) | {"target_id": target}
    del data["options"]
    return await _run(ask, typing, command, data, command["name"])


def _first_channel(ask: Ask, person: str) -> str:
    channels = find.guild(ask.world).channels.values()
    visible = (c["id"] for c in channels if c["type"] == 0 and permissions.can_view(ask.world, person, c))
    return next(visible, "")


CALLS: Calls = [
    ("POST", "/sandbox/slash", slash),
    ("POST", "/sandbox/autocomplete", autocomplete),
    ("POST", "/sandbox/menu", menu),
]
