"""Messages count exactly once, whatever the gateway, the disk or SIGKILL do."""

from __future__ import annotations

import asyncio
import random

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from bot.activity.rules import message_counts
from bot.activity.tables import channel, hourly_count
from bot.activity.watermarks import REORDER, Watermark
from bot.db import Database
from tests.activity.counting import (
    ANN,
    BOB,
    CID,
    GENERAL,
    GUILD,
    HELP,
    ROBOT,
    START,
    WEEK,
    CountedServer,
    CountingBot,
)


async def test_same_event_twice_counts_once(db: Database, server: CountedServer) -> None:
    bot = await CountingBot(db, server).start()
    first = server.say(ANN)

    bot.hear(first, ANN)
    bot.hear(first, ANN)
    await bot.activity.flush()
    bot.hear(first, ANN)

    assert await bot.messages() == 1


async def test_a_message_overtaken_by_a_later_one_is_not_lost(db: Database, server: CountedServer) -> None:
    bot = await CountingBot(db, server).start()
    first, second = server.say(ANN), server.say(BOB)

    bot.hear(second, BOB)
    await bot.activity.flush()
    bot.hear(first, ANN)

    assert await bot.messages() == 2


async def test_killed_between_two_overtaking_messages_the_first_is_read_back(
    db: Database, server: CountedServer
) -> None:
    bot = await CountingBot(db, server).start()
    server.say(ANN)
    second = server.say(BOB)
    bot.hear(second, BOB)
    await bot.activity.flush()

    again = await CountingBot(db, server).start()

    assert await again.messages() == 2


async def test_control_with_the_newest_id_as_the_mark_the_overtaken_message_is_lost(
    db: Database, server: CountedServer
) -> None:
    bot = await CountingBot(db, server).start()
    server.say(ANN)
    second = server.say(BOB)
    bot.hear(second, BOB)
    await bot.activity.flush()

    async with db.write() as tx:
        await tx.execute(update(channel).where(channel.c.channel_id == GENERAL).values(mark=second))
    again = await CountingBot(db, server).start()

    assert await again.messages() == 1


async def test_what_was_not_flushed_when_killed_is_read_back(db: Database, server: CountedServer) -> None:
    bot = await CountingBot(db, server).start()
    for _ in range(5):
        bot.hear(server.say(ANN), ANN)
    await bot.activity.flush()
    for _ in range(3):
        bot.hear(server.say(ANN), ANN)
    assert bot.activity.unflushed == 3

    server.say(CID, HELP)  # nobody listens
    again = await CountingBot(db, server).start()

    assert await again.messages() == 9


async def test_stopping_stores_everything(db: Database, server: CountedServer) -> None:
    bot = await CountingBot(db, server).start()
    bot.hear(server.say(ANN), ANN)
    bot.activity.disconnected()

    await bot.activity.stop()

    async with db.read() as reader:
        assert (await reader.execute(select(hourly_count.c.n))).scalar_one() == 1


async def test_live_messages_during_the_reading_back_count_once(db: Database, server: CountedServer) -> None:
    await (await CountingBot(db, server).start()).activity.stop()
    for _ in range(4):
        server.say(ANN)
    bot = CountingBot(db, server)
    await bot.activity.start()
    server.page = asyncio.Event()
    bot.activity.connected()
    bot.activity.arrived(GUILD)
    await asyncio.sleep(0.05)

    live = server.say(BOB)
    bot.hear(live, BOB)
    await bot.activity.flush()
    server.page.set()
    await bot.activity.caught_up()

    assert await bot.messages() == 5


async def test_killed_in_the_middle_of_reading_back_nothing_is_lost_or_doubled(
    db: Database, server: CountedServer
) -> None:
    await (await CountingBot(db, server).start()).activity.stop()
    for _ in range(4):
        server.later(seconds=30)
        server.say(ANN)
    bot = CountingBot(db, server)
    await bot.activity.start()
    server.page = asyncio.Event()
    bot.activity.connected()
    bot.activity.arrived(GUILD)
    await asyncio.sleep(0.05)
    bot.hear(server.say(BOB), BOB)  # live, ahead of what history has told so far
    await bot.activity.flush()
    await bot.activity.stop()

    server.page = None
    again = await CountingBot(db, server).start()

    assert await again.messages() == 5


