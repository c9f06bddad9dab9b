"""Polls: the voters of an answer, and ending one's own poll."""

from __future__ import annotations

from sandbox.errors import DiscordError
from sandbox.posting import change, polls
from sandbox.rest.call import Call, Reply, Routes, ok
from sandbox.rest.channels import visible
from sandbox.wire import Json
from sandbox.world.world import show_message


def list_voters(call: Call) -> Reply:
    """GET /channels/{channel_id}/polls/{message_id}/answers/{answer_id}"""
    _, message = _poll(call)
    people = call.page(polls.voters(message, int(call.path["answer_id"])), 100, default=25)
    return ok({"users": [call.world.show_user(user_id) for user_id in people]})


def end(call: Call) -> Reply:
    """POST /channels/{channel_id}/polls/{message_id}/expire"""
    channel, message = _poll(call)
    change.require_own(message, call.me)
    polls.end(call.world, channel, message)
    return ok(show_message(message, call.me))


def _poll(call: Call) -> tuple[Json, Json]:
    channel = visible(call)
    message = call.world.message(channel["id"], call.path["message_id"])
    if "poll" not in message:
        raise DiscordError(400, 520006, "Cannot expire a non-poll message")
    return channel, message


ROUTES: Routes = [
    ("GET", r"/channels/{channel_id}/polls/{message_id}/answers/{answer_id:\d{1,9}}", list_voters),
    ("POST", "/channels/{channel_id}/polls/{message_id}/expire", end),
]
