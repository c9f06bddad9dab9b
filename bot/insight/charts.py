"""The weekly picture: engagement by week, stacked from its parts.

matplotlib is imported on first use, in a thread.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Sequence
from typing import Any

from bot.i18n import SOURCE, Words
from bot.insight.figures import RATIO, figure
from bot.insight.score import shown
from bot.insight.snapshot import CHARTED, Snapshot

ALT_LIMIT = 1024  # characters; Discord's limit for a picture's description

# Okabe and Ito's colours, told apart also by those who see red and green alike, on Discord's dark grey.
GROUND, INK, FAINT = "#2b2d31", "#f2f3f5", "#80848e"
PARTS = ("#56b4e9", "#e69f00", "#009e73")
LEAST_SLOTS = 6

CHINESE_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "PingFang SC",
)
CHINESE_FILES = ("notosanscjk", "notosanssc", "sourcehansans", "wqy-microhei", "pingfang")


class Charts:
    """Draws one picture at a time: matplotlib's fonts are shared and not made for threads."""

    def __init__(self) -> None:
        self._drawing = asyncio.Lock()

    async def engagement(self, t: Words, weeks: Sequence[Snapshot]) -> bytes:
        """A PNG; the same weeks in the same language give the same bytes."""
        async with self._drawing:
            return await asyncio.to_thread(draw, t, weeks)


def alt_text(t: Words, weeks: Sequence[Snapshot]) -> str:
    """What the picture shows, in words; the oldest weeks are left out where it gets too long."""
    latest = weeks[-1]
    counts = latest.own.counts
    head = t(
        "Stacked bars: counted actions per member and week. Week {week}: interactions {i}, "
        "content consumption {c}, event participation {p}, {members} members, engagement {engagement}.",
        week=str(latest.week),
        i=t.number(counts.interactions),
        c=t.number(counts.consumption),
        p=t.number(counts.participation),
        members=t.number(latest.members),
        engagement=figure(t, latest.own.engagement, RATIO),
    )
    told = [f"{week.week} {figure(t, week.own.engagement, RATIO)}" for week in weeks[:-1]]
    while told:
        text = head + " " + t("Weeks before: {weeks}.", weeks=", ".join(told))
        if len(text) <= ALT_LIMIT:
            return text
        told.pop(0)
    return head


def draw(t: Words, weeks: Sequence[Snapshot], chinese_font: Callable[[], str | None] | None = None) -> bytes:
    """Blocking; half a second, and up to three at the first time. `chinese_font` finds the name of an installed one."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    families = ["DejaVu Sans"]
    if t.code != SOURCE:
        chinese = (chinese_font or _installed_chinese_font)()
        families += [chinese] if chinese else []
        t = t if chinese else Words(SOURCE, {}, t.zone)
    slots = _slots(weeks)
    sheet: Any = Figure(figsize=(8, 4), dpi=150, facecolor=GROUND, layout="constrained")
    FigureCanvasAgg(sheet)
    axes: Any = sheet.add_subplot(facecolor=GROUND)
    _bars(axes, slots, [t("Interactions"), t("Content consumption"), t("Event participation")])
    _line(axes, slots, t("Engagement"), families)
    _frame(axes, slots, t("Counted actions per member and week"), families)
    buffer = io.BytesIO()
    sheet.savefig(buffer, format="png", facecolor=GROUND, metadata={"Software": None})
    return buffer.getvalue()


def _slots(weeks: Sequence[Snapshot]) -> list[Snapshot | None]:
    """One place per calendar week up to the latest; None where no week is stored."""
    latest = weeks[-1].week
    known = {week.week: week for week in weeks}
    span = sum(latest.plus(-back) >= weeks[0].week for back in range(CHARTED))
    return [known.get(latest.plus(-back)) for back in reversed(range(max(span, LEAST_SLOTS)))]


def _bars(axes: Any, slots: Sequence[Snapshot | None], labels: Sequence[str]) -> None:
    bottoms = [0.0] * len(slots)
    parts = ("interactions", "consumption", "participation")
    for part, label, colour in zip(parts, labels, PARTS, strict=True):
        heights = [
            getattr(slot.own.counts, part) / slot.members if slot is not None and slot.members else 0.0
            for slot in slots
        ]
        axes.bar(
            range(len(slots)),
            heights,
            0.68,
            bottoms,
            color=colour,
            label=label,
            edgecolor=GROUND,
            linewidth=0.8,
        )
        bottoms = [bottom + height for bottom, height in zip(bottoms, heights, strict=True)]


def _line(axes: Any, slots: Sequence[Snapshot | None], label: str, families: Sequence[str]) -> None:
    from matplotlib.patheffects import withStroke

    values = [slot.own.engagement if slot is not None else None for slot in slots]
    heights = [float("nan") if value is None else float(value) for value in values]  # nan breaks the line
    axes.plot(range(len(slots)), heights, color=INK, marker="o", markersize=4, linewidth=1.4, label=label)
    for place, value in enumerate(values):
        if value is not None:
            axes.annotate(
                str(shown(value, RATIO)), (place, float(value)), (0, 7), textcoords="offset points", ha="center",
                color=INK, fontsize=9, family=list(families),
                path_effects=[withStroke(linewidth=3, foreground=GROUND)],
            )  # fmt: skip
    axes.set_ylim(0, 1.2 * max(0.1, *(float(value or 0) for value in values)))


def _frame(axes: Any, slots: Sequence[Snapshot | None], title: str, families: Sequence[str]) -> None:
    family = list(families)
    latest = slots[-1]
    assert latest is not None  # noqa: S101 # _slots ends with the latest week
    places = range(len(slots))
    names = [f"W{latest.week.plus(place + 1 - len(slots)).number:02}" for place in places]
    names[-1] += " …" if latest.stored_at is None else ""  # not over yet
    axes.set_xticks(list(places), names, color=INK, fontsize=9, family=family)
    axes.set_xlim(-0.6, len(slots) - 0.4)
    axes.set_title(title, color=INK, fontsize=11, loc="left", family=family)
    axes.tick_params(colors=FAINT, labelcolor=INK, labelsize=9, length=0)
    axes.yaxis.grid(visible=True, color=FAINT, alpha=0.25, linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(FAINT)
    axes.legend(
        loc="upper center", bbox_to_anchor=(0.5, -0.08), ncols=4, frameon=False, labelcolor=INK,
        prop={"family": family, "size": 9},
    )  # fmt: skip


def _installed_chinese_font() -> str | None:
    """An installed font with Chinese characters, also one installed after matplotlib's last look."""
    from pathlib import Path

    from matplotlib import font_manager

    fonts: Any = font_manager  # its types are partly unknown
    for _ in range(2):
        known = {font.name for font in fonts.fontManager.ttflist}
        for name in CHINESE_FONTS:
            if name in known:
                return name
        for file in fonts.findSystemFonts():
            if Path(file).name.casefold().startswith(CHINESE_FILES):
                fonts.fontManager.addfont(file)
    return None