async def test_a_lost_session_is_read_back_and_a_resumed_one_is_not(
    db: Database, server: CountedServer
) -> None:
    bot = await CountingBot(db, server).start()
    bot.activity.disconnected()
    unheard = server.say(ANN)

    bot.activity.resumed()
    assert await bot.messages() == 0
    bot.hear(unheard, ANN)  # Discord sends it again
    bot.activity.disconnected()
    server.say(BOB)
    bot.activity.connected()
    bot.activity.arrived(GUILD)
    await bot.activity.caught_up()

    assert await bot.messages() == 2


async def test_nobody_is_told_that_all_is_counted_while_the_session_is_lost(
    db: Database, server: CountedServer
) -> None:
    bot = await CountingBot(db, server).start()
    assert bot.activity.unflushed == 0

    bot.activity.disconnected()
    lost = bot.activity.unflushed
    bot.activity.connected()
    expected = bot.activity.unflushed
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await bot.activity.caught_up()
    bot.activity.arrived(GUILD)
    await bot.activity.caught_up()

    assert (lost, expected, bot.activity.unflushed) == (1, 1, 0)


async def test_a_live_message_of_the_new_session_does_not_hide_the_gap_before_it(
    db: Database, server: CountedServer
) -> None:
    bot = await CountingBot(db, server).start()
    bot.hear(server.say(ANN), ANN)
    bot.activity.disconnected()
    server.later(minutes=10)
    server.say(BOB)
    server.later(minutes=10)

    bot.activity.connected()
    bot.hear(server.say(CID), CID)  # before the guild is there
    await bot.activity.flush()
    again = await CountingBot(db, server).start()  # killed

    assert await again.messages() == 3


async def test_a_channel_made_while_away_is_read_from_its_beginning(
    db: Database, server: CountedServer
) -> None:
    await (await CountingBot(db, server).start()).activity.stop()
    server.later(hours=1)
    new = server.id()
    server.say(ANN, new)
    server.say(BOB, new)

    again = await CountingBot(db, server).start()

    assert await again.messages() == 2


async def test_a_channel_made_live_is_read_once_too(db: Database, server: CountedServer) -> None:
    bot = await CountingBot(db, server).start()
    new = server.id()
    server.say(ANN, new)  # said before the bot may see the channel

    bot.hear(server.say(BOB, new), BOB, new)
    assert bot.activity.unflushed == 2  # the message, and the reading that goes on
    await bot.activity.caught_up()

    assert await bot.messages() == 2


async def test_years_before_the_bot_came_are_not_counted(db: Database, server: CountedServer) -> None:
    for _ in range(10):
        server.say(ANN)
    server.later(days=1)
    server.here = server.now()
    server.later(minutes=1)
    server.say(ANN)

    bot = await CountingBot(db, server).start()

    assert await bot.messages() == 1


async def test_discord_that_does_not_answer_is_asked_again(db: Database, server: CountedServer) -> None:
    await (await CountingBot(db, server).start()).activity.stop()
    server.say(ANN)
    server.failures = 3

    again = await CountingBot(db, server).start()

    assert await again.messages() == 1


async def test_bots_webhooks_and_notices_do_not_count(db: Database, server: CountedServer) -> None:
    bot = await CountingBot(db, server).start()
    bot.hear(server.say(ROBOT, human=False), ROBOT, human=False)
    bot.hear(server.say(ANN, ordinary=False), ANN, ordinary=False)
    bot.activity.disconnected()
    server.say(ROBOT, human=False)
    server.say(ANN, ordinary=False)

    bot.activity.connected()
    bot.activity.arrived(GUILD)
    await bot.activity.caught_up()

    assert await bot.messages() == 0


