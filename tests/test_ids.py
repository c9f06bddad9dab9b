"""Ids: never the same twice, sorted by the time they were made."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.ids import new_id, snowflake_at, snowflake_time


def test_many_ids_of_one_moment_are_different_and_in_order() -> None:
    ids = [new_id() for _ in range(100_000)]

    assert ids == sorted(set(ids))
    assert max(ids) < 2**63


def test_a_snowflake_tells_its_time() -> None:
    moment = datetime(2026, 11, 22, 12, tzinfo=UTC)

    assert snowflake_time(snowflake_at(moment)) == moment
    assert snowflake_time(175928847299117063) == datetime(2016, 4, 30, 11, 18, 25, 796000, tzinfo=UTC)
