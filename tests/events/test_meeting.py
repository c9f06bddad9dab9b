"""An event from its announcement to its recap, through the sandbox's real socket."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.demo.people import buttons, words
from bot.events.tables import event_presence
from tests.community import Community, running_community
from tests.events.evening import TITLE, TUESDAY, at, card, choice, discord_events, plan, reminders


async def test_a_planned_event_is_in_discord_and_on_a_card(community: Community) -> None:
    told = await plan(community)
    await community.settled()

    assert TITLE in told and "announced in #events" in told
    (event,) = await discord_events(community)
    assert (event["name"], event["scheduled_start_time"][:16], event["scheduled_end_time"][:16]) == (
        TITLE,
        f"{TUESDAY}T19:30",
        f"{TUESDAY}T20:30",
    )
    assert [button["label"] for button in buttons(await card(community))] == ["Going", "Can't"]


async def test_an_event_at_an_address_is_external(community: Community) -> None:
    await plan(community, place="Café Kant, 3rd floor")
    await community.settled()

    (event,) = await discord_events(community)
    assert (event["entity_type"], event["entity_metadata"]) == (3, {"location": "Café Kant, 3rd floor"})


async def test_going_is_counted_once_per_member(community: Community) -> None:
    await plan(community)
    await community.settled()
    message = (await card(community))["id"]

    answers = [
        words((await community.click(who, message, label="Going"))["message"])
        for who in ("ann", "ann", "bob")
    ]
    await community.settled()

    assert ["already" in answer for answer in answers] == [False, True, False]
    assert "2 going" in words(await card(community))


async def test_whoever_cannot_come_is_taken_off_the_list(community: Community) -> None:
    await plan(community)
    await community.settled()
    message = (await card(community))["id"]
    await community.click("ann", message, label="Going")

    off, not_on = [words((await community.click("ann", message, label="Can't"))["message"]) for _ in range(2)]
    await community.settled()

    assert "off the list" in off and "not on the list" in not_on
    assert "0 going" in words(await card(community))


async def test_the_list_shows_what_comes_and_signs_up_too(community: Community) -> None:
    await plan(community)
    await plan(community, title="Later that week", when="Fri 19:30")
    await community.settled()

    listed = (await community.slash("ann", "event list"))["message"]
    first = buttons(listed)[0]
    await community.click("ann", listed["id"], custom_id=first["custom_id"])
    again = (await community.slash("ann", "event list"))["message"]

    assert words(listed).index(TITLE) < words(listed).index("Later that week")
    assert [button["label"] for button in buttons(again)] == ["Can't", "Going"]


async def test_the_list_is_in_the_readers_language(community: Community) -> None:
    await plan(community)

    listed = (await community.slash("ann", "event list", locale="zh-CN"))["message"]

    assert "接下来的活动" in words(listed)


async def test_only_moderators_plan(community: Community) -> None:
    for_ann = {command["name"] for command in await community.get("/sandbox/commands", **{"as": "ann"})}
    for_max = {command["name"] for command in await community.get("/sandbox/commands", **{"as": "max"})}

    assert ("host" in for_ann, "host" in for_max, "event" in for_ann) == (False, True, True)


async def test_autocomplete_tells_what_a_time_means(community: Community) -> None:
    offered = await community.choices("max", "host create", "when", when="tomorrow 19:30")
    empty = await community.choices("max", "host create", "when")

    assert [(one["name"], one["value"]) for one in offered] == [
        ("Tue 3 Nov 2026, 19:30 (UTC)", "2026-11-03 19:30")
    ]
    assert len(empty) == 7


async def test_an_event_is_offered_by_what_people_type(community: Community) -> None:
    await plan(community)

    for typed in ("ASYNC", " debugging ", "ａsync"):
        assert len(await community.choices("max", "host cancel", "event", event=typed)) == 1, typed
    assert await community.choices("max", "host cancel", "event", event="rust") == []


async def test_times_are_the_communitys(tmp_path: Path) -> None:
    async with running_community(tmp_path, COMMUNITY__TIMEZONE="Asia/Shanghai") as community:
        await plan(community, when="明天 19:30")
        await community.settled()

        (event,) = await discord_events(community)
        assert event["scheduled_start_time"][:16] == f"{TUESDAY}T11:30"


async def test_the_reminder_comes_at_its_time_and_once(community: Community) -> None:
    await plan(community)

    await at(community, "19:14")
    before = await reminders(community)
    await at(community, "19:15")
    (reminder,) = await reminders(community)
    await at(community, "19:40")

    assert before == []
    assert TITLE in words(reminder) and "<#" in words(reminder) and "<t:" in words(reminder)
    assert len(await reminders(community)) == 1
    assert await community.messages("@bot", "ann") == []


async def test_an_event_planned_at_short_notice_is_called_out_when_it_begins(community: Community) -> None:
    told = await plan(community, when="in 10 minutes")
    await community.clock(advance=9 * 60)
    before = await reminders(community)
    await community.clock(advance=60)

    assert "when it begins" in told
    assert before == []
    assert "has begun" in words((await reminders(community))[0])


async def test_attendance_is_measured_from_voice(community: Community) -> None:
    """Ann comes early and stays late, Bob moves rooms and comes back, Cid looks in for four minutes, Eve is late."""
    await plan(community)
    await at(community, "19:05")
    await community.voice("ann", "Classroom")
    await community.voice("bob", "Lounge")
    await at(community, "19:30")
    await community.voice("bob", "Classroom")
    await community.voice("cid", "Classroom")
    await at(community, "19:34")
    await community.voice("bob", "Lounge")
    await community.voice("cid", None)
    await at(community, "20:20")
    await community.voice("bob", "Classroom")
    await at(community, "20:22")
    await community.voice("bob", None)
    await at(community, "20:36")
    await community.voice("eve", "Classroom")
    await at(community, "21:00")

    roll = await community.app.events.roster(community.guild_id, await choice(community, "host attendees"))

    names = {int(m["user"]["id"]): m["user"]["username"] for m in (await community.world())["members"]}
    assert {names[one.user_id]: one.seconds // 60 for one in roll.came} == {"ann": 80, "bob": 6}
    assert "2 people came" in words(await card(community))
    assert buttons(await card(community)) == []


async def test_bots_do_not_attend(community: Community) -> None:
    await community.join("musicbot", bot=True)
    await plan(community)
    await at(community, "19:15")
    await community.voice("musicbot", "Classroom")  # before the doors, so it is found there
    await at(community, "19:31")
    await community.voice("musicbot", None)
    await community.voice("musicbot", "Classroom")  # and is seen to come
    await at(community, "21:00")

    assert "0 people came" in words(await card(community))


async def test_participation_counts_attendances_by_the_events_end(community: Community) -> None:
    await plan(community)
    for who in ("ann", "bob", "max"):
        await community.voice(who, "Classroom")
    await at(community, "21:00")
    end = datetime.fromisoformat(f"{TUESDAY}T20:30:00+00:00")
    day = datetime.fromisoformat("2026-11-03T00:00:00+00:00")

    async def count(start: datetime, until: datetime) -> int:
        held = await community.app.events.held(community.guild_id, start, until)
        return sum(event.attendances for event in held)

    assert await count(day, end) == 0
    assert await count(end, end.replace(minute=31)) == 3
    assert await community.app.events.held(community.guild_id + 1, day, end.replace(hour=23)) == []


async def test_discords_own_event_begins_and_ends(community: Community) -> None:
    await plan(community)
    await community.settled()
    await at(community, "19:31")
    (running,) = await discord_events(community)
    live = words(await card(community))
    await at(community, "20:41")

    assert running["status"] == 2
    assert "Live now" in live
    assert [event["status"] for event in await discord_events(community)] in ([], [3])


async def test_a_cancelled_event_is_withdrawn_everywhere(community: Community) -> None:
    await plan(community)
    await community.settled()

    told = await community.slash(
        "max", "host cancel", channel="staff", event=await choice(community, "host cancel")
    )
    await community.settled()
    await community.voice("ann", "Classroom")
    await at(community, "21:00")

    assert "is cancelled" in words(told["message"])
    assert await discord_events(community) == []
    assert "Cancelled" in words(await card(community)) and buttons(await card(community)) == []
    assert await reminders(community) == []


async def test_an_event_claims_the_voice_time_in_its_channel(community: Community) -> None:
    await plan(community)
    await community.settled()
    world = await community.world()
    rooms = {channel["name"]: int(channel["id"]) for channel in world["channels"]}

    async def claimed(room: str, start: str, end: str) -> bool:
        moments = (datetime.fromisoformat(f"{TUESDAY}T{time}:00+00:00") for time in (start, end))
        return await community.app.events.claims(community.guild_id, rooms[room], *moments)

    assert await claimed("Classroom", "19:00", "19:31")
    assert not await claimed("Classroom", "18:00", "19:30")
    assert not await claimed("Classroom", "20:30", "21:00")
    assert not await claimed("Lounge", "19:30", "20:30")


async def test_nothing_of_an_evening_stays_but_the_attendance(community: Community) -> None:
    await plan(community)
    await at(community, "19:25")
    await community.voice("ann", "Classroom")
    await at(community, "21:00")

    async with community.app.db.read() as db:
        left = (await db.execute(select(func.count()).select_from(event_presence))).scalar_one()

    assert left == 0


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
async def test_the_host_sees_who_comes_and_who_came(community: Community, locale: str) -> None:
    await plan(community)
    await community.settled()
    await community.click("ann", (await card(community))["id"], label="Going")
    event = await choice(community, "host attendees")
    before = await community.slash("max", "host attendees", channel="staff", event=event, locale=locale)
    await community.voice("bob", "Classroom")
    await at(community, "21:00")
    after = await community.slash("max", "host attendees", channel="staff", event=event, locale=locale)

    world = {m["user"]["username"]: m["user"]["id"] for m in (await community.world())["members"]}
    assert f"<@{world['ann']}>" in words(before["message"]) and f"<@{world['bob']}>" not in words(
        before["message"]
    )
    assert f"<@{world['bob']}> (80)" in words(after["message"])
