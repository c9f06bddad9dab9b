"""Reactions, threads and voice: each once, by the rules."""

from __future__ import annotations

from datetime import timedelta

from bot.activity.rules import InteractionKind
from bot.db import Database
from bot.ports import MessageChannel, Opened, Voice
from tests.activity.town import (
    ANN,
    BOB,
    CID,
    DEN,
    GENERAL,
    GUILD,
    MONDAY,
    ROBOT,
    STAGE,
    Bot,
    Town,
    open_thread,
)


def react(bot: Bot, who: int, message: int, emoji: str = "👍", *, human: bool = True) -> None:
    bot.activity.reacted(GUILD, GENERAL, message, who, emoji, human=human)


async def enter(
    bot: Bot, who: int, where: int | None = STAGE, *, listening: bool = True, human: bool = True
) -> None:
    await bot.activity.voice(GUILD, who, where, human=human, listening=listening)


async def test_a_reaction_removed_and_given_again_counts_once(db: Database, town: Town) -> None:
    bot = await Bot(db, town).start()

    react(bot, ANN, 5)
    react(bot, ANN, 5)  # the removal is not even listened to
    await bot.activity.flush()
    town.later(hours=3)
    react(bot, ANN, 5)
    again = await Bot(db, town).start()
    react(again, ANN, 5)

    assert await again.counted() == {InteractionKind.REACTION: 1}


async def test_another_emoji_member_or_message_is_another_reaction(db: Database, town: Town) -> None:
    bot = await Bot(db, town).start()

    react(bot, ANN, 5)
    react(bot, ANN, 5, "🎉")
    react(bot, BOB, 5)
    react(bot, ANN, 6)
    react(bot, ROBOT, 6, human=False)
    react(bot, ROBOT, 6, "🎉")  # Discord did not say that it is a bot; the list of members did

    assert await bot.counted() == {InteractionKind.REACTION: 4}


async def test_reactions_are_booked_when_they_arrive(db: Database, town: Town) -> None:
    bot = await Bot(db, town).start()
    town.later(days=2)

    react(bot, ANN, 5)

    assert await bot.hours() == {MONDAY + timedelta(days=2)}


async def test_a_thread_counts_once_for_whoever_opened_it(db: Database, town: Town) -> None:
    bot = await Bot(db, town).start()
    thread = town.id()

    bot.activity.thread_opened(GUILD, thread, ANN, town.now())
    bot.activity.thread_opened(GUILD, thread, ANN, town.now())
    await bot.activity.caught_up()

    assert await bot.counted() == {InteractionKind.THREAD: 1}


async def test_threads_opened_while_away_are_found_with_their_messages(db: Database, town: Town) -> None:
    await (await Bot(db, town).start()).activity.stop()
    town.later(hours=2)
    thread = open_thread(town, ANN)
    open_thread(town, ROBOT)
    town.later(hours=1)
    town.say(BOB, thread.id)

    again = await Bot(db, town).start()
    assert await again.counted() == {InteractionKind.THREAD: 1, InteractionKind.MESSAGE: 1}
    once_more = await Bot(db, town).start()

    assert await once_more.counted() == {InteractionKind.THREAD: 1, InteractionKind.MESSAGE: 1}
    assert MONDAY + timedelta(hours=2) in await once_more.hours()


async def test_a_forum_posts_first_message_is_not_counted_again(db: Database, town: Town) -> None:
    bot = await Bot(db, town).start()
    post = town.id()

    bot.activity.thread_opened(GUILD, post, ANN, town.now())
    bot.hear(post, ANN, post)
    bot.hear(town.say(BOB, post), BOB, post)
    await bot.activity.caught_up()

    assert await bot.counted() == {InteractionKind.THREAD: 1, InteractionKind.MESSAGE: 1}


async def test_a_thread_from_before_the_bot_is_no_news(db: Database, town: Town) -> None:
    town.threads.append(MessageChannel(town.id(), True, Opened(ANN, town.here - timedelta(days=1))))

    bot = await Bot(db, town).start()

    assert await bot.counted() == {}


async def test_five_minutes_of_company_are_a_session_for_each(db: Database, town: Town) -> None:
    bot = await Bot(db, town).start()

    await enter(bot, ANN)
    town.later(minutes=10)  # alone
    await enter(bot, BOB)
    town.later(minutes=5)
    await enter(bot, ANN, None)
    await enter(bot, BOB, None)

    assert await bot.counted() == {InteractionKind.VOICE: 2}
    assert bot.town.told == [(ANN, STAGE), (BOB, STAGE), (ANN, None), (BOB, None)]


