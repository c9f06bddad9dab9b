"""A stored week reads for ever: those of Lyceum's past, and those around a metric that comes or goes.

`stored_by_8e02d92.json` was written by the program as it was at that commit: five rows of `insight_weeks` as SQLite
had them, and what the first and the last showed to readers of English and Chinese.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from bot.cards import Card, Picture, Row, Select, Text
from bot.errors import UserError
from bot.i18n import Language, phrase
from bot.insight.cards import weekly
from bot.insight.explain import explained
from bot.insight.inputs import InsightSources
from bot.insight.metrics.metric import CardPlace, Metric
from bot.insight.metrics.registry import METRICS, Metrics
from bot.insight.snapshot import WeekPeriod, WeekReport
from bot.insight.weeks import Week, Window
from tests.insight.harness import GUILD, InsightHarness, harness, words

PAST: dict[str, Any] = json.loads((Path(__file__).parent / "stored_by_8e02d92.json").read_text("utf-8"))
LANGUAGES = ("en-GB", "zh-CN")
OLD, NEW, NEWER = "2026-W48", "2026-W49", "2026-W50"


class EventsHeld(Metric):
    """A metric that this test adds and throws away."""

    key = "events_held"
    title = phrase("Events held")
    definition = phrase("How many events took place.")
    place = CardPlace.LINE
    inputs = ("held",)

    async def measure(self, sources: InsightSources, guild_id: int, window: Window) -> Mapping[str, int]:
        return {"held": len(await sources.events.held(guild_id, window.start, window.end))}

    def value(self, period: WeekPeriod) -> Fraction:
        return Fraction(self.inputs_of(period)["held"])

    def lines(self, t: Language, period: WeekPeriod) -> list[str]:
        return [f"- {self.unit(t, self.value(period))}"]


THEN: Metrics = {
    key: METRICS[key]
    for key in ("engagement", "content_value", "interactions", "consumption", "participation", "members")
}
"""The metrics of the past. What has come since changes nothing here."""

MORE: Metrics = {**THEN, "events_held": EventsHeld()}


@pytest.fixture
async def past(tmp_path: Path) -> AsyncIterator[InsightHarness]:
    """Minutes before week 49 ends, with the five stored weeks of the past before it."""
    async with harness(tmp_path, "2026-12-06T22:55", THEN, COMMUNITY__TIMEZONE="Europe/Berlin") as here:
        async with here.db.write() as tx:
            for row in PAST["rows"]:
                columns, marks = ", ".join(row), ", ".join("?" * len(row))
                statement = f"INSERT INTO insight_weeks ({columns}) VALUES ({marks})"
                await tx.exec_driver_sql(statement, tuple(row.values()))
        yield here


def with_metrics(before: InsightHarness, metrics: Metrics) -> InsightHarness:
    """The same file and clock, a program with these metrics."""
    return InsightHarness(
        before.db, before.clock, before.facts, before.room, metrics, COMMUNITY__TIMEZONE="Europe/Berlin"
    )


def shown(card: Card) -> list[str]:
    """Everything on a card that somebody reads."""
    lines: list[str] = []
    for block in card.blocks:
        if isinstance(block, Text):
            lines.append(block.text)
        elif isinstance(block, Picture):
            lines.append(f"{block.name}: {block.alt}")
        elif isinstance(block, Row):
            lines += [f"[{button.label}]" for button in block.buttons]
        elif isinstance(block, Select):
            lines += [block.placeholder, *(f"- {option.label}" for option in block.options)]
    return lines


async def report(lyceum: InsightHarness, week: str) -> WeekReport:
    return await lyceum.insight.report(GUILD, Week.parse(week))


async def opened(lyceum: InsightHarness, week: str, key: str) -> str:
    t = lyceum.texts.of("en-GB")
    return words(explained(t, await report(lyceum, week), MORE[key], MORE))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("week", PAST["rendered"])
async def test_a_week_of_the_past_reads_as_it_did(past: InsightHarness, week: str, language: str) -> None:
    t, stored = past.texts.of(language), await report(past, week)
    before: dict[str, list[str]] = PAST["rendered"][week][language]

    picture = await past.insight.picture(t, stored)
    now = {"week": shown(weekly(t, stored, picture, metrics=THEN))}
    now |= {key: shown(explained(t, stored, metric, THEN)) for key, metric in THEN.items()}

    assert now == before


async def test_a_week_of_the_past_keeps_its_card_when_a_metric_is_added(past: InsightHarness) -> None:
    t, stored = past.texts.of("en-GB"), await report(past, OLD)
    before = PAST["rendered"][OLD]["en-GB"]["week"]

    card = weekly(t, stored, await past.insight.picture(t, stored), metrics=MORE)

    assert shown(card) == before


async def test_old_and_new_weeks_stand_beside_each_other(past: InsightHarness) -> None:
    lyceum = with_metrics(past, MORE)
    await lyceum.start()
    await lyceum.turn("2026-12-13T23:01")
    t = lyceum.texts.of("en-GB")

    first, second = [
        words(weekly(t, await report(lyceum, week), None, metrics=MORE)) for week in (NEW, NEWER)
    ]

    assert "### Also this week\nEvents held: 1 · last week not measured · in 28 days 1" in first
    assert "Events held: 1 · last week 1 (±0%) · in 28 days 1" in second
    assert "## Events held · Week 49 of 2026" in await opened(lyceum, NEW, "events_held")
    assert (await opened(lyceum, NEW, "events_held")).count("- 1") == 2
    assert (await opened(lyceum, OLD, "events_held")).count("Not measured then.") == 2
    assert "Not measured then." not in await opened(lyceum, OLD, "engagement")


async def test_a_metric_that_is_taken_away_leaves_its_weeks_readable(past: InsightHarness) -> None:
    lyceum = with_metrics(past, MORE)
    await lyceum.start()
    await lyceum.turn("2026-12-06T23:01")
    stored = await lyceum.bytes_of(NEW)

    without = with_metrics(lyceum, THEN)
    card = weekly(without.texts.of("en-GB"), await report(without, NEW), None, metrics=THEN)

    assert "= **1.80**" in words(card)
    assert "Events held" not in words(card)
    assert await without.bytes_of(NEW) == stored


async def test_without_further_metrics_a_week_is_stored_as_it_always_was(past: InsightHarness) -> None:
    await past.start()
    await past.turn("2026-12-06T23:01")

    async with past.db.read() as db:
        rows = (await db.exec_driver_sql("SELECT inputs, formula FROM insight_weeks ORDER BY week")).all()

    kept, latest = json.loads(rows[0].inputs), json.loads(rows[-1].inputs)
    assert latest.keys() == kept.keys()
    assert latest["week"].keys() == kept["week"].keys()
    assert rows[0].formula == rows[-1].formula == 1


async def test_a_week_of_a_later_program_is_refused_in_words_and_is_no_history(past: InsightHarness) -> None:
    async with past.db.write() as tx:
        await tx.exec_driver_sql("UPDATE insight_weeks SET formula = 99 WHERE week = ?", (OLD,))

    with pytest.raises(UserError, match="stored by a later version"):
        await report(past, OLD)
    now = await report(past, NEW)

    assert [str(week.week) for week in now.earlier] == ["2026-W44", "2026-W45", "2026-W46", "2026-W47"]
