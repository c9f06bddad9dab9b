"""The demo's script adds up to the figures that the demo must show."""

from __future__ import annotations

from fractions import Fraction

from bot.demo import scenario


def test_the_month_adds_up_to_fifty_a_hundred_and_thirty() -> None:
    voice = sum(len(huddle.people) for huddle in scenario.HUDDLES)

    interactions = len(scenario.MESSAGES) + len(scenario.REACTIONS) + len(scenario.THREADS) + voice
    consumption = len(set(scenario.READERS)) * scenario.LESSONS_READ
    participation = sum(len(set(event.people)) for event in scenario.EVENTS)

    assert (interactions, consumption, participation) == (50, 100, 30)


def test_five_lessons_are_rated_four_and_a_half_in_the_mean() -> None:
    stars = list(scenario.STARS.values())

    assert Fraction(sum(stars), len(stars)) == Fraction(9, 2)
    assert {lesson for _, lesson in scenario.STARS} == set(range(scenario.LESSONS_READ))


def test_nobody_reacts_to_what_was_not_said_before() -> None:
    said = {message.name: (message.day, message.at) for message in scenario.MESSAGES if message.name}

    for reaction in scenario.REACTIONS:
        assert said[reaction.to] < (reaction.day, reaction.at)
    for message in scenario.MESSAGES:
        assert not message.reply_to or said[message.reply_to] < (message.day, message.at)


def test_the_day_of_the_last_act_is_within_the_month() -> None:
    days = [
        *(m.day for m in scenario.MESSAGES),
        *(e.day for e in scenario.EVENTS),
        *(h.day for h in scenario.HUDDLES),
    ]

    last_lesson = (
        max(index % 14 for index in range(len(scenario.READERS))) + 1 + 2 * (scenario.LESSONS_READ - 1)
    )

    assert max(*days, last_lesson) < 28
