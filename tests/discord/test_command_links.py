"""Commands that cards name can be pressed, in every card and language."""

from __future__ import annotations

from typing import Any

import pytest

from bot.cards import Button, Line, Text
from bot.demo.people import walk
from bot.discord.command_links import linked
from tests.community import Community
from tests.payments.counter import shop

IDS = {"membership buy": 5, "membership status": 5, "help": 6, "order": 7}


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("/membership buy begins a new one.", "</membership buy:5> begins a new one."),
        ("用 /membership status 查看", "用 </membership status:5> 查看"),
        ("(/help)，/membership buy。", "(</help:6>)，</membership buy:5>。"),
        ("*/help* or **/help**", "*</help:6>* or **</help:6>**"),
        ("/order the dish", "</order:7> the dish"),
        ("/membership sell, /nothing", "/membership sell, /nothing"),
        ("`/help` and ```\n/help\n```", "`/help` and ```\n/help\n```"),
        ("https://example.com/help and/help", "https://example.com/help and/help"),
        ("</help:9>", "</help:9>"),
    ],
)
def test_a_name_becomes_a_link_where_a_command_is_meant(text: str, becomes: str) -> None:
    done = linked([Text(text), Line(text, Button("x", "x"))], IDS)

    assert [block.text for block in done if isinstance(block, Text | Line)] == [becomes, becomes]


def test_without_ids_nothing_changes() -> None:
    assert linked([Text("/help")], {}) == (Text("/help"),)


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
async def test_the_links_of_a_card_are_the_commands_of_this_bot(community: Community, locale: str) -> None:
    await shop(community)
    application = await community.app.client.application_info()
    registered: list[Any] = await community.app.client.http.get_global_commands(application.id)
    answer = await community.slash("ann", "membership status", locale=locale)
    texts = "\n".join(str(part.get("content", "")) for part in walk(answer["message"]["components"]))

    [command_id] = [command["id"] for command in registered if command["name"] == "membership"]
    assert f"</membership buy:{command_id}>" in texts or f"</membership plans:{command_id}>" in texts, texts
