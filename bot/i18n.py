"""The catalogue of everything that a person reads. English is the source; zh-CN is complete.

Source texts are written in the code as `t("…")`, translations in `bot/locales/zh_CN/<topic>.po`;
those are read at start without a build step. `python -m tests.i18n` lists what is missing.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from copy import copy
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers
from babel.messages.pofile import read_po

from bot.currencies import decimals_shown
from bot.errors import NeedsAction, Problem, UserError
from bot.money import Money

LOCALES = Path(__file__).parent / "locales"
SOURCE = "en"
LANGUAGES = {"en": "English", "zh-CN": "简体中文"}

Key = tuple[str, str]  # (singular, plural or "")


class Language:
    """One language: call it with a source text and the values of its placeholders."""

    def __init__(self, code: str, translations: Mapping[Key, tuple[str, ...]], zone: ZoneInfo) -> None:
        self.code = code
        self.zone = zone
        self._locale = Locale.parse(code, sep="-")
        self._translations = translations

    def __call__(self, message: str, /, **values: Any) -> str:
        """The text in this language, placeholders filled."""
        forms = self._translations.get((message, ""))
        text = forms[0] if forms else message
        return text.format(**values) if values else text

    def n(self, singular: str, plural: str, n: int, /, **values: Any) -> str:
        """The form for `n` things; `{n}` is the number in this language's notation."""
        forms = self._translations.get((singular, plural)) or (singular, plural)
        text = forms[0 if n == 1 or len(forms) == 1 else 1]
        return text.format(n=self.number(n), **values)

    def error(self, error: UserError | NeedsAction | Problem) -> str:
        """The sentence of an error that people read."""
        values = {
            name: self.money(value) if isinstance(value, Money) else value
            for name, value in error.values.items()
        }
        return self(error.message, **values)

    def number(self, value: float, digits: int = 0) -> str:
        """1,234.50"""
        return numbers.format_decimal(
            value, format="#,##0" + ("." + "0" * digits if digits else ""), locale=self._locale
        )

    def percent(self, share: float) -> str:
        """0.284 → 28%"""
        return numbers.format_percent(share, locale=self._locale)

    def money(self, money: Money) -> str:
        """¥99.00, US$1,234.50, JP¥500: with the decimals that the currency has."""
        pattern = copy(self._locale.currency_formats["standard"])
        shown = decimals_shown(money.amount, money.currency)
        pattern.frac_prec = (shown, shown)  # ours, not CLDR's: what is shown is what is charged
        return str(
            pattern.apply(money.decimal(), self._locale, currency=money.currency, currency_digits=False)
        )

    def day(self, day: date) -> str:
        """16 Nov 2026, as this language writes it."""
        return dates.format_date(day, format="medium", locale=self._locale)

    def moment(self, moment: datetime) -> str:
        """Date and time in the community's zone, for places where Discord's timestamps do not work."""
        pattern = str(dates.get_datetime_format("medium", locale=self._locale))
        day = dates.format_date(moment.astimezone(self.zone), format="medium", locale=self._locale)
        time = dates.format_time(moment, format="short", tzinfo=self.zone, locale=self._locale)
        return pattern.replace("{1}", day).replace("{0}", time)

    def join(self, parts: list[str]) -> str:
        """A, B and C"""
        from babel.lists import format_list  # rarely needed

        return format_list(parts, locale=self._locale)

    def sentences(self, *parts: str | None) -> str:
        """Whole sentences in one line: with a space between them in English, with none in Chinese. None is left out."""
        between = "" if self._locale.language == "zh" else " "
        return between.join(part for part in parts if part)


class Catalog:
    """Every language, in the community's time zone."""

    def __init__(self, default: str, zone: ZoneInfo) -> None:
        self.default = default
        self._zone = zone
        self._languages = {code: Language(code, catalogue(code), zone) for code in LANGUAGES}

    def of(self, locale: str | None) -> Language:
        """The language of a Discord locale ("zh-CN", "en-GB", …); Chinese variants read zh-CN, others English."""
        if locale is None:
            return self.community
        if locale.startswith("zh"):
            return self._languages["zh-CN"]
        return self._languages[SOURCE]

    @property
    def community(self) -> Language:
        """The language of what everybody sees."""
        return self._languages[self.default]


@functools.cache
def catalogue(code: str) -> Mapping[Key, tuple[str, ...]]:
    """All translations of a language, merged from its files. Empty for the source language."""
    merged: dict[Key, tuple[str, ...]] = {}
    if code == SOURCE:
        return merged
    for path in sorted((LOCALES / code.replace("-", "_")).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=code.replace("-", "_")):
                if not message.id or message.fuzzy:
                    continue
                singular, plural = (message.id, "") if isinstance(message.id, str) else message.id
                translated = (
                    [message.string] if isinstance(message.string, str) else list(message.string or ())
                )
                strings = tuple(string for string in translated if string)
                if len(strings) == len(translated):
                    merged[(singular, plural)] = strings
    return merged


def phrase(text: str) -> str:
    """Mark a source text that is stored as it is and translated where it is shown."""
    return text


def stamp(moment: datetime, style: str = "f") -> str:
    """Discord's timestamp markup: each reader sees it in their own zone and language (styles t T d D f F R)."""
    return f"<t:{int(moment.timestamp())}:{style}>"
