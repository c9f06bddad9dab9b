"""What a person reads who presses a button, or picks from a list, that this version of Lyceum does not know."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from discord.http import Route

from bot.demo.people import words
from tests.community import Community, running_community
from tests.discord.declared import actions

OLD = "comes from an older version"
ALT = "来自旧版本"

UNKNOWN = (
    "shop.buy:42",
    "buy",
    "Buy It!",
    "lesson.next:1",
    "order.show:x",
    "membership.remind:9",
    ":",
    "x" * 100,
)
"""An action of long ago, custom ids of no form at all, and known actions with arguments that nobody wrote."""


@pytest.fixture
async def community(tmp_path: Path) -> AsyncIterator[Community]:
    async with running_community(tmp_path) as there:
        yield there


async def post(community: Community, components: list[dict[str, Any]]) -> str:
    """A message of Lyceum's from another time, in #general."""
    [general] = [one for one in community.app.client.guilds[0].text_channels if one.name == "general"]
    route = Route("POST", "/channels/{channel_id}/messages", channel_id=general.id)
    made: Any = await community.app.client.http.request(
        route, json={"flags": 1 << 15, "components": components}
    )
    return str(made["id"])


def row(custom_id: str) -> dict[str, Any]:
    button = {"type": 2, "style": 1, "label": custom_id[:20], "custom_id": custom_id}
    return {"type": 1, "components": [button]}


def menu(custom_id: str, *values: str) -> dict[str, Any]:
    options = [{"label": value, "value": value} for value in values]
    return {"type": 1, "components": [{"type": 3, "custom_id": custom_id, "options": options}]}


@pytest.mark.parametrize(("locale", "sentence"), [("en-GB", OLD), ("zh-CN", ALT)])
async def test_an_unknown_button_says_that_it_is_old(
    community: Community, locale: str, sentence: str
) -> None:
    message = await post(community, [row(custom_id) for custom_id in UNKNOWN])

    for custom_id in UNKNOWN:
        answer = await community.click("olivia", message, custom_id=custom_id, locale=locale)
        assert answer["state"] == "answered", custom_id
        assert sentence in words(answer["message"]), custom_id
        assert "/help" in words(answer["message"])
        assert answer["message"]["flags"] & 64, "nobody else sees it"


async def test_an_unknown_list_says_that_it_is_old(community: Community) -> None:
    lists = {"pick.colour": "red", "colour": "red", "pick.lesson": "red", "pick.figure": "members"}
    message = await post(community, [menu(custom_id, value, "other") for custom_id, value in lists.items()])

    for custom_id, value in lists.items():
        answer = await community.select("ann", message, custom_id, [value])
        assert answer["state"] == "answered", custom_id
        assert OLD in words(answer["message"]), custom_id


async def test_a_figure_that_is_gone_is_named(community: Community) -> None:
    message = await post(community, [menu("pick.figure", "happiness:2026-W44", "members:2026-W44")])

    answer = await community.select("olivia", message, "pick.figure", ["happiness:2026-W44"])

    assert "is not a figure of Lyceum" in words(answer["message"])


async def test_a_button_in_a_line_of_text_is_answered_too(community: Community) -> None:
    button = {"type": 2, "style": 1, "label": "Open", "custom_id": "course.read:1"}
    text = {"type": 10, "content": "A course"}
    section = {"type": 9, "components": [text], "accessory": button}
    message = await post(community, [{"type": 17, "components": [section]}])

    answer = await community.click("ann", message, custom_id="course.read:1")

    assert OLD in words(answer["message"])


async def test_every_action_has_its_page_and_every_page_its_action(community: Community) -> None:
    assert set(community.app.client._actions) == set(actions())


async def test_a_card_from_before_an_update_still_works(community: Community) -> None:
    """The ids are those of a version from November 2026, on a card that this process never sent."""
    message = await post(community, [row("course.browse:0"), row("tier.recheck:1302050201600")])

    refused = await community.click("ann", message, custom_id="tier.recheck:1302050201600")
    looked = await community.click("olivia", message, custom_id="tier.recheck:1302050201600")
    browsed = await community.click("ann", message, custom_id="course.browse:0")

    assert "Only an administrator" in words(refused["message"])
    assert "I looked at all roles" in words(looked["message"])
    assert "There is no course here yet" in words(browsed["message"])
