"""Reactions, threads and voice: each once, by the rules."""

from __future__ import annotations

from datetime import timedelta

from bot.activity.rules import InteractionKind
from bot.db import Database
from bot.ports import MessageChannel, Opened, Voice
from tests.activity.counting import (
    ANN,
    BOB,
    CID,
    DEN,
    GENERAL,
    GUILD,
    MONDAY,
    ROBOT,
    STAGE,
    CountedServer,
    CountingBot,
    open_thread,
)


def react(bot: CountingBot, who: int, message: int, emoji: str = "👍", *, human: bool = True) -> None:
    bot.activity.reacted(GUILD, GENERAL, message, who, emoji, human=human)


async def enter(
    bot: CountingBot, who: int, where: int | None = STAGE, *, listening: bool = True, human: bool = True
) -> None:
    await bot.activity.voice(GUILD, who, where, human=human, listening=listening)


async def test_a_reaction_removed_and_given_again_counts_once(db: Database, server: CountedServer) -> None:
    bot = await CountingBot(db, server).start()

    react(bot, ANN, 5)
    react(bot, ANN, 5)  # the removal is not even listened to
    await bot.activity.flush()
    server.later(hours=3)
    react(bot, ANN, 5)
    again = await CountingBot(db, server).start()
    react(again, ANN, 5)

    assert await again.counted() == {InteractionKind.REACTION: 1}


async def test_another_emoji_member_or_message_is_another_reaction(
    db: Database, server: CountedServer
) -> None:
    bot = await CountingBot(db, server).start()

    react(bot, ANN, 5)
    react(bot, ANN, 5, "🎉")
    react(bot, BOB, 5)
    react(bot, ANN, 6)
    react(bot, ROBOT, 6, human=False)
    react(bot, ROBOT, 6, "🎉")  # Discord did not say that it is a bot; the list of members did

    assert await bot.counted() == {InteractionKind.REACTION: 4}


async def test_reactions_are_booked_when_they_arrive(db: Database, server: CountedServer) -> None:
    bot = await CountingBot(db, server).start()
    server.later(days=2)

    react(bot, ANN, 5)

    assert await bot.hours() == {MONDAY + timedelta(days=2)}


async def test_a_thread_counts_once_for_whoever_opened_it(db: Database, server: CountedServer) -> None:
    bot = await CountingBot(db, server).start()
    thread = server.id()

    bot.activity.thread_opened(GUILD, thread, ANN, server.now())
    bot.activity.thread_opened(GUILD, thread, ANN, server.now())
    await bot.activity.caught_up()

    assert await bot.counted() == {InteractionKind.THREAD: 1}


async def test_threads_opened_while_away_are_found_with_their_messages(
    db: Database, server: CountedServer
) -> None:
    await (await CountingBot(db, server).start()).activity.stop()
    server.later(hours=2)
    thread = open_thread(server, ANN)
    open_thread(server, ROBOT)
    server.later(hours=1)
    server.say(BOB, thread.id)

    again = await CountingBot(db, server).start()
    assert await again.counted() == {InteractionKind.THREAD: 1, InteractionKind.MESSAGE: 1}
    once_more = await CountingBot(db, server).start()

    assert await once_more.counted() == {InteractionKind.THREAD: 1, InteractionKind.MESSAGE: 1}
    assert MONDAY + timedelta(hours=2) in await once_more.hours()


async def test_a_forum_posts_first_message_is_not_counted_again(db: Database, server: CountedServer) -> None:
    bot = await CountingBot(db, server).start()
    post = server.id()

    bot.activity.thread_opened(GUILD, post, ANN, server.now())
    bot.hear(post, ANN, post)
    bot.hear(server.say(BOB, post), BOB, post)
    await bot.activity.caught_up()

    assert await bot.counted() == {InteractionKind.THREAD: 1, InteractionKind.MESSAGE: 1}


async def test_a_thread_from_before_the_bot_is_no_news(db: Database, server: CountedServer) -> None:
    server.threads.append(MessageChannel(server.id(), True, Opened(ANN, server.here - timedelta(days=1))))

    bot = await CountingBot(db, server).start()

    assert await bot.counted() == {}


async def test_five_minutes_of_company_are_a_session_for_each(db: Database, server: CountedServer) -> None:
    bot = await CountingBot(db, server).start()

    await enter(bot, ANN)
    server.later(minutes=10)  # alone
    await enter(bot, BOB)
    server.later(minutes=5)
    await enter(bot, ANN, None)
    await enter(bot, BOB, None)

    assert await bot.counted() == {InteractionKind.VOICE: 2}
    assert bot.server.told == [(ANN, STAGE), (BOB, STAGE), (ANN, None), (BOB, None)]


