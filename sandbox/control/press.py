"""People press buttons and choose from select menus under a message that they see."""

from __future__ import annotations

from sandbox.commands.typed import Typing
from sandbox.components import tree
from sandbox.control.answered import require_connected, send, shown
from sandbox.control.ask import Ask, Calls
from sandbox.control.chosen import chosen
from sandbox.errors import Refusal
from sandbox.interactions.interaction import Kind
from sandbox.wire import Json, mapping
from sandbox.world import find


async def click(ask: Ask) -> Json:
    """POST /sandbox/click {as, message, custom_id} or {as, message, label}"""
    person = ask.person
    message, _ = find.message(ask.world, ask.body.get("message"), person)
    button = _button(message, ask.body)
    if button["style"] == tree.LINK_STYLE:
        raise Refusal(409, "This button opens a link; nothing is sent.", str(button["url"]))
    _require_enabled(button)
    data: Json = {"component_type": tree.BUTTON, "custom_id": button["custom_id"], "id": button["id"]}
    return await _use(ask, person, message, data)


async def select(ask: Ask) -> Json:
    """POST /sandbox/select {as, message, custom_id, values}: option values, or people, roles and channels by name"""
    person = ask.person
    message, channel = find.message(ask.world, ask.body.get("message"), person)
    menus = [c for c in tree.every(message["components"]) if c["type"] in tree.SELECTS]
    menu = next((c for c in menus if c["custom_id"] == ask.body.get("custom_id")), None)
    if menu is None:
        known = ", ".join(c["custom_id"] for c in menus) or "none"
        raise Refusal(404, "The message has no such menu.", f"Menus: {known}")
    _require_enabled(menu)
    typing = Typing(ask.world, find.guild(ask.world), person, channel["id"], ask.parts.url)
    values = chosen(typing, menu, ask.body.get("values"), str(menu["custom_id"]))
    data: Json = {
        "component_type": menu["type"],
        "custom_id": menu["custom_id"],
        "id": menu["id"],
        "values": values,
    }
    if typing.resolved:
        data["resolved"] = typing.resolved
    return await _use(ask, person, message, data)


def _button(message: Json, body: Json) -> Json:
    buttons = [c for c in tree.every(message["components"]) if c["type"] == tree.BUTTON]
    if body.get("custom_id"):
        matching = [b for b in buttons if b.get("custom_id") == body["custom_id"]]
    else:
        label = str(body.get("label") or "").strip().lower()
        matching = [b for b in buttons if _label(b).lower() == label]
    if len(matching) == 1:
        return matching[0]
    if matching:
        raise Refusal(409, "Several buttons say this.", "Use custom_id: " + ", ".join(_keys(matching)))
    raise Refusal(404, "The message has no such button.", "Buttons: " + (", ".join(_keys(buttons)) or "none"))


def _label(button: Json) -> str:
    return str(button.get("label") or (mapping(button.get("emoji")) or {}).get("name") or "").strip()


def _keys(buttons: list[Json]) -> list[str]:
    return [f"{_label(b)} ({b.get('custom_id') or b.get('url')})" for b in buttons]


def _require_enabled(component: Json) -> None:
    if component.get("disabled"):
        raise Refusal(409, "It is disabled.", "Nobody can use it now.")


async def _use(ask: Ask, person: str, message: Json, data: Json) -> Json:
    application_id = message["author"]["id"]
    require_connected(ask, application_id)
    owners = {"0": find.guild(ask.world).id}
    metadata: Json = {
        "type": Kind.COMPONENT,
        "user": ask.world.show_user(person),
        "authorizing_integration_owners": owners,
        "interacted_message_id": message["id"],
    }
    interaction = ask.parts.interactions.begin(
        application_id, Kind.COMPONENT, person, message["channel_id"], metadata, source=message["id"]
    )
    metadata["id"] = interaction.id
    await send(ask, interaction, data, message)
    return shown(ask, interaction)


CALLS: Calls = [("POST", "/sandbox/click", click), ("POST", "/sandbox/select", select)]
