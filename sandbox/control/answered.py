"""The answer of the control side to an interaction: what the person sees of it."""

from __future__ import annotations

from sandbox.control.ask import Ask, Calls
from sandbox.errors import Refusal
from sandbox.interactions import payload
from sandbox.interactions.interaction import Interaction, State
from sandbox.wire import Json
from sandbox.world.world import show_message


def require_connected(ask: Ask, application_id: str) -> None:
    """409 while the application is not connected; Discord's client would say that it did not respond."""
    if not ask.parts.hub.connected(application_id):
        name = ask.world.users[application_id]["username"]
        raise Refusal(409, f"{name} is not connected.", "Start the bot, then try again.")


async def send(ask: Ask, interaction: Interaction, data: Json, message: Json | None = None) -> None:
    """Send the interaction to its application and wait for the first visible answer."""
    locale = ask.body.get("locale")
    payload.tell(ask.world, interaction, data, str(locale) if locale else None, message)
    ask.world.commit()
    await ask.parts.interactions.wait(interaction, ask.wait)


def shown(ask: Ask, interaction: Interaction) -> Json:
    """`{interaction, state, message?, modal?}`"""
    state = interaction.state
    body: Json = {"interaction": interaction.id, "state": str(state)}
    visible = interaction.shown or (interaction.source if state is State.UPDATED else interaction.original)
    if visible and state is not State.MODAL:
        message = ask.world.messages.get(interaction.channel_id, visible)
        if message is not None:
            body["message"] = show_message(message, interaction.user_id)
    if state is State.MODAL:
        body["modal"] = interaction.modal
    return body


async def interaction_by_id(ask: Ask) -> Json:
    """GET /sandbox/interaction/ID: the same with all follow-ups"""
    interaction = ask.parts.interactions.get(ask.path["id"])
    if interaction is None:
        raise Refusal(404, "There is no such interaction.", "They are remembered for a quarter of an hour.")
    followups = [ask.world.messages.get(interaction.channel_id, i) for i in interaction.followups]
    followups = [show_message(message, interaction.user_id) for message in followups if message]
    return shown(ask, interaction) | {"followups": followups}


CALLS: Calls = [("GET", "/sandbox/interaction/{id}", interaction_by_id)]
