"""Starting and stopping a crowd."""

from __future__ import annotations

from sandbox.control.ask import Ask, Calls
from sandbox.crowd import people
from sandbox.errors import Refusal
from sandbox.wire import Json
from sandbox.world import find


async def start(ask: Ask) -> Json:
    """POST /sandbox/crowd {members?, rate?, count?, seed?}: grows the crowd to `members`; with `rate` it writes"""
    numbers = {name: ask.body.get(name) for name in ("members", "rate", "count", "seed")}
    for name, value in numbers.items():
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or value < 0):
            raise Refusal(400, f"`{name}` is no number from 0.", "Give a number.")
    guild, seed = find.guild(ask.world), int(numbers["seed"] or 0)
    people.populate(ask.world, guild, int(numbers["members"] or 0), seed)
    if numbers["rate"] is not None:
        ask.parts.crowds.start(float(numbers["rate"]), seed, int(numbers["count"] or 0))
    return await look(ask)


async def look(ask: Ask) -> Json:
    """GET /sandbox/crowd"""
    members = people.size(ask.world, find.guild(ask.world))
    crowd = ask.parts.crowds.crowd
    return {"members": members} | (crowd.as_json() if crowd else {"running": False, "sent": 0})


async def stop(ask: Ask) -> Json:
    """DELETE /sandbox/crowd: the crowd stops writing"""
    await ask.parts.crowds.stop()
    return await look(ask)


CALLS: Calls = [
    ("POST", "/sandbox/crowd", start),
    ("GET", "/sandbox/crowd", look),
    ("DELETE", "/sandbox/crowd", stop),
]
