"""The weekly chart: engagement by week, stacked from its parts, and its alt text. bot/pictures draws it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.i18n import Language
from bot.insight.formatting import RATIO, figure
from bot.insight.score import round_half_up
from bot.insight.snapshot import CHARTED, Snapshot
from bot.pictures.charts import Bars, Chart, ChartLine, draw
from bot.pictures.fonts import Fonts

ALT_LIMIT = 1024  # characters; Discord's limit for a picture's description
LEAST_SLOTS = 6


def alt_text(t: Language, weeks: Sequence[Snapshot]) -> str:
    """What the picture shows, in words; if that gets too long, the oldest weeks are left out."""
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
    earlier = [f"{week.week} {figure(t, week.own.engagement, RATIO)}" for week in weeks[:-1]]
    while earlier:
        text = t.sentences(head, t("Weeks before: {weeks}.", weeks=", ".join(earlier)))
        if len(text) <= ALT_LIMIT:
            return text
        earlier.pop(0)
    return head


def engagement(t: Language, weeks: Sequence[Snapshot], fonts: Fonts) -> bytes:
    """A PNG; the same weeks in the same language give the same bytes. Blocking; raises PictureUnavailable."""
    drawable, families = fonts.drawable(t)
    return draw(chart(drawable, weeks, families))


def chart(t: Language, weeks: Sequence[Snapshot], families: tuple[str, ...]) -> Chart:
    """What the picture of these weeks shows, the latest at the right."""
    slots = _slots(weeks)
    latest = weeks[-1]
    names = [f"W{latest.week.plus(place + 1 - len(slots)).number:02}" for place in range(len(slots))]
    names[-1] += " …" if latest.stored_at is None else ""  # not over yet
    values = [slot.own.engagement if slot is not None else None for slot in slots]
    return Chart(
        title=t("Counted actions per member and week"),
        places=tuple(names),
        bars=(
            Bars(t("Interactions"), _per_member(slots, "interactions")),
            Bars(t("Content consumption"), _per_member(slots, "consumption")),
            Bars(t("Event participation"), _per_member(slots, "participation")),
        ),
        line=ChartLine(
            t("Engagement"),
            tuple(None if value is None else float(value) for value in values),
            tuple("" if value is None else str(round_half_up(value, RATIO)) for value in values),
        ),
        families=families,
    )


def _slots(weeks: Sequence[Snapshot]) -> list[Snapshot | None]:
    """One place per calendar week up to the latest; None where no week is stored."""
    latest = weeks[-1].week
    known = {week.week: week for week in weeks}
    span = sum(latest.plus(-back) >= weeks[0].week for back in range(CHARTED))
    return [known.get(latest.plus(-back)) for back in reversed(range(max(span, LEAST_SLOTS)))]


def _per_member(slots: Sequence[Snapshot | None], part: str) -> tuple[float, ...]:
    return tuple(
        getattr(slot.own.counts, part) / slot.members if slot is not None and slot.members else 0.0
        for slot in slots
    )
