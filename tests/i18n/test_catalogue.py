"""Every text exists in English and 简体中文, with the same placeholders."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from bot.i18n import LOCALES, catalogue
from tests.i18n.source import Found, computed, texts

SAME = {"Lyceum", "Stripe", "QR", "CSV", "JSON", "ISO", "URL", "n/a"}
"""Names and signs that are the same in both languages."""


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def chinese(found: Found) -> tuple[str, ...] | None:
    return catalogue("zh-CN").get((found.one, found.many))


def test_there_is_something_to_translate() -> None:
    assert len(texts()) > 50


def test_no_text_is_missing_in_chinese() -> None:
    missing = sorted(
        {f"{found.place}: {found.one}" for found in texts() if found.one and chinese(found) is None}
    )

    assert missing == []


def test_no_text_is_computed() -> None:
    assert computed() == []


def test_chinese_is_chinese() -> None:
    same = {
        found.one
        for found in texts()
        for translated in chinese(found) or ()
        if translated == found.one
        and found.one not in SAME
        and re.search(r"[A-Za-z]{2}", re.sub(r"\{\w*\}|https?://\S+|`[^`]*`", "", found.one))
    }

    assert sorted(same) == []


def test_placeholders_are_the_same() -> None:
    different = [
        f"{found.place}: {found.one!r} → {translated!r}"
        for found in texts()
        for translated in chinese(found) or ()
        if placeholders(translated) != placeholders(found.many or found.one)
    ]

    assert different == []


@pytest.mark.parametrize("path", sorted((LOCALES / "zh_CN").glob("*.po")), ids=lambda path: path.stem)
def test_the_catalogue_holds_nothing_that_is_not_in_the_source(path: Path) -> None:
    known = {(found.one, found.many) for found in texts()}

    with path.open("rb") as file:
        entries = [message.id for message in read_po(file, locale="zh_CN") if message.id]

    assert [
        one for one in entries if (tuple(one) if isinstance(one, tuple | list) else (one, "")) not in known
    ] == []


def test_control_a_missing_text_would_be_seen() -> None:
    assert chinese(Found("nowhere", "This sentence was never translated.")) is None