async def test_less_than_five_minutes_or_alone_is_none(db: Database, server: CountedServer) -> None:
    bot = await CountingBot(db, server).start()

    await enter(bot, ANN)
    await enter(bot, BOB)
    server.later(minutes=4, seconds=59)
    await enter(bot, BOB, None)
    server.later(hours=1)
    await enter(bot, ANN, None)
    await enter(bot, CID, DEN)
    await enter(bot, ROBOT, DEN, human=False)
    server.later(hours=1)
    await enter(bot, CID, None)

    assert await bot.counted() == {}


async def test_company_adds_up_while_others_come_and_go(db: Database, server: CountedServer) -> None:
    bot = await CountingBot(db, server).start()

    await enter(bot, ANN)
    for other in (BOB, CID):
        await enter(bot, other)
        server.later(minutes=3)
        await enter(bot, other, None)
        server.later(minutes=30)
    await enter(bot, ANN, None)

    assert await bot.counted() == {InteractionKind.VOICE: 1}  # Ann's six minutes; the others had three each


async def test_who_is_deafened_is_no_company(db: Database, server: CountedServer) -> None:
    bot = await CountingBot(db, server).start()

    await enter(bot, ANN)
    await enter(bot, BOB, listening=False)
    server.later(minutes=20)
    await enter(bot, BOB)  # now they listen
    server.later(minutes=4)
    await enter(bot, BOB, listening=False)
    server.later(minutes=20)
    await enter(bot, ANN, None)
    await enter(bot, BOB, None)

    assert await bot.counted() == {}


async def test_another_channel_is_another_session(db: Database, server: CountedServer) -> None:
    bot = await CountingBot(db, server).start()

    for room in (STAGE, DEN):
        await enter(bot, ANN, room)
        await enter(bot, BOB, room)
        server.later(minutes=6)
    await enter(bot, ANN, None)
    await enter(bot, BOB, None)

    assert await bot.counted() == {InteractionKind.VOICE: 4}


async def test_a_session_that_an_event_claims_is_not_counted_here(
    db: Database, server: CountedServer
) -> None:
    bot = await CountingBot(db, server).start()
    server.claimed = {STAGE}

    for room in (STAGE, DEN):
        await enter(bot, ANN, room)
        await enter(bot, BOB, room)
        server.later(minutes=30)
        await enter(bot, ANN, None)
        await enter(bot, BOB, None)

    assert await bot.counted() == {InteractionKind.VOICE: 2}


async def test_a_session_lives_through_a_restart_but_the_time_away_is_not_company(
    db: Database, server: CountedServer
) -> None:
    bot = await CountingBot(db, server).start()
    await enter(bot, ANN)
    await enter(bot, BOB)
    await enter(bot, CID)
    server.later(minutes=3)
    await bot.activity.stop()

    server.later(minutes=30)
    server.talkers = [Voice(ANN, STAGE, True), Voice(BOB, STAGE, True), Voice(ROBOT, STAGE, True)]
    again = await CountingBot(db, server).start()
    assert await again.counted() == {}  # Cid left meanwhile, with three minutes
    server.later(minutes=1)
    await enter(again, ANN, None)
    server.later(minutes=9)
    await enter(again, BOB, None)
    assert await again.counted() == {}  # four minutes each

    await enter(again, ANN)
    await enter(again, BOB)
    server.later(minutes=3)
    await again.activity.stop()
    server.later(minutes=30)
    third = await CountingBot(db, server).start()
    server.later(minutes=2)
    await enter(third, ANN, None)
    await enter(third, BOB, None)

    assert await third.counted() == {InteractionKind.VOICE: 2}


async def test_who_left_voice_while_the_bot_was_away_left_when_last_seen(
    db: Database, server: CountedServer
) -> None:
    bot = await CountingBot(db, server).start()
    await enter(bot, ANN)
    await enter(bot, BOB)
    server.later(minutes=7)
    await bot.activity.flush()

    server.later(hours=5)
    again = await CountingBot(db, server).start()  # killed; both are gone

    assert await again.counted() == {InteractionKind.VOICE: 2}
    assert await again.hours() == {MONDAY}


async def test_voice_goes_on_when_the_session_was_resumed(db: Database, server: CountedServer) -> None:
    bot = await CountingBot(db, server).start()
    await enter(bot, ANN)
    await enter(bot, BOB)
    server.later(minutes=2)
    bot.activity.disconnected()
    server.later(minutes=2)
    bot.activity.resumed()
    server.later(minutes=1)
    await enter(bot, ANN, None)

    assert await bot.counted() == {InteractionKind.VOICE: 1}
