"""What the stories of this folder have in common: Max plans an evening in the Classroom on Tuesday, 19:30 UTC."""

from __future__ import annotations

from typing import Any

from bot.demo.people import words

TUESDAY = "2026-11-03"
TITLE = "Async debugging, live"


async def plan(people: Any, *, who: str = "max", **more: str) -> str:
    """Plan the evening (or another: options of /host create) and return what the host reads."""
    options = {"kind": "talk", "title": TITLE, "when": f"{TUESDAY} 19:30", "length": "60"}
    if "place" not in more:
        options["channel"] = "Classroom"
    told = await people.post(
        "/sandbox/slash", **{"as": who}, channel="staff", command="host create", options=options | more
    )
    return words(told["message"])


async def at(people: Any, time: str, day: str = TUESDAY) -> None:
    """Turn the clock to that time (UTC)."""
    await people.clock(to=f"{day}T{time}:00+00:00")


async def posts(people: Any, containing: str = "") -> list[dict[str, Any]]:
    """The bot's public posts in #events that hold this text."""
    found = await people.messages("events", "ann", limit=100)
    return [m for m in found if m["author"].get("bot") and not m["flags"] & 64 and containing in words(m)]


async def card(people: Any) -> dict[str, Any]:
    """The one public card of the evening."""
    (found,) = [m for m in await posts(people) if "🔔" not in words(m)]
    return found


async def reminders(people: Any) -> list[dict[str, Any]]:
    """Every reminder that was posted."""
    return await posts(people, "🔔")


async def discord_events(people: Any) -> list[dict[str, Any]]:
    """Discord's own scheduled events."""
    return (await people.world())["scheduled_events"]  # type: ignore[no-any-return]


async def choice(people: Any, command: str, who: str = "max") -> str:
    """The id of the only event that autocomplete offers."""
    (found,) = await people.choices(who, command, "event")
    return str(found["value"])
