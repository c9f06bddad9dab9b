"""The kinds of first answers (callbacks) to an interaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sandbox.components import finish
from sandbox.components import rules as component_rules
from sandbox.errors import DiscordError
from sandbox.forms import Form
from sandbox.interactions.interaction import Callback, Interaction, Kind
from sandbox.posting import change, post, rules
from sandbox.posting.post import Draft
from sandbox.posting.uploads import Upload
from sandbox.wire import Json, items
from sandbox.world.world import World

Files = Mapping[int, Upload]

_ALLOWED: dict[int, tuple[Callback, ...]] = {
    Kind.COMMAND: (Callback.MESSAGE, Callback.DEFERRED_MESSAGE, Callback.MODAL),
    Kind.COMPONENT: (
        Callback.MESSAGE,
        Callback.DEFERRED_MESSAGE,
        Callback.DEFERRED_UPDATE,
        Callback.UPDATE,
        Callback.MODAL,
    ),
    Kind.AUTOCOMPLETE: (Callback.CHOICES,),
    Kind.MODAL: (Callback.MESSAGE, Callback.DEFERRED_MESSAGE, Callback.DEFERRED_UPDATE, Callback.UPDATE),
}


def answer(world: World, cdn: str, interaction: Interaction, body: Json, files: Files) -> Json | None:
    """Apply the answer; return the message that it made or changed, if any. The caller keeps the interaction."""
    form = Form(body)
    kind = int(body.get("type") or 0)
    form.choice("type", kind, tuple(int(c) for c in _ALLOWED[interaction.kind]))
    if kind in (Callback.UPDATE, Callback.DEFERRED_UPDATE) and interaction.source is None:
        form.fault("type", "INTERACTION_INVALID_TYPE", "There is no message to update.")
    form.done()
    data: Json = body.get("data") or {}
    message = _ANSWERS[Callback(kind)](world, cdn, interaction, data, files)
    interaction.response = kind
    return message


def marks(interaction: Interaction) -> Json:
    """The fields that every message of an interaction carries."""
    body: Json = {
        "webhook_id": interaction.application_id,
        "application_id": interaction.application_id,
        "interaction_metadata": interaction.metadata,
    }
    if interaction.kind == Kind.COMMAND and interaction.name:
        body["interaction"] = {
            "id": interaction.id,
            "type": interaction.kind,
            "name": interaction.name,
            "user": interaction.metadata["user"],
        }
    return body


def _draft(interaction: Interaction, data: Json, files: Files, flags: int = 0) -> Draft:
    flags |= int(data.get("flags") or 0) & rules.EPHEMERAL
    slash = interaction.kind == Kind.COMMAND and not interaction.metadata.get("target_user")
    return Draft(
        body=data,
        files=files,
        kind=20 if slash else 0,
        flags=flags,
        addressee=interaction.user_id if flags & rules.EPHEMERAL else None,
        extra=marks(interaction),
    )


def _post(world: World, cdn: str, interaction: Interaction, draft: Draft) -> Json:
    channel = world.channel(interaction.channel_id)
    return post.post(world, cdn, interaction.application_id, channel, draft)


def _message(world: World, cdn: str, interaction: Interaction, data: Json, files: Files) -> Json:
    message = _post(world, cdn, interaction, _draft(interaction, data, files))
    interaction.original = message["id"]
    interaction.show(message["id"])
    return message


def _deferred_message(world: World, cdn: str, interaction: Interaction, data: Json, files: Files) -> Json:
    """The thinking message, which is filled later. It cannot carry the V2 flag."""
    blank = {"flags": int(data.get("flags") or 0) & rules.EPHEMERAL}
    message = _post(world, cdn, interaction, _draft(interaction, blank, {}, rules.LOADING))
    interaction.original = message["id"]
    return message


def _deferred_update(
    world: World, cdn: str, interaction: Interaction, data: Json, files: Files
) -> Json | None:
    interaction.original = interaction.source
    return _source(world, interaction)


def _update(world: World, cdn: str, interaction: Interaction, data: Json, files: Files) -> Json | None:
    interaction.original = interaction.source
    message = _source(world, interaction)
    if message is None:
        raise DiscordError(404, 10008, "Unknown Message")
    if data or files:
        channel = world.channel(interaction.channel_id)
        change.edit(world, cdn, channel, message, data, files)
    interaction.show(message["id"])
    return message


def _source(world: World, interaction: Interaction) -> Json | None:
    return world.messages.get(interaction.channel_id, str(interaction.source))


def _choices(world: World, cdn: str, interaction: Interaction, data: Json, files: Files) -> None:
    form = Form({})
    choices = form.count("data.choices", data.get("choices"), 0, 25)
    for n, choice in enumerate(choices):
        form.length(f"data.choices.{n}.name", choice.get("name"), 1, 100)
        if isinstance(choice.get("value"), str):
            form.length(f"data.choices.{n}.value", choice["value"], 1, 100)
    form.done()
    interaction.choices = [
        {"name": c["name"], "name_localizations": c.get("name_localizations"), "value": c.get("value")}
        for c in choices
    ]


def _modal(world: World, cdn: str, interaction: Interaction, data: Json, files: Files) -> None:
    form = Form({})
    component_rules.check_modal(form, data)
    form.done()
    interaction.modal = {
        "id": interaction.id,
        "custom_id": data["custom_id"],
        "title": data["title"],
        "components": finish.finished(items(data, "components"), [], world.new_id),
    }


_ANSWERS: dict[Callback, Callable[[World, str, Interaction, Json, Files], Json | None]] = {
    Callback.MESSAGE: _message,
    Callback.DEFERRED_MESSAGE: _deferred_message,
    Callback.DEFERRED_UPDATE: _deferred_update,
    Callback.UPDATE: _update,
    Callback.CHOICES: _choices,
    Callback.MODAL: _modal,
}
