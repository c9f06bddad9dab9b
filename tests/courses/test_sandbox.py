"""Courses through the real socket: discord.py on one side, the sandbox's people on the other."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

from bot.demo.month import pay, zipped
from bot.demo.people import buttons, upload, words
from sandbox.app import Sandbox
from tests.community import MONDAY, Community, bot_in
from tests.courses.classroom import (
    DEMO,
    brings,
    brings_demo,
    course_of,
    labels,
    lessons_of,
    opens_shop,
    reads,
    texts,
)
from tests.courses.packing import COURSE, packed

EPHEMERAL = 64
DAY = timedelta(days=1)


async def opened(community: Community) -> int:
    """How many openings are counted on the day of these tests."""
    start = datetime.fromisoformat(MONDAY).replace(hour=0)
    return await community.app.courses.consumption(community.guild_id, start, start + DAY)


async def test_ann_buys_and_the_course_opens(community: Community) -> None:
    await opens_shop(community)
    assert "The course is here" in await brings_demo(community)
    locked = await reads(community, "ann", "What the event loop does")
    assert "opens with Pro / Studio. Get it with /membership buy" in words(locked["message"])
    assert await opened(community) == 0

    plan = (await community.choices("ann", "membership buy", "plan"))[0]["value"]
    bill = await community.slash("ann", "membership buy", plan=plan)
    await pay(next(button["url"] for button in buttons(bill["message"]) if "url" in button))
    await community.settled()
    lesson = await reads(community, "ann", "What the event loop does")

    header, body, foot = texts(lesson["message"])
    assert header == "-# 📘 Asyncio in practice › One thread, many waits"
    assert body.startswith("# What the event loop does\n")
    assert foot == "-# ▱▱▱▱▱▱▱▱▱▱ 0 of 10 done"
    assert lesson["message"]["flags"] & EPHEMERAL
    assert await opened(community) == 1


async def test_a_stranger_sees_what_is_locked_and_what_opens_it(community: Community) -> None:
    await opens_shop(community)
    await brings_demo(community)

    shelf = await community.slash("cid", "course browse")
    outline = await community.slash("cid", "course open", course=await course_of(community, "cid"))

    assert "🔒 Asyncio in practice" in words(shelf["message"])
    assert "It opens with Pro / Studio. Get it with /membership buy." in words(outline["message"])
    assert labels(outline["message"]) == ["All courses"]


async def test_max_teaches_and_may_open_everything(community: Community) -> None:
    await opens_shop(community)
    await brings_demo(community)

    lesson = await reads(community, "max", "Queues and backpressure")

    assert "# Queues and backpressure" in words(lesson["message"])


async def test_done_and_next_walks_through_the_course_to_its_end(community: Community) -> None:
    await brings(community, packed(COURSE))
    outline = await community.slash("ann", "course open", course=await course_of(community))
    message = outline["message"]["id"]

    first = await community.click("ann", message, label="Begin")
    second = await community.click("ann", message, label="Done & next")
    end = await community.click("ann", message, label="Done")

    assert first["state"] == second["state"] == end["state"] == "updated"
    assert "# The bowline" in words(first["message"]) and "# The reef knot" in words(second["message"])
    assert "You are done with all 2 lessons. Well done!" in words(end["message"])
    again = await community.click("ann", message, label="All lessons")
    assert "✅ **Knots** · 2 of 2 done" in words(again["message"])
    assert await opened(community) == 2


async def test_continue_goes_on_where_one_was(community: Community) -> None:
    await brings(community, packed(COURSE))
    nothing = await community.slash("ann", "course continue")
    assert "You have not opened a course yet" in words(nothing["message"])

    lesson = await reads(community, "ann", "The bowline")
    await community.click("ann", lesson["message"]["id"], label="Done & next")
    going = await community.slash("ann", "course continue")

    assert "# The reef knot" in words(going["message"])
    assert "▰▰▰▰▰▱▱▱▱▱ 1 of 2 done" in words(going["message"])


async def test_the_modules_lead_to_the_lessons(community: Community) -> None:
    await opens_shop(community)
    await brings_demo(community)
    course = await course_of(community)
    message = (await community.slash("max", "course open", course=course))["message"]["id"]

    module = await community.select("max", message, "pick.module", [f"{course}.1"])
    assert "## Many things at once" in words(module["message"])
    lesson = await community.select(
        "max", message, "pick.lesson", [(await lessons_of(community))["Five at a time"]]
    )

    assert "# Five at a time" in words(lesson["message"])


async def test_a_button_works_after_the_bot_was_restarted(tmp_path: Path) -> None:
    async with Sandbox(
        tmp_path / "world", port=0, clock=datetime.fromisoformat(MONDAY), empty=False
    ) as world:
        async with bot_in(world.url, tmp_path) as before:
            await brings(before, packed(COURSE))
            message = (await reads(before, "ann", "The bowline"))["message"]["id"]
        async with bot_in(world.url, tmp_path) as after:
            second = await after.click("ann", message, label="Done & next")

            assert "# The reef knot" in words(second["message"])
            assert "1 of 2 done" in words(second["message"])


async def test_a_button_from_before_a_new_version_still_leads_on(community: Community) -> None:
    await brings(community, packed(COURSE))
    message = (await reads(community, "ann", "The bowline"))["message"]["id"]

    told = await brings(
        community, packed({**COURSE, "02-hitch.md": "# The hitch\n\nAround.\n", "02-reef.md": "# Reef, anew"})
    )
    following = await community.click("ann", message, label="Done & next")

    assert "Version 2 is here; members keep what they have done. Lessons new: 1, gone: 0." in told
    assert "# The hitch" in words(following["message"])


async def test_twenty_presses_at_once_count_once(community: Community) -> None:
    await brings(community, packed(COURSE))
    course, lesson = await course_of(community), (await lessons_of(community))["The bowline"]

    await asyncio.gather(
        *(community.slash("ann", "course open", course=course, lesson=lesson) for _ in range(20))
    )

    assert await opened(community) == 1


async def test_the_next_day_counts_again(community: Community) -> None:
    await brings(community, packed(COURSE))
    await reads(community, "ann", "The bowline")
    await community.clock(advance=86400)
    await reads(community, "ann", "The bowline")

    start = datetime.fromisoformat(MONDAY).replace(hour=0)
    assert await community.app.courses.consumption(community.guild_id, start, start + 2 * DAY) == 2


async def test_a_rating_by_the_form_and_another_by_command(community: Community) -> None:
    await brings(community, packed(COURSE))
    early = await community.slash(
        "ann", "course rate", lesson=(await lessons_of(community))["The bowline"], stars=5
    )
    assert "You have not opened this lesson yet" in words(early["message"])
    message = (await reads(community, "ann", "The bowline"))["message"]["id"]

    form = await community.click("ann", message, label="Rate")
    thanks = await community.submit("ann", form["modal"]["custom_id"], {"stars": "3", "text": "Too *fast*."})
    (choice,) = await community.choices("ann", "course rate", "lesson")
    again = await community.slash("ann", "course rate", lesson=choice["value"], stars=5)

    assert "★★★☆☆\nThank you" in words(thanks["message"])
    assert "★★★★★\nYour new rating counts in place of the earlier one." in words(again["message"])
    assert choice["name"] == "The bowline · Knots"
    start = datetime.fromisoformat(MONDAY)
    library = await community.app.courses.library(community.guild_id, start, start + DAY)
    assert (library.contents, library.rated, library.rating_sum, library.rating_count) == (2, 1, 5, 1)
    assert "★ 5.0 (1)" in words((await community.slash("max", "teach courses"))["message"])


async def test_an_import_by_the_form_with_a_tier(community: Community) -> None:
    await opens_shop(community)

    form = await community.slash("max", "teach import")
    studio = next(o["value"] for o in _options(form["modal"]) if o["label"] == "Studio")
    told = await community.submit(
        "max", form["modal"]["custom_id"], {"file": upload("knots.zip", packed(COURSE)), "tier": [studio]}
    )

    assert "2 lessons and 1 module · opens with Studio" in words(told["message"])


async def test_the_form_starts_with_the_tier_that_was_typed(community: Community) -> None:
    await opens_shop(community)

    form = await community.slash("max", "teach import", tier=" studio ")

    assert [option["label"] for option in _options(form["modal"]) if option.get("default")] == ["Studio"]


def _options(modal: dict[str, object]) -> list[dict[str, str]]:
    components: list[dict[str, dict[str, list[dict[str, str]]]]] = modal["components"]  # type: ignore[assignment] # JSON
    return next(one["component"]["options"] for one in components if "options" in one["component"])


async def test_the_same_zip_twice_and_a_lock_by_hand(community: Community) -> None:
    await opens_shop(community)
    await brings_demo(community)

    assert "Nothing to do: this is what the course says already (version 1)." in await brings_demo(community)
    course = await course_of(community)
    told = await community.slash("max", "teach lock", course=course, tier="Pro")
    assert "opens with Pro" in words(told["message"])
    free = await community.slash("max", "teach lock", course=course)
    assert "open to everybody" in words(free["message"])
    assert "# Five at a time" in words((await reads(community, "cid", "Five at a time"))["message"])


async def test_bad_input_gets_its_sentence_and_changes_nothing(community: Community) -> None:
    broken = {**COURSE, "02-reef.md": "---\ntitle: [\n---\nText"}
    for data, sentence in (
        (b"not a zip", "This is not a zip."),
        (packed({"a.txt": "hello"}), "This is no course"),
        (packed(broken), "`02-reef.md`:2: the front matter is broken"),
        (packed({**COURSE, "../evil.md": "x"}), "leads elsewhere"),
        (packed({**COURSE, "03-bomb.md": b"\0" * 4_000_000}), "swells to more than 100 times"),
        (zipped(DEMO), "There is no tier “Pro” here."),
    ):
        assert sentence in await brings(community, data)

    assert "There is no course here yet" in words((await community.slash("max", "teach courses"))["message"])
    unknown = await community.slash("ann", "course open", course="Sailing")
    assert "There is no course “Sailing” here." in words(unknown["message"])


async def test_only_moderators_teach(community: Community) -> None:
    for who, seen in (("ann", False), ("max", True), ("olivia", True)):
        names = {command["name"] for command in await community.get("/sandbox/commands", **{"as": who})}
        assert ("teach" in names) is seen
        assert "course" in names


async def test_lin_reads_in_chinese(community: Community) -> None:
    await brings(community, packed(COURSE))

    shelf = await community.slash("linxiaoyu", "course browse", locale="zh-CN")
    lesson = await reads(community, "linxiaoyu", "The bowline", locale="zh-CN")

    assert "课程" in words(shelf["message"]) and "2 节课 · 所有人可学" in words(shelf["message"])
    assert "已完成 0/2" in words(lesson["message"])
    assert labels(lesson["message"]) == ["学完，下一节", "评分", "课程目录"]
