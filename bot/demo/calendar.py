"""When the demo's month is, and whether it was played. Imports nothing heavy: it is used before the heavy imports."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from bot.clock import real_now
from bot.settings import Settings

BEGUN, PLAYED = "month.begun", "month.played"
"""Files that say whether the month was begun, and whether it was played to its end."""

DAYS = 28


def demo_settings(given: Settings) -> Settings:
    """The settings with the weekly post at 00:00, when the week ends, unless a time is configured."""
    if "time" in given.report.model_fields_set:
        return given
    return given.model_copy(update={"report": given.report.model_copy(update={"time": time(0, 0)})})


def coming_monday(now: datetime) -> datetime:
    """The next Monday, 00:00 UTC, that is not yet over."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=7 - midnight.weekday())


def world_start() -> datetime:
    """When a new demo world starts: six hours before its 28 days, in which the owner sets the shop up."""
    return coming_monday(real_now()) - timedelta(days=DAYS, hours=6)


def is_new(folder: Path) -> bool:
    """True when there is no world in this folder yet."""
    return not (folder / "world.db").exists()


def is_half_played(folder: Path) -> bool:
    """True when the month was begun in this folder and not finished; its figures would be wrong."""
    return (folder / BEGUN).exists() and not (folder / PLAYED).exists()
