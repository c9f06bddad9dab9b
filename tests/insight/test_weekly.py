"""Every week is stored once and the latest is posted once, whatever happens in between."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.work.tables import work
from tests.insight.harness import GUILD, InsightHarness, actions, harness, picture, words


@pytest.fixture
async def lyceum(tmp_path: Path) -> AsyncIterator[InsightHarness]:
    async with harness(tmp_path) as here:
        yield here


async def restarted(before: InsightHarness) -> InsightHarness:
    """The same file, room and clock, another process."""
    after = InsightHarness(before.db, before.clock, before.facts, before.room)
    await after.start()
    return after


async def test_the_week_is_stored_and_posted_when_it_ends(lyceum: InsightHarness) -> None:
    await lyceum.start()
    assert lyceum.room.cards == []

    await lyceum.turn("2026-11-23T00:01")

    assert await lyceum.weeks() == ["2026-W47"]
    [card] = lyceum.room.cards
    assert "(50 + 100 + 30) / 100 = **1.80**" in words(card)
    assert "100 × 4.5 / 10 = **45.0** (5 of 10 rated; rated items only: 90.0)" in words(card)
    assert "engagement 1.80" in picture(card).alt
    assert "stats.explain:2026-W47" in actions(card)


async def test_counts_are_flushed_before_they_are_read(lyceum: InsightHarness) -> None:
    await lyceum.start()

    await lyceum.turn("2026-11-23T00:01")

    assert lyceum.facts.flushed > 0


async def test_a_stored_week_stays_as_it_was_byte_for_byte(lyceum: InsightHarness) -> None:
    await lyceum.start()
    await lyceum.turn("2026-11-23T00:01")
    stored, card = await lyceum.bytes_of("2026-W47"), lyceum.room.cards[0]

    lyceum.facts.one_more_message()
    async with lyceum.db.write() as tx:
        await lyceum.queue.enqueue(tx, "report.week", GUILD, "2026-W47", week="2026-W47")
    await lyceum.turn("2026-11-23T08:00")
    again = await lyceum.insight.report(GUILD, (await lyceum.insight.weeks(GUILD, "W47"))[0])

    assert await lyceum.bytes_of("2026-W47") == stored
    assert await lyceum.insight.picture(lyceum.texts.community, again) == picture(card)
    assert len(lyceum.room.cards) == 1


async def test_a_bot_that_was_away_three_weeks_stores_all_and_posts_the_latest(
    lyceum: InsightHarness,
) -> None:
    await lyceum.start()
    await lyceum.turn("2026-11-23T00:01")

    lyceum.clock.to("2026-12-16T10:00")
    back = await restarted(lyceum)

    assert await back.weeks() == ["2026-W47", "2026-W48", "2026-W49", "2026-W50"]
    assert [actions(card) for card in back.room.cards] == [
        ["stats.explain:2026-W47"],
        ["stats.explain:2026-W50"],
    ]
    assert "2026-W48 and 2026-W49" in words(back.room.cards[1])
    assert "could not be posted" not in words(back.room.cards[0])


async def test_who_was_there_all_the_time_gets_every_post(lyceum: InsightHarness) -> None:
    await lyceum.start()

    await lyceum.turn("2026-12-14T00:01")

    assert [actions(card)[0] for card in lyceum.room.cards] == [
        f"stats.explain:2026-W{number}" for number in (47, 48, 49, 50)
    ]
    assert not any("could not be posted" in words(card) for card in lyceum.room.cards)


async def test_started_twice_it_still_asks_for_one_week(lyceum: InsightHarness) -> None:
    await lyceum.start()
    await restarted(lyceum)
    async with lyceum.db.read() as db:
        rows = (await db.execute(select(work.c.kind, work.c.key))).all()
    assert [tuple(row) for row in rows] == [("report.week", "2026-W47")]

    await lyceum.turn("2026-11-23T00:01")
    await restarted(lyceum)
    await restarted(lyceum)

    assert len(lyceum.room.cards) == 1


async def test_a_lost_answer_is_not_posted_again(lyceum: InsightHarness) -> None:
    await lyceum.start()
    lyceum.room.lost = 1
    await lyceum.turn("2026-11-23T00:01")
    assert await lyceum.outcomes() == {"2026-W47": "sending"}

    lyceum.facts.one_more_message()
    await lyceum.patience()

    assert await lyceum.outcomes() == {"2026-W47": "sent"}
    assert len(lyceum.room.cards) == 1


async def test_control_without_a_look_into_history_it_would_be_posted_twice(lyceum: InsightHarness) -> None:
    async def blind(*_: object, **__: object) -> None:
        return None

    lyceum.room.posted = blind  # type: ignore[method-assign]
    await lyceum.start()
    lyceum.room.lost = 1
    await lyceum.turn("2026-11-23T00:01")

    await lyceum.patience()

    assert len(lyceum.room.cards) == 2


async def test_a_missing_staff_channel_waits_for_the_owner_and_heals(lyceum: InsightHarness) -> None:
    lyceum.room.channel = None
    await lyceum.start()
    await lyceum.turn("2026-11-23T00:01")
    async with lyceum.db.read() as db:
        stuck = (await db.execute(select(work).where(work.c.state == "stuck"))).one()
    assert stuck.kind == "report.post"
    assert stuck.error.startswith("staff-channel-missing: There is no channel #staff")

    lyceum.room.channel = 71
    await lyceum.patience()

    assert await lyceum.outcomes() == {"2026-W47": "sent"}
    assert len(lyceum.room.cards) == 1


async def test_without_a_channel_for_two_weeks_only_the_later_is_posted_and_names_the_other(
    lyceum: InsightHarness,
) -> None:
    lyceum.room.channel = None
    await lyceum.start()
    await lyceum.turn("2026-11-30T00:01")

    lyceum.room.channel = 71
    await lyceum.patience()

    assert await lyceum.outcomes() == {"2026-W47": "superseded", "2026-W48": "sent"}
    [card] = lyceum.room.cards
    assert "1 earlier week was stored, but could not be posted in time: 2026-W47." in words(card)


async def test_a_channel_deleted_while_sending_is_replaced(lyceum: InsightHarness) -> None:
    await lyceum.start()
    lyceum.room.lost = 1
    await lyceum.turn("2026-11-23T00:01")

    lyceum.room.channel = 71
    lyceum.room.cards.clear()
    await lyceum.patience()

    assert await lyceum.outcomes() == {"2026-W47": "sent"}
    assert len(lyceum.room.cards) == 1


async def test_a_later_time_in_the_settings_is_waited_for(tmp_path: Path) -> None:
    async with harness(tmp_path) as early:
        await early.start()
        late = InsightHarness(
            early.db, early.clock, early.facts, early.room, REPORT__WEEKDAY="tuesday", REPORT__TIME="09:00"
        )
        await late.start()

        await late.turn("2026-11-24T08:59")
        assert await late.weeks() == []
        await late.turn("2026-11-24T09:00")
        assert await late.weeks() == ["2026-W47"]


async def test_an_earlier_time_in_the_settings_is_taken_over(tmp_path: Path) -> None:
    async with harness(tmp_path, REPORT__WEEKDAY="tuesday", REPORT__TIME="09:00") as late:
        await late.start()

        early = await restarted(late)
        await early.turn("2026-11-23T00:01")

        assert await early.weeks() == ["2026-W47"]
