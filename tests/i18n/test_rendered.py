"""Chinese cards as they are shown, put together: set as Chinese is, and with no English word left among the Chinese."""

from __future__ import annotations

import re

import pytest

from tests.discord.test_worst_cases import CARDS, built
from tests.i18n.test_typography import WRONG
from tests.memberships.reading import shown

NAME = "金卡"
"""What everything is called here: the plan, the course, the event."""
OUTSIDE = r"`[^`]*`|<[^>]*>|\]\([^)]*\)|/[a-z]+( [a-z]+)*|[\w./]+\.(md|toml)|US\$|https?://\S+"
"""What is the same in every language: code, mentions and timestamps, links, commands, files."""
ALIKE = {"Discord", "Lyceum", "Stripe"}


def lines(name: str) -> list[str]:
    return [line for card in built(CARDS[name], ["zh-CN"], [NAME]) for line in shown(card).splitlines()]


@pytest.mark.parametrize("name", CARDS)
def test_a_card_is_set_as_chinese_is(name: str) -> None:
    assert [
        (what, line)
        for line in lines(name)
        for what, pattern in WRONG.items()
        if re.search(pattern, re.sub(OUTSIDE, "0", line))
    ] == []


@pytest.mark.parametrize("name", CARDS)
def test_no_english_word_is_left_in_a_chinese_card(name: str) -> None:
    left = {
        word
        for line in lines(name)
        for word in re.findall(r"[A-Za-z_]{2,}", re.sub(OUTSIDE, "0", line))
        if word not in ALIKE
    }

    assert left == set()
