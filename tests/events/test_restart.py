"""The bot goes away and comes back while the community's clock goes on."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import update

from bot.demo.people import People, words
from bot.events import cards, tables
from bot.outbox import OutboxKey, OutboxState
from bot.outbox import store as outbox
from bot.outbox import tables as outbox_tables
from sandbox.app import Sandbox
from tests.community import MONDAY, Community, bot_in
from tests.events.evening import at, card, choice, plan, reminders
from tests.events.test_faults import outcome


def world(folder: Path) -> Sandbox:
    return Sandbox(folder / "world", port=0, clock=datetime.fromisoformat(MONDAY), empty=False)


async def came(community: Community) -> dict[str, int]:
    """Who came, in minutes."""
    roll = await community.app.events.roster(community.guild_id, await choice(community, "host attendees"))
    names = {int(m["user"]["id"]): m["user"]["username"] for m in (await community.world())["members"]}
    return {names[one.user_id]: one.seconds // 60 for one in roll.came}


async def test_a_reminder_missed_while_away_is_posted_once_on_return(tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        async with bot_in(there.url, tmp_path) as community:
            await plan(community)
            await community.settled()
        async with People(there.url) as people:
            await at(people, "19:20")
        for _ in range(2):
            async with bot_in(there.url, tmp_path) as community:
                await community.settled()
                assert len(await reminders(community)) == 1


async def test_a_reminder_is_not_posted_again_by_the_next_process(tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        async with bot_in(there.url, tmp_path) as community:
            await plan(community)
            await at(community, "19:16")
        async with bot_in(there.url, tmp_path) as community:
            await community.settled()
            assert len(await reminders(community)) == 1


async def posted_but_not_noted(community: Community, *, sending: bool) -> None:
    """As if the bot had died after posting the reminder, so long ago that Discord has forgotten the nonce."""
    roll = await community.app.events.roster(community.guild_id, await choice(community, "host attendees"))
    event, channel_id = roll.event, roll.event.card_channel_id
    assert channel_id is not None
    shown = cards.reminder(community.app.catalog.community, event, 15, begun=False)
    await community.app.server.post(community.guild_id, channel_id, shown, key="another nonce")
    if sending:
        async with community.app.db.write() as tx:
            now = community.app.clock.now()
            await outbox.write(
                tx,
                OutboxKey(community.guild_id, "event.remind", f"{event.id}:15"),
                OutboxState.SENDING,
                now,
                channel_id=channel_id,
            )


async def test_a_reminder_that_may_have_been_sent_is_looked_for(community: Community) -> None:
    await plan(community)
    await at(community, "19:14")
    await posted_but_not_noted(community, sending=True)

    await at(community, "19:16")

    assert (len(await reminders(community)), await outcome(community)) == (1, ("sent", None))


async def test_control_without_the_note_it_would_be_posted_twice(community: Community) -> None:
    await plan(community)
    await at(community, "19:14")
    await posted_but_not_noted(community, sending=False)

    await at(community, "19:16")

    assert len(await reminders(community)) == 2


async def test_a_card_that_may_have_been_posted_is_looked_for(community: Community) -> None:
    await plan(community)
    await community.settled()
    roll = await community.app.events.roster(community.guild_id, await choice(community, "host attendees"))
    event = roll.event
    assert event.card_channel_id is not None
    async with community.app.db.write() as tx:
        unnoted = {"card_channel_id": None, "card_message_id": None}
        await tx.execute(update(tables.event).values(**unnoted))
        under_way = update(outbox_tables.outbox).where(outbox_tables.outbox.c.kind == "event.card")
        await tx.execute(under_way.values(state="sending", message_id=None))
        await community.app.queue.enqueue(tx, "event.publish", event.guild_id, str(event.id))

    await community.settled()

    again = (await community.app.events.roster(community.guild_id, str(event.id))).event
    assert again.card_message_id == event.card_message_id
    assert int((await card(community))["id"]) == event.card_message_id


async def test_after_the_events_end_it_is_recorded_as_late_and_never_posted(tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        async with bot_in(there.url, tmp_path) as community:
            await plan(community)
            await community.settled()
        async with People(there.url) as people:
            await at(people, "20:31")
        async with bot_in(there.url, tmp_path) as community:
            await community.settled()
            await at(community, "21:00")

            assert (await reminders(community), await outcome(community)) == ([], ("skipped", "late"))
            assert "Over" in words(await card(community))


async def test_only_time_that_was_seen_counts(tmp_path: Path) -> None:
    """Ann left while the bot was away, Bob came, Cid stayed: each has the minutes in which the bot saw them."""
    async with world(tmp_path) as there:
        async with bot_in(there.url, tmp_path) as community:
            await plan(community)
            await at(community, "19:25")
            for who in ("ann", "cid"):
                await community.voice(who, "Classroom")
            await at(community, "19:45")
        async with People(there.url) as people:
            await people.voice("ann", None)
            await people.voice("bob", "Classroom")
            await at(people, "20:00")
        async with bot_in(there.url, tmp_path) as community:
            await community.settled()
            await at(community, "20:41")

            assert await came(community) == {"ann": 20, "bob": 40, "cid": 60}


async def test_an_event_that_nobody_could_see_has_no_attendance(tmp_path: Path) -> None:
    async with world(tmp_path) as there:
        async with bot_in(there.url, tmp_path) as community:
            await plan(community)
            await community.settled()
        async with People(there.url) as people:
            await people.voice("ann", "Classroom")
            await at(people, "21:00")
        async with bot_in(there.url, tmp_path) as community:
            await community.settled()

            assert await came(community) == {}