def test_the_first_message_of_a_forum_post_is_its_opening() -> None:
    assert not message_counts(human=True, ordinary=True, message_id=5, channel_id=5)
    assert message_counts(human=True, ordinary=True, message_id=6, channel_id=5)


async def test_a_full_disk_loses_nothing(db: Database, server: CountedServer) -> None:
    bot = await CountingBot(db, server).start()
    async with db.write() as tx:
        pages = (await tx.exec_driver_sql("PRAGMA page_count")).scalar_one()
        await tx.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    for who in range(1000, 2000):  # more people than fit on the pages that are there
        bot.hear(server.say(who), who)

    with pytest.raises(OperationalError, match="full"):
        await bot.activity.flush()
    assert bot.activity.unflushed == 1000
    bot.hear(server.say(ANN), ANN)
    await bot.activity.beat()  # the flush of every second complains and goes on
    async with db.write() as tx:
        await tx.exec_driver_sql("PRAGMA max_page_count = 1073741823")

    assert await bot.messages() == 1001
    assert bot.activity.unflushed == 0


async def test_two_guilds_do_not_mix(db: Database, server: CountedServer) -> None:
    other = 8
    bot = await CountingBot(db, server).start(GUILD, other)
    bot.hear(server.say(ANN), ANN)
    bot.hear(server.say(ANN, 900), ANN, 900, guild=other)
    bot.hear(server.say(BOB, 900), BOB, 900, guild=other)

    assert (await bot.messages(), await bot.messages(other)) == (1, 2)
    assert (await bot.activity.interactions(other, START, START + WEEK)).active_members == 2
    assert await bot.activity.optout(other, ANN)
    assert (await bot.activity.interactions(other, START, START + WEEK)).messages == 1
    assert (await bot.activity.interactions(GUILD, START, START + WEEK)).messages == 1
    assert await bot.guilds() == {GUILD: {GENERAL, HELP, ANN, BOB, CID, ROBOT}, other: {900, ANN, BOB, ROBOT}}


@pytest.mark.parametrize("seed", range(8))
async def test_any_order_of_drops_resumes_kills_and_repeats_counts_each_message_once(
    db: Database, server: CountedServer, seed: int
) -> None:
    """The history checker: 400 messages, delivered badly; counted = said."""
    dice = random.Random(seed)
    bot = await CountingBot(db, server).start()
    said: dict[tuple[int, int], int] = {}
    heard: list[tuple[int, int, int]] = []
    for _ in range(400):
        server.later(milliseconds=dice.choice((0, 1, 300, 5_000)))
        who, where = dice.choice((ANN, BOB, CID)), dice.choice((GENERAL, HELP))
        message_id = server.say(who, where)
        said[who, where] = said.get((who, where), 0) + 1
        match dice.randrange(24):
            case 0:  # not resumed: this one was missed
                bot.activity.disconnected()
                bot.activity.connected()
                bot.activity.arrived(GUILD)
            case 1:  # killed
                bot = await CountingBot(db, server).start()
            case 2:
                await bot.activity.flush()
                bot.hear(message_id, who, where)
            case 3:  # resumed: some come a second time
                for again in heard[-5:]:
                    bot.hear(*again)
                bot.hear(message_id, who, where)
            case _:
                bot.hear(message_id, who, where)
        heard.append((message_id, who, where))
    await bot.activity.caught_up()

    assert await bot.messages() == 400
    assert (await bot.activity.interactions(GUILD, START, START + WEEK)).messages == 400


def test_a_mark_keeps_only_the_last_seconds_in_memory() -> None:
    mark = Watermark(0)
    for second in range(1000):
        message_id = second * 1000 << 22
        assert mark.take(message_id) or second == 0
        mark.newest = message_id
        mark.settle()

    assert len(mark.above) <= REORDER // (1000 << 22)
    assert not mark.take(500 * 1000 << 22)
