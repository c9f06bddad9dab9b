"""Who counts as having attended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.events.attendance import PresenceSpan, attended, required_time

START = datetime(2026, 11, 27, 20, 0, tzinfo=UTC)
END = START + timedelta(hours=1)
ANN, BOB = 1, 2


def stay(user: int, begin: float, end: float) -> PresenceSpan:
    """A stay from and to minutes after the start."""
    return PresenceSpan(7, 70, user, START + timedelta(minutes=begin), START + timedelta(minutes=end))


def minutes(*stays: PresenceSpan, end: datetime = END) -> dict[int, float]:
    return {user: time.total_seconds() / 60 for user, time in attended(stays, START, end).items()}


def test_five_minutes_are_enough() -> None:
    assert minutes(stay(ANN, 10, 15)) == {ANN: 5}


def test_four_minutes_are_not() -> None:
    assert minutes(stay(ANN, 10, 14)) == {}


def test_coming_early_counts_from_ten_minutes_before() -> None:
    assert minutes(stay(ANN, -60, 1)) == {ANN: 11}


def test_staying_late_counts_to_ten_minutes_after() -> None:
    assert minutes(stay(ANN, 59, 200)) == {ANN: 11}


def test_whoever_left_before_the_doors_opened_was_not_there() -> None:
    assert minutes(stay(ANN, -90, -10)) == {}


def test_coming_back_adds_up() -> None:
    assert minutes(stay(ANN, 0, 3), stay(ANN, 20, 22)) == {ANN: 5}


def test_time_told_twice_counts_once() -> None:
    assert minutes(stay(ANN, 0, 4), stay(ANN, 1, 3), stay(ANN, 0, 4)) == {}


def test_half_of_a_short_event_is_enough() -> None:
    assert minutes(stay(ANN, 0, 3), end=START + timedelta(minutes=6)) == {ANN: 3}


def test_each_is_measured_alone() -> None:
    assert minutes(stay(ANN, 0, 3), stay(BOB, 3, 6)) == {}


def lasting(user: int, begin: int, length: int) -> PresenceSpan:
    return stay(user, begin, begin + length)


STAYS = st.lists(
    st.builds(lasting, st.sampled_from([ANN, BOB]), st.integers(-30, 90), st.integers(0, 60)),
)


@given(STAYS, st.integers(5, 120))
def test_minute_by_minute_gives_the_same(stays: list[PresenceSpan], length: int) -> None:
    end = START + timedelta(minutes=length)
    seen: dict[int, int] = {}
    for user in (ANN, BOB):
        seen[user] = sum(
            any(one.user_id == user and one.start <= START + timedelta(minutes=m) < one.end for one in stays)
            for m in range(-10, length + 10)
        )

    counted = minutes(*stays, end=end)

    enough = required_time(START, end).total_seconds() / 60
    assert counted == {user: total for user, total in seen.items() if total >= enough}
