"""Short words for what happens with courses in the demo community."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bot.demo
from bot.demo.month import zipped
from bot.demo.people import Answer, upload, walk, words
from tests.community import Community

DEMO = Path(bot.demo.__file__).parent / "course"


async def opens_shop(community: Community) -> None:
    """Olivia sells Pro and Studio, which the demo's course names."""
    for name in ("Pro", "Studio"):
        await community.discord("olivia", "POST", f"/guilds/{community.guild_id}/roles", {"name": name})
        answer = await community.slash(
            "olivia", "tier create", name=name, price="19", currency="USD", days=30, role=name
        )
        assert "on sale" in words(answer["message"]), words(answer["message"])


async def brings(community: Community, data: bytes, who: str = "max", **more: Any) -> str:
    """What an import answers."""
    answer = await community.slash(who, "teach import", file=upload("course.zip", data), **more)
    return words(answer["message"])


async def brings_demo(community: Community) -> str:
    return await brings(community, zipped(DEMO))


async def course_of(community: Community, who: str = "max") -> str:
    """The value of the only course."""
    (choice,) = await community.choices(who, "course open", "course")
    return str(choice["value"])


async def lessons_of(community: Community, who: str = "max") -> dict[str, str]:
    """Title → value, as far as autocomplete offers them."""
    found = await community.choices(who, "course open", "lesson", course=await course_of(community, who))
    return {choice["name"].partition(" · ")[0]: choice["value"] for choice in found}


async def reads(community: Community, who: str, title: str, **more: Any) -> Answer:
    """Open a lesson; the answer."""
    lesson = (await lessons_of(community, who))[title]
    return await community.slash(
        who, "course open", course=await course_of(community, who), lesson=lesson, **more
    )


def texts(message: Answer) -> list[str]:
    """The text displays of a card, in order."""
    return [one["content"] for one in walk(message["components"]) if one["type"] == 10]


def labels(message: Answer) -> list[str]:
    """Its buttons that can be pressed."""
    return [
        one["label"] for one in walk(message["components"]) if one["type"] == 2 and not one.get("disabled")
    ]
