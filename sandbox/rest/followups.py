"""Answers to interactions: the callback, and the webhook of the token. webhooks.py shares the webhook's routes."""

from __future__ import annotations

from sandbox.errors import unknown
from sandbox.interactions.answer import answer, marks
from sandbox.interactions.interaction import Callback, Interaction
from sandbox.posting import change, post, rules
from sandbox.posting.post import Draft
from sandbox.posting.shape import CALLBACK, MESSAGE
from sandbox.rest import webhooks
from sandbox.rest.call import NOTHING, Call, Reply, Routes, ok, takes
from sandbox.wire import Json
from sandbox.world.world import show_message


@takes(CALLBACK)
def callback(call: Call) -> Reply:
    """POST /interactions/{interaction_id}/{token}/callback"""
    interaction = call.parts.interactions.to_answer(call.path["interaction_id"], call.path["token"])
    message = answer(call.world, call.parts.url, interaction, call.json, call.files)
    call.parts.interactions.keep(interaction)
    if not call.flag("with_response"):
        return NOTHING
    body: Json = {"interaction": {"id": interaction.id, "type": interaction.kind}}
    body["interaction"]["channel_id"] = interaction.channel_id
    if message is not None:
        body["interaction"] |= {
            "response_message_id": message["id"],
            "response_message_loading": bool(message["flags"] & rules.LOADING),
            "response_message_ephemeral": bool(message["flags"] & rules.EPHEMERAL),
        }
    if message is not None and interaction.response in (Callback.MESSAGE, Callback.UPDATE):
        shown = show_message(message, interaction.application_id)
        body["resource"] = {"type": interaction.response, "message": shown}
    return ok(body)


@takes(MESSAGE)
def follow_up(call: Call) -> Reply:
    """POST /webhooks/{application_id}/{token}: after a deferred answer the first one fills the thinking message

    Answered with the message whatever `wait` says: Discord's documentation, "Create Followup Message".
    """
    if _is_webhook(call):
        return webhooks.execute(call)
    interaction = _interaction(call)
    world, body = call.world, call.json
    channel = world.channel(interaction.channel_id)
    thinking = world.messages.get(channel["id"], interaction.original or "")
    if thinking is not None and thinking["flags"] & rules.LOADING:
        message = _edit(call, interaction, channel, thinking)
    else:
        hidden = int(body.get("flags") or 0) & rules.EPHEMERAL
        draft = Draft(
            body=body,
            files=call.files,
            flags=hidden,
            addressee=interaction.user_id if hidden else None,
            extra=marks(interaction) | _reference(channel, interaction),
        )
        message = post.post(world, call.parts.url, interaction.application_id, channel, draft)
        interaction.followups.append(message["id"])
        interaction.show(message["id"])
        call.parts.interactions.keep(interaction)
    return ok(show_message(message, interaction.application_id))


def _reference(channel: Json, interaction: Interaction) -> Json:
    """The reference of a follow-up to the first answer."""
    if interaction.original is None:
        return {}
    reference: Json = {"type": 0, "channel_id": channel["id"], "message_id": interaction.original}
    if "guild_id" in channel:
        reference["guild_id"] = channel["guild_id"]
    return {"message_reference": reference}


def get_answer(call: Call) -> Reply:
    """GET …/messages/@original or a follow-up"""
    if _is_webhook(call):
        return webhooks.get_message(call)
    interaction = _interaction(call)
    return ok(show_message(_message(call, interaction), interaction.application_id))


@takes(MESSAGE)
def edit_answer(call: Call) -> Reply:
    """PATCH …/messages/@original or a follow-up"""
    if _is_webhook(call):
        return webhooks.edit_message(call)
    interaction = _interaction(call)
    message = _message(call, interaction)
    channel = call.world.channel(interaction.channel_id)
    edited = _edit(call, interaction, channel, message)
    return ok(show_message(edited, interaction.application_id))


def delete_answer(call: Call) -> Reply:
    """DELETE …/messages/@original or a follow-up"""
    if _is_webhook(call):
        return webhooks.delete_message(call)
    interaction = _interaction(call)
    message = _message(call, interaction)
    change.delete(call.world, call.world.channel(interaction.channel_id), message)
    return NOTHING


def _edit(call: Call, interaction: Interaction, channel: Json, message: Json) -> Json:
    edited = change.edit(call.world, call.parts.url, channel, message, call.json, call.files)
    interaction.show(message["id"])
    call.parts.interactions.keep(interaction)
    return edited


def _is_webhook(call: Call) -> bool:
    """Does the path name a channel's webhook? An interaction's has the id of its application."""
    return webhooks.find(call.world, call.path["application_id"]) is not None


def _interaction(call: Call) -> Interaction:
    return call.parts.interactions.by_token(call.path["application_id"], call.path["token"])


def _message(call: Call, interaction: Interaction) -> Json:
    message_id = call.path["message_id"]
    if message_id == "@original":
        message_id = interaction.original or ""
    if message_id not in (interaction.original, *interaction.followups):
        raise unknown("Message")
    message = call.world.messages.get(interaction.channel_id, message_id)
    if message is None:
        raise unknown("Message")
    return message


_ONE = "/webhooks/{application_id}/{token}/messages/{message_id}"
ROUTES: Routes = [
    ("POST", "/interactions/{interaction_id}/{token}/callback", callback),
    ("POST", "/webhooks/{application_id}/{token}", follow_up),
    ("GET", _ONE, get_answer),
    ("PATCH", _ONE, edit_answer),
    ("DELETE", _ONE, delete_answer),
]
