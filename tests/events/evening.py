"""What the stories of this folder have in common: Max plans an evening in the Classroom on Tuesday, 19:30 UTC."""

from __future__ import annotations

from bot.demo.people import Answer, People, words

TUESDAY = "2026-11-03"
TITLE = "Async debugging, live"


async def plan(people: People, *, who: str = "max", **more: str) -> str:
    """Plan the evening (or another: options of /host create) and return what the host reads."""
    options = {"kind": "talk", "title": TITLE, "when": f"{TUESDAY} 19:30", "length": "60"}
    if "place" not in more:
        options["channel_"] = "Classroom"
    told = await people.slash(who, "host create", channel="staff", **options | more)
    return words(told["message"])


async def at(people: People, time: str, day: str = TUESDAY) -> None:
    """Turn the clock to that time (UTC)."""
    await people.clock(to=f"{day}T{time}:00+00:00")


async def posts(people: People, containing: str = "") -> list[Answer]:
    """The bot's public posts in #events that hold this text."""
    found = await people.messages("events", "ann", limit=100)
    return [m for m in found if m["author"].get("bot") and not m["flags"] & 64 and containing in words(m)]


async def card(people: People) -> Answer:
    """The one public card of the evening."""
    (found,) = [m for m in await posts(people) if "🔔" not in words(m)]
    return found


async def reminders(people: People) -> list[Answer]:
    """Every reminder that was posted."""
    return await posts(people, "🔔")


async def discord_events(people: People) -> list[Answer]:
    """Discord's own scheduled events."""
    return (await people.world())["scheduled_events"]  # type: ignore[no-any-return]


async def choice(people: People, command: str, who: str = "max") -> str:
    """The id of the only event that autocomplete offers."""
    (found,) = await people.choices(who, command, "event")
    return str(found["value"])
