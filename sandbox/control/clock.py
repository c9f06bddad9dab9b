"""Reading and turning the community's clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from sandbox.clock import Backwards, iso, parse
from sandbox.control.ask import Ask, Calls
from sandbox.errors import Refusal
from sandbox.wire import Json
from sandbox.world.events import Event


def shown_clock(ask: Ask) -> Json:
    """The clock as the control side shows it."""
    return {"now": ask.world.now_iso(), "speed": ask.world.clock.speed}


async def look(ask: Ask) -> Json:
    """GET /sandbox/clock"""
    return shown_clock(ask)


async def turn(ask: Ask) -> Json:
    """POST /sandbox/clock: turns the clock forward by `advance` seconds or `to` a moment, or sets its `speed`"""
    clock = ask.world.clock
    to = _target(ask.body, clock.now())
    speed = ask.body.get("speed")
    if to is None and speed is None:
        raise Refusal(400, "Nothing to do.", "Give `advance`, `to` or `speed`.")
    if speed is not None and (isinstance(speed, bool) or not isinstance(speed, int | float) or speed < 0):
        raise Refusal(400, "`speed` is no number from 0.", "0 stands still, 1 is real time.")
    try:
        clock.set(to=to, speed=None if speed is None else float(speed))
    except Backwards as error:
        raise Refusal(409, "The clock does not run backwards.", f"It is {iso(clock.now())}.") from error
    ask.world.keep_clock()
    ask.world.tell(Event("CLOCK", shown_clock(ask), private=True))
    ask.world.commit()
    acknowledged = await ask.parts.followers.follow(ask.world.clock)
    return shown_clock(ask) | {"acknowledged": acknowledged}


def _target(body: Json, now: datetime) -> datetime | None:
    advance, to = body.get("advance"), body.get("to")
    if advance is not None:
        if isinstance(advance, bool) or not isinstance(advance, int | float):
            raise Refusal(400, "`advance` is no number of seconds.", "Give seconds.")
        if advance < 0:
            raise Refusal(409, "The clock does not run backwards.", f"It is {iso(now)}.")
        return now + timedelta(seconds=advance)
    if to is None:
        return None
    try:
        return parse(str(to))
    except ValueError as error:
        raise Refusal(400, "`to` is no ISO moment.", "For example 2026-11-02T09:00:00+00:00.") from error


CALLS: Calls = [("GET", "/sandbox/clock", look), ("POST", "/sandbox/clock", turn)]
