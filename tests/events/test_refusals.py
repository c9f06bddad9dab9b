"""Bad input gets its sentence and changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.demo.people import buttons, words
from bot.errors import UserError
from tests.community import Community, running_community
from tests.events.evening import TITLE, at, card, choice, discord_events, plan, posts


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"when": "2026-11-01 10:00"}, "has passed already"),
        ({"when": "whenever"}, "is not a time that I can read"),
        ({"when": "2062-11-01 10:00"}, "more than a year away"),
        ({"length": "long"}, "is not a length that I can read"),
        ({"length": "2"}, "between 5 minutes and 24 hours"),
        ({"title": "\u200b \u202e"}, "needs a title"),
        ({"place": " "}, "one place"),
        ({"channel_": "Classroom", "place": "Café Kant"}, "one place"),
    ],
)
async def test_what_cannot_be_planned_is_refused(
    community: Community, options: dict[str, str], sentence: str
) -> None:
    told = await plan(community, **options)
    await community.settled()

    assert sentence in told and "What to do" in told
    assert (await discord_events(community), await posts(community)) == ([], [])


async def test_a_taken_channel_is_refused_with_what_takes_it(community: Community) -> None:
    await plan(community)

    overlapping = await plan(community, title="Another", when="2026-11-03 20:29")
    after = await plan(community, title="Next", when="2026-11-03 20:30")

    assert f"“{TITLE}” is planned there" in overlapping
    assert "Planned" in after


async def test_a_cancelled_event_takes_no_channel(community: Community) -> None:
    await plan(community)
    await community.slash("max", "host cancel", channel="staff", event=await choice(community, "host cancel"))

    assert "Planned" in await plan(community, title="Instead")


async def test_the_same_event_at_an_address_is_not_planned_twice(community: Community) -> None:
    await plan(community, place="Café Kant")

    again = await plan(community, place="Café Kant")

    assert "is planned there" in again


async def test_a_missing_events_channel_is_told_before_anything_happens(tmp_path: Path) -> None:
    async with running_community(tmp_path, COMMUNITY__EVENTS_CHANNEL="calendar") as community:
        told = await plan(community)
        await community.settled()

        assert "There is no channel #calendar" in told
        assert await discord_events(community) == []


@pytest.mark.parametrize("event", ["no such thing", "1", "9" * 19, "-1", "1; DROP TABLE event"])
@pytest.mark.parametrize("command", ["host cancel", "host attendees"])
async def test_an_unknown_event_is_refused(community: Community, command: str, event: str) -> None:
    told = await community.slash("max", command, channel="staff", event=event)

    assert "There is no such event" in words(told["message"])


async def test_nobody_signs_up_for_what_is_over(community: Community) -> None:
    await plan(community)
    await community.settled()
    listed = (await community.slash("ann", "event list"))["message"]
    await at(community, "21:00")

    told = await community.click("ann", listed["id"], label="Going")

    assert f"“{TITLE}” is over" in words(told["message"])


async def test_nothing_is_cancelled_twice(community: Community) -> None:
    await plan(community)
    event = await choice(community, "host cancel")
    await community.slash("max", "host cancel", channel="staff", event=event)

    again = await community.slash("max", "host cancel", channel="staff", event=event)

    assert "over or cancelled already" in words(again["message"])


async def test_peoples_words_do_not_format_or_mention(community: Community) -> None:
    await plan(community, title="**Free** <@1421769650995200000> [x](https://example.org)")
    await community.settled()

    assert "\\*\\*Free\\*\\* \\<\\@" in words(await card(community))


async def test_a_long_list_of_the_longest_titles_has_pages(community: Community) -> None:
    for day in range(10, 22):
        await plan(community, title="*" * 100, place="[]" * 50, when=f"2026-11-{day} 19:30")

    first = (await community.slash("ann", "event list"))["message"]
    assert "Page 1 of 2" in words(first)
    [ahead] = [one for one in buttons(first) if one["label"] == "Next"]
    second = (await community.click("ann", first["id"], custom_id=ahead["custom_id"]))["message"]

    assert "Page 2 of 2" in words(second)
    going = [one for page in (first, second) for one in buttons(page) if one["label"] == "Going"]
    assert len(going) == 12


async def test_another_server_knows_nothing_of_it(community: Community) -> None:
    await plan(community)
    event = await choice(community, "host attendees")

    with pytest.raises(UserError, match="There is no such event"):
        await community.app.events.roster(community.guild_id + 1, event)
