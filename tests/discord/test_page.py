"""What pages offer while somebody types, and when two names are the same."""

from __future__ import annotations

import pytest

from bot.discord.page import choices
from bot.names import holds, means

THINGS = [("Gold", 1), ("GOLD Ｐlus", 2), ("Silver", 3)]


@pytest.mark.parametrize("typed", ["gold", " Gold ", "GOLD", "ｇｏｌｄ"])
def test_case_width_and_surrounding_space_do_not_matter(typed: str) -> None:
    assert means(typed, 1, "Gold")
    assert holds("Gold Plus", typed)
    assert [choice.value for choice in choices(THINGS, typed)] == ["1", "2"]


def test_an_id_from_autocomplete_is_meant_too() -> None:
    assert means(" 12 ", 12, "Gold")
    assert not means("1", 12, "Gold")
    assert not means("gol", 12, "Gold")
    assert not means("", 12, "")


def test_no_more_is_offered_than_discord_shows() -> None:
    offered = choices(((f"{n} " + "x" * 200, n) for n in range(100)), "x")

    assert len(offered) == 25
    assert all(len(choice.name) == 100 for choice in offered)


def test_ids_that_nobody_knows_are_not_searched() -> None:
    assert choices([("Gold", 17), ("Silver", 29)], "29") == []
