"""When the demo's month is, and whether it has been lived. Light: asked before anything heavy is imported."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from bot.clock import real_now
from bot.settings import Settings

BEGUN, PLAYED = "month.begun", "month.played"
"""Files that say how far this world has lived its month."""

DAYS = 28


def settings(given: Settings) -> Settings:
    """The demo's own settings: the week is posted when it ends, so that nothing lies between."""
    if "time" in given.report.model_fields_set:
        return given
    return given.model_copy(update={"report": given.report.model_copy(update={"time": time(0, 0)})})


def coming_monday(now: datetime) -> datetime:
    """The next Monday, 00:00 UTC, that is not yet over."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=7 - midnight.weekday())


def beginning() -> datetime:
    """When a new demo world starts: the day before its 28 days, for the owner to set the shop up."""
    return coming_monday(real_now()) - timedelta(days=DAYS, hours=6)


def is_new(folder: Path) -> bool:
    """True when there is no world in this folder yet."""
    return not (folder / "world.db").exists()


def broken_off(folder: Path) -> bool:
    """True when the month was begun in this folder and not finished: half a month shows wrong figures."""
    return (folder / BEGUN).exists() and not (folder / PLAYED).exists()
