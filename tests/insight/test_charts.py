"""The weekly picture: what it says in words, that it is one, and that it is the same each time."""

from __future__ import annotations

from dataclasses import replace

from bot.i18n import Language
from bot.insight.charts import ALT_LIMIT, alt_text, engagement
from bot.insight.snapshot import Snapshot
from bot.pictures.fonts import Fonts
from tests.insight.test_cards import EN, OWN, WEEK, ZH, snapshot

PNG = b"\x89PNG\r\n\x1a\n"


def weeks(n: int) -> list[Snapshot]:
    return [snapshot(WEEK.plus(-back), replace(OWN, messages=back)) for back in reversed(range(n))]


def draw(t: Language, shown: list[Snapshot], fonts: Fonts | None = None) -> bytes:
    return engagement(t, shown, fonts or Fonts())


def test_the_alt_text_tells_the_main_figures() -> None:
    assert alt_text(EN, weeks(3)) == (
        "Stacked bars: counted actions per member and week. Week 2026-W47: interactions 3, content consumption 20, "
        "event participation 8, 100 members, engagement 0.31. Weeks before: 2026-W45 0.33, 2026-W46 0.32."
    )


def test_the_alt_text_is_chinese_for_chinese_readers() -> None:
    assert alt_text(ZH, weeks(1)) == (
        "堆叠柱状图：每周人均计入的行为。2026-W47：互动 3，内容消费 20，活动参与 8，成员 100 人，活跃度 0.31。"
    )


def test_the_alt_text_stays_within_discords_limit() -> None:
    text = alt_text(EN, weeks(200))

    assert len(text) <= ALT_LIMIT
    assert "2026-W46 0.32" in text


def test_the_same_weeks_give_the_same_bytes() -> None:
    one, other = draw(EN, weeks(12)), draw(EN, weeks(12))

    assert one.startswith(PNG)
    assert one == other
    assert one != draw(EN, weeks(11))


def test_nothing_to_show_is_still_a_picture() -> None:
    assert draw(EN, [snapshot(members=0)]).startswith(PNG)


def test_without_a_chinese_font_the_labels_are_english() -> None:
    none = Fonts(names=(), file_prefixes=())

    assert draw(ZH, weeks(2), none) == draw(Language("en", {}, ZH.zone), weeks(2))
