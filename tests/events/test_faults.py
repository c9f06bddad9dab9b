"""Discord fails: before it did what was asked, after it did it, or because it may not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import discord
from sqlalchemy import select

from bot.clock import real_now
from bot.demo.people import words
from bot.outbox.tables import outbox
from bot.work import store as work_store
from tests.community import Community
from tests.events.evening import at, card, discord_events, plan, posts, reminders


async def fails(community: Community, route: str, **how: Any) -> None:
    """The next request to this route goes wrong."""
    await community.post("/sandbox/faults", route=route, **how)


async def heal(community: Community) -> None:
    """What waits for the owner is tried now."""
    async with community.app.db.write() as tx:
        await work_store.retry_stuck(tx, community.guild_id, real_now() - timedelta(seconds=1))
    await community.settled()


async def stuck(community: Community) -> list[str]:
    """The errors of the work that waits for the owner."""
    async with community.app.db.read() as db:
        return [row.error for row in await work_store.stuck(db, community.guild_id)]


async def test_discords_event_is_made_once_when_the_answer_is_lost(community: Community) -> None:
    await fails(community, "POST /guilds/*/scheduled-events", status=502, after_effect=True)

    await plan(community)
    await community.settled()

    assert len(await discord_events(community)) == 1
    assert (await community.app.health())["work_due"] == 0


async def test_discords_event_is_made_when_the_first_try_had_no_effect(community: Community) -> None:
    await fails(community, "POST /guilds/*/scheduled-events", status=502)

    await plan(community)
    await community.settled()

    assert len(await discord_events(community)) == 1


async def test_control_the_librarys_own_repetition_makes_it_twice(community: Community) -> None:
    await fails(community, "POST /guilds/*/scheduled-events", status=502, after_effect=True)
    start = community.app.clock.now() + timedelta(days=1)

    await community.app.client.guilds[0].create_scheduled_event(
        name="Twice",
        start_time=start,
        end_time=start + timedelta(hours=1),
        location="Here",
        privacy_level=discord.PrivacyLevel.guild_only,
        entity_type=discord.EntityType.external,
    )

    assert len(await discord_events(community)) == 2


async def test_the_card_is_posted_once_when_the_answer_is_lost(community: Community) -> None:
    await fails(community, "POST /channels/*/messages", status=500, after_effect=True)

    await plan(community)
    await community.settled()

    assert len(await posts(community)) == 1


async def test_the_reminder_is_posted_once_when_the_answer_is_lost(community: Community) -> None:
    await plan(community)
    await community.settled()
    await fails(community, "POST /channels/*/messages", status=500, after_effect=True)

    await at(community, "19:16")
    await community.settled()

    assert len(await reminders(community)) == 1


async def test_the_reminder_is_posted_once_when_all_tries_lose_their_answer(community: Community) -> None:
    await plan(community)
    await community.settled()
    await fails(community, "POST /channels/*/messages", status=503, after_effect=True, times=3)

    await at(community, "19:16")
    await community.settled()

    assert len(await reminders(community)) == 1


async def test_without_the_permission_the_owner_is_asked_and_the_card_is_there(community: Community) -> None:
    await fails(community, "POST /guilds/*/scheduled-events", status=403, code=50013)

    await plan(community)
    await community.settled()

    (error,) = await stuck(community)
    assert error.startswith("create-events: ") and "Create Events" in error
    assert (await discord_events(community), len(await posts(community))) == ([], 1)


async def test_with_the_permission_given_it_is_made_up_for(community: Community) -> None:
    await fails(community, "POST /guilds/*/scheduled-events", status=403, code=50013)
    await plan(community)
    await community.settled()

    await heal(community)

    assert (len(await discord_events(community)), len(await posts(community)), await stuck(community)) == (
        1,
        1,
        [],
    )


async def test_without_a_place_for_the_card_the_owner_is_asked_and_the_event_is_there(
    community: Community,
) -> None:
    await fails(community, "POST /channels/*/messages", status=404, code=10003)

    await plan(community)
    await community.settled()

    (error,) = await stuck(community)
    assert error.startswith("gone: ")
    assert (len(await discord_events(community)), await posts(community)) == (1, [])


async def test_a_reminder_that_cannot_be_posted_in_time_is_recorded_as_skipped(community: Community) -> None:
    await plan(community)
    await community.settled()
    await fails(community, "POST /channels/*/messages", status=403, code=50013, times=1)
    await at(community, "19:20")
    waiting = await stuck(community)
    await at(community, "21:00")

    await heal(community)

    assert len(waiting) == 1
    assert (await reminders(community), await outcome(community)) == ([], ("skipped", "late"))


async def test_a_deleted_card_is_not_posted_again(community: Community) -> None:
    await plan(community)
    await community.settled()
    message = await card(community)
    await community.discord("olivia", "DELETE", f"/channels/{message['channel_id']}/messages/{message['id']}")

    await at(community, "21:00")

    assert ["🔔" in words(post) for post in await posts(community)] == [True]


async def outcome(community: Community) -> tuple[str, str | None]:
    """What became of the one reminder."""
    async with community.app.db.read() as db:
        query = select(outbox.c.state, outbox.c.reason).where(outbox.c.kind == "event.remind")
        (row,) = (await db.execute(query)).all()
    return (row[0], row[1])
