"""People fill in a modal and send it."""

from __future__ import annotations

from typing import Any

from sandbox.commands.typed import Typing, received
from sandbox.components import tree
from sandbox.control.answered import require_connected, send, shown
from sandbox.control.ask import Ask, Calls
from sandbox.control.chosen import chosen, option
from sandbox.errors import Refusal
from sandbox.interactions.interaction import Interaction, Kind
from sandbox.wire import Json, items, listing, mapping
from sandbox.world import find

_LISTS = (*tree.SELECTS, tree.CHECKBOX_GROUP)


async def submit(ask: Ask) -> Json:
    """POST /sandbox/submit {as, modal, fields}: `modal` is its id or custom_id, fields go by custom_id or label"""
    person = ask.person
    opened = _opened(ask, person)
    modal: Json = opened.modal or {}
    require_connected(ask, opened.application_id)
    typing = Typing(ask.world, find.guild(ask.world), person, opened.channel_id, ask.parts.url)
    fields = mapping(ask.body.get("fields") or {})
    if fields is None:
        raise Refusal(400, "`fields` is no object.", 'Give {"custom_id or label": value}.')
    data: Json = {"custom_id": modal["custom_id"], "components": _filled(typing, modal, fields)}
    if typing.resolved:
        data["resolved"] = typing.resolved
    metadata: Json = {
        "type": Kind.MODAL,
        "user": ask.world.show_user(person),
        "authorizing_integration_owners": {"0": typing.guild.id},
        "triggering_interaction_metadata": opened.metadata,
    }
    opened.submitted = True
    ask.parts.interactions.keep(opened)
    interaction = ask.parts.interactions.begin(
        opened.application_id, Kind.MODAL, person, opened.channel_id, metadata, source=opened.source
    )
    metadata["id"] = interaction.id
    message = ask.world.messages.get(opened.channel_id, opened.source) if opened.source else None
    await send(ask, interaction, data, message)
    return shown(ask, interaction)


def _opened(ask: Ask, person: str) -> Interaction:
    modal = mapping(ask.body.get("modal"))
    key = str(modal.get("id") if modal else ask.body.get("modal"))
    opened = ask.parts.interactions.open_modal(person, key)
    if opened is None:
        name = ask.world.users[person]["username"]
        raise Refusal(
            404, f"{name} has no such modal before them.", "`modal` is the id in the answer that opened it."
        )
    if opened.submitted:
        raise Refusal(409, "This modal was sent already.", "Open it again.")
    return opened


def _filled(typing: Typing, modal: Json, fields: Json) -> list[Json]:
    unused = dict(fields)
    components = [_top(typing, component, unused) for component in modal["components"]]
    if unused:
        known = [f"{c['custom_id']}" for c in tree.every(modal["components"]) if c.get("custom_id")]
        raise Refusal(400, f"The modal has no field {next(iter(unused))}.", "Fields: " + ", ".join(known))
    return components


def _top(typing: Typing, component: Json, unused: Json) -> Json:
    body: Json = {"type": component["type"], "id": component["id"]}
    if component["type"] == tree.LABEL:
        body["component"] = _field(typing, component["component"], component["label"], unused)
    elif component["type"] == tree.ROW:
        body["components"] = [_field(typing, c, c.get("label"), unused) for c in component["components"]]
    return body


def _field(typing: Typing, field: Json, label: str | None, unused: Json) -> Json:
    """A field as the application gets it; its value is taken out of `unused`."""
    given: Any = None
    for key in (field["custom_id"], label):
        if key in unused:
            given = unused.pop(key)
            break
    name = label or str(field["custom_id"])
    body: Json = {"type": field["type"], "id": field["id"], "custom_id": field["custom_id"]}
    kind = field["type"]
    if kind == tree.TEXT_INPUT:
        body["value"] = _text(field, name, given)
    elif kind == tree.CHECKBOX:
        body["value"] = bool(field.get("default") if given is None else given)
    elif kind == tree.RADIO_GROUP:
        body["value"] = _radio(field, name, given)
    elif kind == tree.FILE_UPLOAD:
        body["values"] = _files(typing, field, name, given)
    elif kind in _LISTS:
        body["values"] = chosen(typing, _with_bounds(field), _or_default(field, given), name)
    return body


def _text(field: Json, name: str, given: Any) -> str:
    value = str(field.get("value") or "") if given is None else str(given)
    if not value:
        if field.get("required", True):
            raise Refusal(400, f"{name} is required.", "Fill it in.")
        return ""
    low, high = field.get("min_length") or 0, field.get("max_length") or 4000
    if not low <= len(value) <= high:
        raise Refusal(400, f"{name} takes {low} to {high} characters.", f"There are {len(value)}.")
    return value


def _radio(field: Json, name: str, given: Any) -> str | None:
    if given is None:
        given = next((o["value"] for o in field["options"] if o.get("default")), None)
    if given is None:
        if field.get("required", True):
            raise Refusal(400, f"{name} is required.", "Choose one.")
        return None
    return option(field, given)


def _files(typing: Typing, field: Json, name: str, given: Any) -> list[str]:
    files = listing(given) or ([given] if given else [])
    low, high = field.get("min_values", 1), field.get("max_values", 1)
    if not files and field.get("required", True) is False:
        return []
    if not low <= len(files) <= high:
        raise Refusal(400, f"{name} takes {low} to {high} files.", f"There are {len(files)}.")
    return [str(received(typing, name, entry)["id"]) for entry in files]


def _or_default(field: Json, given: Any) -> Any:
    if given is not None:
        return given
    if field["type"] in (tree.STRING_SELECT, tree.CHECKBOX_GROUP):
        return [o["value"] for o in field["options"] if o.get("default")]
    return [entry["id"] for entry in items(field, "default_values")]


def _with_bounds(field: Json) -> Json:
    """The menu with its bounds in a modal: none if it is not required, up to all options of a checkbox group."""
    if field["type"] != tree.CHECKBOX_GROUP:
        return field
    most = field.get("max_values") or len(field["options"])
    least = field.get("min_values")
    if least is None:
        least = 1 if field.get("required", True) else 0
    return {**field, "min_values": least, "max_values": most}


CALLS: Calls = [("POST", "/sandbox/submit", submit)]
