"""Ordering faults over the control side. A fault is of one of four kinds: `route`, `event`, `gateway`, `world`."""

from __future__ import annotations

from typing import Any

from sandbox.control.ask import Ask, Calls
from sandbox.errors import Refusal
from sandbox.faults import world
from sandbox.gateway import socket_faults
from sandbox.wire import Json

_WORDS = {
    "route": "status, limit, drop, hang, delay, after_effect, code, message, retry_after, times, skip, chance, seed",
    "event": "how (drop, twice, late), seconds, times, skip, chance, seed",
    "gateway": "code",
    "world": "member, role, channel, permission, application",
}
_NUMBERS = ("status", "times", "skip", "seed", "code", "delay", "retry_after", "chance", "seconds")


async def add_fault(ask: Ask) -> Json:
    """POST /sandbox/faults"""
    how: dict[str, Any] = {**ask.body}
    kinds = [kind for kind in _WORDS if isinstance(how.get(kind), str)]
    if len(kinds) != 1:
        raise Refusal(400, "Which fault?", "Give one of `route`, `event`, `gateway` or `world`.")
    kind, name = kinds[0], how.pop(kinds[0])
    for word in _NUMBERS:
        if isinstance(how.get(word, 0), bool) or not isinstance(how.get(word, 0), int | float):
            raise Refusal(400, f"`{word}` is no number.", "Give a number.")
    if kind == "gateway":
        return socket_faults.strike(ask.parts.hub, name, int(how.get("code", 4000)))
    if kind == "world":
        return world.strike(ask.world, name, how)
    if kind == "route" and " " not in name:
        raise Refusal(400, "`route` names no method.", 'Give "METHOD /path/*", below /api/v10.')
    faults = ask.parts.faults
    try:
        fault = faults.add_answer(name, **how) if kind == "route" else faults.add_event(name, **how)
    except TypeError as error:
        raise Refusal(400, f"A fault does not know this: {error}.", f"Words: {_WORDS[kind]}.") from error
    return {"id": fault.id}


async def list_faults(ask: Ask) -> list[Json]:
    """GET /sandbox/faults"""
    return ask.parts.faults.as_json()


async def remove_faults(ask: Ask) -> Json:
    """DELETE /sandbox/faults, or one of them by its id"""
    ask.parts.faults.remove(int(ask.path["id"]) if "id" in ask.path else None)
    return {"faults": ask.parts.faults.as_json()}


CALLS: Calls = [
    ("POST", "/sandbox/faults", add_fault),
    ("GET", "/sandbox/faults", list_faults),
    ("DELETE", "/sandbox/faults", remove_faults),
    ("DELETE", r"/sandbox/faults/{id:\d+}", remove_faults),
]
