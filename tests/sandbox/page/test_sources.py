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
    def words(name: str) -> dict[str, set[str]]:
        """Each key with the places that its text fills."""
        lines = re.findall(r'^  (\w+): "(.+)",$', (_PAGE / name).read_text("utf-8"), re.MULTILINE)
        return {key: set(re.findall(r"\{\w+\}", line)) for key, line in lines}

    assert len(words("words_en.js")) > 150
    assert words("words_en.js") == words("words_zh.js")


def test_every_word_that_is_used_has_its_text() -> None:
    known = set(re.findall(r"^  (\w+): ", (_PAGE / "words_en.js").read_text("utf-8"), re.MULTILINE))
    used = {
        name
        for file in _FILES
        for name in re.findall(r'(?:\bword\(|data-word(?:-label)?=)"(\w+)"', file.read_text("utf-8"))
    }

    assert len(used) > 100
    assert used - known == set()
