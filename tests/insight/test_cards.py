"""What is shown: the weekly card and a number opened, in both languages."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from fractions import Fraction

import pytest

from bot.cards import COMPONENT_LIMIT, TEXT_LIMIT, Card, Select, Text
from bot.errors import UserError
from bot.i18n import Catalog, Language
from bot.insight.actions import PICK_FIGURE
from bot.insight.cards import weekly
from bot.insight.explain import explained
from bot.insight.inputs import Counts, StoredCoverage
from bot.insight.metrics.registry import METRICS, named
from bot.insight.snapshot import Snapshot, WeekPeriod, WeekReport
from bot.insight.summary import summary
from bot.insight.weeks import Week
from tests.insight.harness import UTC_ZONE, words

TEXTS = Catalog("en", UTC_ZONE)
EN, ZH = TEXTS.of("en-GB"), TEXTS.of("zh-CN")
MONTH = Counts(
    messages=34,
    reactions=8,
    threads=3,
    voice=5,
    active_members=41,
    consumption=100,
    participation=30,
    contents=10,
    rated=5,
    rating_sum=45,
    rating_count=10,
)
OWN = Counts(
    messages=9,
    reactions=2,
    threads=1,
    voice=0,
    active_members=20,
    consumption=20,
    participation=8,
    contents=10,
    rated=5,
    rating_sum=45,
    rating_count=10,
)
COVERAGE = StoredCoverage(0, 0, 0)
WEEK = Week(2026, 47)


def snapshot(
    week: Week = WEEK, own: Counts = OWN, members: int = 100, coverage: StoredCoverage = COVERAGE
) -> Snapshot:
    window, month = week.window(UTC_ZONE), week.month(UTC_ZONE)
    return Snapshot(
        week=week,
        zone="UTC",
        members=members,
        paying=20,
        own=WeekPeriod(window, own, coverage, members),
        month=WeekPeriod(month, MONTH, coverage, members),
        formula=1,
        stored_at=window.end,
    )


def report(*earlier: Counts, running: bool = False, **more: object) -> WeekReport:
    """Week 47 with these weeks stored right before it."""
    before = [snapshot(WEEK.plus(-n), own) for n, own in enumerate(reversed(earlier), 1)]
    now = replace(snapshot(), **more)  # type: ignore[arg-type]
    return WeekReport(now, tuple(reversed(before)), running)


def test_the_card_shows_the_arithmetic_and_not_only_the_result() -> None:
    text = words(weekly(EN, report(), None))

    assert "## Week 47 of 2026\nNov 16, 2026 – Nov 22, 2026 (UTC)" in text
    assert "(50 + 100 + 30) / 100 = **1.80**" in text
    assert "interactions 50 (28%) · content consumption 100 (56%) · event participation 30 (17%)" in text
    assert "This week: (12 + 20 + 8) / 100 = **0.40**" in text
    assert "100 × 4.5 / 10 = **45.0** (5 of 10 rated; rated items only: 90.0)" in text
    assert "100 members · 41 active in 28 days · 20 paying" in text
    assert "Coverage of the 28 days: heard without a gap · 0 members opted out" in text


def test_the_card_is_whole_in_chinese() -> None:
    text = words(weekly(ZH, report(OWN), None, ["2026-W45"]))

    assert "2026 年第 47 周" in text
    assert "(50 + 100 + 30) / 100 = **1.80**" in text
    assert "**45.0**（" not in text
    assert "10 项内容中有 5 项已评分；只算已评分的内容：90.0" in text
    without_code = re.sub(r"`[^`]*`|2026-W45|UTC", "", text)
    assert re.findall(r"[A-Za-z]{2,}", without_code) == []


def test_a_figure_that_is_not_defined_is_not_zero() -> None:
    nobody = snapshot(members=0)
    unrated = replace(
        nobody, month=replace(nobody.month, counts=replace(MONTH, rated=0, rating_sum=0, rating_count=0))
    )

    text = words(weekly(EN, WeekReport(unrated, (), running=False), None))

    assert "(50 + 100 + 30) / 0 = **n/a**" in text
    assert "100 × n/a / 10 = **n/a** (0 of 10 rated; rated items only: n/a)" in text
    assert "There are no members to count" in text


def test_changes_are_against_last_week_and_the_median_of_four() -> None:
    quarter = replace(OWN, messages=0, reactions=0, threads=0, consumption=17)  # 25 actions

    text = words(weekly(EN, report(OWN, OWN, OWN, quarter), None))

    assert "= **0.40** · last week 0.25 (+60%) · median of four weeks 0.40" in text
    assert "last week 1.80 (±0%)" in text
    assert "100 members (±0 since last week)" in text


def test_a_running_week_is_not_compared_with_whole_ones() -> None:
    text = words(weekly(EN, report(OWN, OWN, OWN, OWN, running=True, stored_at=None), None))

    assert "## Week 47 of 2026 · running" in text
    assert "The week is still running; 20 members were active so far." in text
    assert "median" not in text


@pytest.mark.parametrize(
    ("t", "expected"), [(EN, "2 earlier weeks were stored"), (ZH, "之前有 2 周已存档")], ids=["en", "zh"]
)
def test_weeks_that_nobody_posted_are_named(t: Language, expected: str) -> None:
    text = words(weekly(t, report(), None, ["2026-W45", "2026-W46"]))

    assert expected in text
    assert "2026-W45" in text
    assert "2026-W46" in text


def test_a_week_is_judged_only_against_four_stored_ones() -> None:
    half = replace(OWN, consumption=0)  # 20 actions

    assert "A verdict comes once four earlier weeks are stored" in summary(EN, report())
    assert summary(EN, report(half, half, half)) == (
        "Since last week content consumption changed most: from 0 to 20."
    )
    assert summary(EN, report(half, half, half, half)) == (
        "A lively week: engagement is +100% against the median of the last four weeks."
    )
    assert summary(EN, report(OWN, OWN, OWN, half)).startswith("A usual week")
    double = replace(OWN, consumption=60)
    assert summary(EN, report(double, double, double, double)) == (
        "A quiet week: engagement is −50% against the median of the last four weeks."
    )


def test_an_hour_that_was_not_heard_is_said_first() -> None:
    deaf = snapshot(coverage=StoredCoverage(7200, 0, 0))

    assert summary(EN, WeekReport(deaf, (), running=False)).startswith("Lyceum did not listen for 2 hours")
    assert "120 minutes not heard" in words(weekly(EN, WeekReport(deaf, (), running=False), None))


@pytest.mark.parametrize("t", [EN, ZH], ids=["en", "zh"])
@pytest.mark.parametrize("metric", METRICS)
def test_every_number_can_be_opened(metric: str, t: Language) -> None:
    card = explained(t, report(), METRICS[metric])

    [select] = [block for block in card.blocks if isinstance(block, Select)]
    assert select.action == PICK_FIGURE.name
    assert [option.value for option in select.options] == [f"{other}:2026-W47" for other in METRICS]
    assert len(words(card)) < TEXT_LIMIT
    assert "{" not in words(card)


def test_engagement_opened_shows_each_input_and_the_formulas_version() -> None:
    text = words(explained(EN, report(), METRICS["engagement"]))

    for line in ("- Interactions: 50", "- Content consumption: 100", "- Event participation: 30"):
        assert line in text
    assert "(50 + 100 + 30) / 100 = **1.80** (exactly)" in text
    assert "**The last 28 days** · <t:1792972800:f> – <t:1795392000:f>" in text
    assert "Formula version 1." in text
    assert "Stored <t:" in text


def test_a_week_that_was_hardly_heard_is_no_history() -> None:
    whole = report(OWN, OWN, OWN, OWN)
    deaf = replace(
        whole.earlier[0], own=replace(whole.earlier[0].own, coverage=StoredCoverage(4 * 86400, 0, 0))
    )

    assert replace(whole, earlier=(deaf, *whole.earlier[1:])).usual is None


def test_a_mean_that_does_not_end_is_marked() -> None:
    rated = replace(MONTH, rating_sum=14, rating_count=3)
    week = snapshot()
    week = replace(week, month=replace(week.month, counts=rated))

    assert "100 × ≈4.667 / 10 = **46.7**" in words(weekly(EN, WeekReport(week, (), running=False), None))


def test_a_rounded_figure_says_from_what() -> None:
    text = words(explained(EN, WeekReport(snapshot(members=99), (), running=False), METRICS["engagement"]))

    assert "= **1.82** (rounded from 180/99; halves are rounded up)" in text


def test_interactions_opened_add_up() -> None:
    assert "34 + 8 + 3 + 5 = **50**" in words(explained(EN, report(), METRICS["interactions"]))


def test_an_unknown_metric_is_answered_with_a_sentence() -> None:
    with pytest.raises(UserError, match="not a figure"):
        named("happiness")


def test_the_longest_card_stays_within_discords_limits() -> None:
    huge = Counts(**{counted.name: 10**9 for counted in fields(Counts)})
    big = snapshot(own=huge, members=10**7, coverage=StoredCoverage(10**7, 10**6, 500))
    big = replace(big, month=replace(big.month, counts=huge))
    missed = [str(WEEK.plus(-n)) for n in range(1, 1000)]

    card = weekly(EN, WeekReport(big, (), running=False), None, missed)

    assert length(card) < TEXT_LIMIT
    assert len(card.blocks) < COMPONENT_LIMIT


def test_the_usual_is_not_known_before_four_weeks() -> None:
    assert report(OWN, OWN, OWN).usual is None
    assert report(OWN, OWN, OWN, OWN).usual == Fraction(40, 100)


def length(card: Card) -> int:
    return sum(len(block.text) for block in card.blocks if isinstance(block, Text))