async def test_less_than_five_minutes_or_alone_is_none(db: Database, town: Town) -> None:
    bot = await Bot(db, town).start()

    await enter(bot, ANN)
    await enter(bot, BOB)
    town.later(minutes=4, seconds=59)
    await enter(bot, BOB, None)
    town.later(hours=1)
    await enter(bot, ANN, None)
    await enter(bot, CID, DEN)
    await enter(bot, ROBOT, DEN, human=False)
    town.later(hours=1)
    await enter(bot, CID, None)

    assert await bot.counted() == {}


async def test_company_adds_up_while_others_come_and_go(db: Database, town: Town) -> None:
    bot = await Bot(db, town).start()

    await enter(bot, ANN)
    for other in (BOB, CID):
        await enter(bot, other)
        town.later(minutes=3)
        await enter(bot, other, None)
        town.later(minutes=30)
    await enter(bot, ANN, None)

    assert await bot.counted() == {InteractionKind.VOICE: 1}  # Ann's six minutes; the others had three each


async def test_who_is_deafened_is_no_company(db: Database, town: Town) -> None:
    bot = await Bot(db, town).start()

    await enter(bot, ANN)
    await enter(bot, BOB, listening=False)
    town.later(minutes=20)
    await enter(bot, BOB)  # now they listen
    town.later(minutes=4)
    await enter(bot, BOB, listening=False)
    town.later(minutes=20)
    await enter(bot, ANN, None)
    await enter(bot, BOB, None)

    assert await bot.counted() == {}


async def test_another_channel_is_another_session(db: Database, town: Town) -> None:
    bot = await Bot(db, town).start()

    for room in (STAGE, DEN):
        await enter(bot, ANN, room)
        await enter(bot, BOB, room)
        town.later(minutes=6)
    await enter(bot, ANN, None)
    await enter(bot, BOB, None)

    assert await bot.counted() == {InteractionKind.VOICE: 4}


async def test_a_session_that_an_event_claims_is_not_counted_here(db: Database, town: Town) -> None:
    bot = await Bot(db, town).start()
    town.claimed = {STAGE}

    for room in (STAGE, DEN):
        await enter(bot, ANN, room)
        await enter(bot, BOB, room)
        town.later(minutes=30)
        await enter(bot, ANN, None)
        await enter(bot, BOB, None)

    assert await bot.counted() == {InteractionKind.VOICE: 2}


async def test_a_session_lives_through_a_restart_but_the_time_away_is_not_company(
    db: Database, town: Town
) -> None:
    bot = await Bot(db, town).start()
    await enter(bot, ANN)
    await enter(bot, BOB)
    await enter(bot, CID)
    town.later(minutes=3)
    await bot.activity.stop()

    town.later(minutes=30)
    town.talkers = [Voice(ANN, STAGE, True), Voice(BOB, STAGE, True), Voice(ROBOT, STAGE, True)]
    again = await Bot(db, town).start()
    assert await again.counted() == {}  # Cid left meanwhile, with three minutes
    town.later(minutes=1)
    await enter(again, ANN, None)
    town.later(minutes=9)
    await enter(again, BOB, None)
    assert await again.counted() == {}  # four minutes each

    await enter(again, ANN)
    await enter(again, BOB)
    town.later(minutes=3)
    await again.activity.stop()
    town.later(minutes=30)
    third = await Bot(db, town).start()
    town.later(minutes=2)
    await enter(third, ANN, None)
    await enter(third, BOB, None)

    assert await third.counted() == {InteractionKind.VOICE: 2}


async def test_who_left_voice_while_the_bot_was_away_left_when_last_seen(db: Database, town: Town) -> None:
    bot = await Bot(db, town).start()
    await enter(bot, ANN)
    await enter(bot, BOB)
    town.later(minutes=7)
    await bot.activity.flush()

    town.later(hours=5)
    again = await Bot(db, town).start()  # killed; both are gone

    assert await again.counted() == {InteractionKind.VOICE: 2}
    assert await again.hours() == {MONDAY}


async def test_voice_goes_on_when_the_session_was_resumed(db: Database, town: Town) -> None:
    bot = await Bot(db, town).start()
    await enter(bot, ANN)
    await enter(bot, BOB)
    town.later(minutes=2)
    bot.activity.disconnected()
    town.later(minutes=2)
    bot.activity.resumed()
    town.later(minutes=1)
    await enter(bot, ANN, None)

    assert await bot.counted() == {InteractionKind.VOICE: 1}
