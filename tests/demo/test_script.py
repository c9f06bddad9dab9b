"""The demo's script adds up to the figures that the demo must show."""

from __future__ import annotations

from fractions import Fraction

from bot.demo import script


def test_the_month_adds_up_to_fifty_a_hundred_and_thirty() -> None:
    voice = sum(len(huddle.people) for huddle in script.HUDDLES)

    interactions = len(script.MESSAGES) + len(script.REACTIONS) + len(script.THREADS) + voice
    consumption = len(set(script.READERS)) * script.LESSONS_READ
    participation = sum(len(set(event.people)) for event in script.EVENTS)

    assert (interactions, consumption, participation) == (50, 100, 30)


def test_five_lessons_are_rated_four_and_a_half_in_the_mean() -> None:
    stars = list(script.STARS.values())

    assert Fraction(sum(stars), len(stars)) == Fraction(9, 2)
    assert {lesson for _, lesson in script.STARS} == set(range(script.LESSONS_READ))


def test_nobody_reacts_to_what_was_not_said_before() -> None:
    said = {message.name: (message.day, message.at) for message in script.MESSAGES if message.name}

    for reaction in script.REACTIONS:
        assert said[reaction.to] < (reaction.day, reaction.at)
    for message in script.MESSAGES:
        assert not message.reply_to or said[message.reply_to] < (message.day, message.at)


def test_the_day_of_the_last_act_is_within_the_month() -> None:
    days = [
        *(m.day for m in script.MESSAGES),
        *(e.day for e in script.EVENTS),
        *(h.day for h in script.HUDDLES),
    ]

    last_lesson = max(index % 14 for index in range(len(script.READERS))) + 1 + 2 * (script.LESSONS_READ - 1)

    assert max(*days, last_lesson) < 28
