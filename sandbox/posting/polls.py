"""Polls in messages. `_votes` keeps the voters: answer → people; applications cannot vote.

A poll ends when its time is over or its author ends it; Discord's own message with the result is not posted.
"""

from __future__ import annotations

from datetime import timedelta

from sandbox.clock import iso, parse
from sandbox.errors import DiscordError
from sandbox.posting.announce import announce
from sandbox.wire import Json
from sandbox.world.events import Event
from sandbox.world.world import World

_USUAL_HOURS = 24


def made(world: World, request: Json) -> Json:
    """The poll of a new message."""
    until = world.clock.now() + timedelta(hours=request.get("duration") or _USUAL_HOURS)
    answers = [
        {"answer_id": n, "poll_media": answer["poll_media"]}
        for n, answer in enumerate(request["answers"], start=1)
    ]
    return {
        "question": {"text": request["question"]["text"]},
        "answers": answers,
        "expiry": iso(until),
        "allow_multiselect": bool(request.get("allow_multiselect")),
        "layout_type": 1,
        "results": {"is_finalized": False, "answer_counts": []},
    }


def voters(message: Json, answer_id: int) -> list[str]:
    """The people who chose this answer."""
    votes: dict[str, list[str]] = message.get("_votes") or {}
    return votes.get(str(answer_id), [])


def vote(world: World, channel: Json, message: Json, user_id: str, answer_ids: list[int]) -> None:
    """Make these answers the person's vote; an empty list withdraws it."""
    poll = message["poll"]
    if poll["results"]["is_finalized"] or parse(poll["expiry"]) <= world.clock.now():
        raise DiscordError(400, 520001, "Poll expired")
    votes: dict[str, list[str]] = message.setdefault("_votes", {})
    for answer in poll["answers"]:
        number: int = answer["answer_id"]
        people = votes.setdefault(str(number), [])
        if (number in answer_ids) == (user_id in people):
            continue
        chosen = number in answer_ids
        (people.append if chosen else people.remove)(user_id)
        data: Json = {
            "user_id": user_id,
            "channel_id": channel["id"],
            "message_id": message["id"],
            "answer_id": number,
        }
        if "guild_id" in channel:
            data["guild_id"] = channel["guild_id"]
        kind = "MESSAGE_POLL_VOTE_ADD" if chosen else "MESSAGE_POLL_VOTE_REMOVE"
        world.tell(Event(kind, data, channel.get("guild_id"), channel))
    poll["results"]["answer_counts"] = [
        {"id": int(number), "count": len(people), "me_voted": False}
        for number, people in votes.items()
        if people
    ]
    world.messages.put(message)


def end(world: World, channel: Json, message: Json) -> None:
    """End the poll; it takes no more votes."""
    message["poll"]["results"]["is_finalized"] = True
    message["poll"]["expiry"] = world.now_iso()
    world.messages.put(message)
    announce(world, "MESSAGE_UPDATE", channel, message)
