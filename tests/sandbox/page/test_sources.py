"""Rules for the page's files that a reader could forget."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

_PAGE = Path(__file__).resolve().parents[3] / "sandbox" / "page"
_FILES = sorted(_PAGE.iterdir())


@pytest.mark.parametrize("file", _FILES, ids=lambda file: file.name)
def test_no_text_can_become_markup(file: Path) -> None:
    found = re.findall(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|\beval\(|new Function",
        file.read_text("utf-8"),
    )

    assert found == []


@pytest.mark.parametrize("file", _FILES, ids=lambda file: file.name)
def test_nothing_comes_from_another_host(file: Path) -> None:
    assert re.findall(r"(?:src|href|url|import|from)\W{1,4}(?:https?:)?//", file.read_text("utf-8")) == []


def test_both_languages_have_the_same_words() -> None:
    text = (_PAGE / "words.js").read_text("utf-8")
    english, chinese = re.findall(r"^  (?:en|\"zh-CN\"): \{\n(.*?)^  \},", text, re.DOTALL | re.MULTILINE)

    def words(block: str) -> dict[str, set[str]]:
        """Each key with the places that its text fills."""
        return {
            key: set(re.findall(r"\{\w+\}", line))
            for key, line in re.findall(r"^    (\w+): (.*)$", block, re.MULTILINE)
        }

    assert len(words(english)) > 50
    assert words(english) == words(chinese)
