"""People vote in polls."""

from __future__ import annotations

from sandbox.control.ask import Ask, Calls
from sandbox.errors import Refusal
from sandbox.posting import polls
from sandbox.wire import Json, listing
from sandbox.world import find
from sandbox.world.world import show_message


async def vote(ask: Ask) -> Json:
    """POST /sandbox/vote {as, message, answers}: answers by number or text; an empty list withdraws the vote"""
    person = ask.person
    message, channel = find.message(ask.world, ask.body.get("message"), person)
    poll = message.get("poll")
    if poll is None:
        raise Refusal(409, "There is no poll in this message.", "Choose another message.")
    known = {str(a["poll_media"].get("text")): a["answer_id"] for a in poll["answers"]}
    numbers = set(known.values())
    answer_ids = [known.get(str(a), a) for a in listing(ask.body.get("answers")) or []]
    if any(answer not in numbers for answer in answer_ids) or (
        len(answer_ids) > 1 and not poll["allow_multiselect"]
    ):
        raise Refusal(400, "These are no answers of the poll, or too many.", ", ".join(known))
    polls.vote(ask.world, channel, message, person, answer_ids)
    return show_message(message, person)


CALLS: Calls = [("POST", "/sandbox/vote", vote)]
