"""Short words for what happens with courses in the demo community."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bot.demo
from bot.demo.month import zipped
from bot.demo.people import Answer, upload, walk, words
from tests.stage import Stage

DEMO = Path(bot.demo.__file__).parent / "course"


async def opens_shop(stage: Stage) -> None:
    """Olivia sells Pro and Studio, which the demo's course names."""
    for name in ("Pro", "Studio"):
        await stage.discord("olivia", "POST", f"/guilds/{stage.guild_id}/roles", {"name": name})
        answer = await stage.slash(
            "olivia", "tier create", name=name, price="19", currency="USD", days=30, role=name
        )
        assert "on sale" in words(answer["message"]), words(answer["message"])


async def brings(stage: Stage, data: bytes, who: str = "max", **more: Any) -> str:
    """What an import answers."""
    answer = await stage.slash(who, "teach import", file=upload("course.zip", data), **more)
    return words(answer["message"])


async def brings_demo(stage: Stage) -> str:
    return await brings(stage, zipped(DEMO))


async def course_of(stage: Stage, who: str = "max") -> str:
    """The value of the only course."""
    (choice,) = await stage.choices(who, "course open", "course")
    return str(choice["value"])


async def lessons_of(stage: Stage, who: str = "max") -> dict[str, str]:
    """Title → value, as far as autocomplete offers them."""
    found = await stage.choices(who, "course open", "lesson", course=await course_of(stage, who))
    return {choice["name"].partition(" · ")[0]: choice["value"] for choice in found}


async def reads(stage: Stage, who: str, title: str, **more: Any) -> Answer:
    """Open a lesson; the answer."""
    lesson = (await lessons_of(stage, who))[title]
    return await stage.slash(who, "course open", course=await course_of(stage, who), lesson=lesson, **more)


def texts(message: Answer) -> list[str]:
    """The text displays of a card, in order."""
    return [one["content"] for one in walk(message["components"]) if one["type"] == 10]


def labels(message: Answer) -> list[str]:
    """Its buttons that can be pressed."""
    return [
        one["label"] for one in walk(message["components"]) if one["type"] == 2 and not one.get("disabled")
    ]
