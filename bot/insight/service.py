"""Reads the figures: a stored week as it was stored, any other week computed from the present counts."""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from zoneinfo import ZoneInfo

from bot.cards import Picture
from bot.clock import Clock
from bot.db import Database
from bot.errors import UserError
from bot.i18n import Language
from bot.insight import store
from bot.insight.charts import alt_text, engagement
from bot.insight.inputs import InsightSources
from bot.insight.metrics.registry import METRICS, Metrics
from bot.insight.score import FORMULA
from bot.insight.snapshot import CHARTED, Snapshot, WeekPeriod, WeekReport
from bot.insight.weeks import Week, Window
from bot.pictures.fonts import Fonts
from bot.pictures.renderer import Renderer
from bot.pictures.unavailable import PictureUnavailable

CATCH_UP_SECONDS = 2.0  # how long a person may wait for a card because messages are still read back


class Insight:
    """Weeks, stored or computed, as reports and pictures."""

    def __init__(
        self, db: Database, clock: Clock, zone: ZoneInfo, sources: InsightSources, metrics: Metrics = METRICS
    ) -> None:
        self.zone = zone
        self._metrics = metrics
        self._db = db
        self._clock = clock
        self._sources = sources
        self._fonts = Fonts()
        self._renderer = Renderer()

    def running_week(self) -> Week:
        """The current week."""
        return Week.of(self._clock.now(), self.zone)

    async def report(self, guild_id: int, week: Week | None = None) -> WeekReport:
        """The week (by default the running one) with the stored weeks before it. UserError for a future week."""
        running = self.running_week()
        week = week or running
        if week > running:
            raise UserError("Week {week} has not begun yet. Choose one from the list.", week=str(week))
        async with self._db.read() as db:
            stored = await store.week(db, guild_id, week)
            earlier = await store.weeks_before(db, guild_id, week, CHARTED - 1)
        return WeekReport(stored or await self.compute(guild_id, week), earlier, running=week == running)

    async def weeks(self, guild_id: int, typed: str) -> list[Week]:
        """The running week and the stored ones, newest first, that contain what was typed; at most 25."""
        async with self._db.read() as db:
            names = await store.week_names(db, guild_id, 200)
        known = [self.running_week(), *(Week.parse(name) for name in names)]
        part = typed.strip().casefold()
        return [week for week in dict.fromkeys(known) if part in str(week).casefold()][:25]

    async def compute(self, guild_id: int, week: Week) -> Snapshot:
        """The week from the present counts; its windows reach to the week's end, also while it is running.

        Counts in memory are flushed first. Waits at most CATCH_UP_SECONDS for missed messages to be read back.
        """
        with contextlib.suppress(TimeoutError):
            await self.caught_up(CATCH_UP_SECONDS)
        await self._sources.activity.flush()
        own, month = week.window(self.zone), week.month(self.zone)
        until = min(own.end, self._clock.now())
        members = await self._sources.activity.humans(guild_id, until)
        return Snapshot(
            week=week,
            zone=self.zone.key,
            members=members,
            paying=await self._sources.members.paying(guild_id, until),
            own=await self._period(guild_id, own, members),
            month=await self._period(guild_id, month, members),
            formula=FORMULA,
            stored_at=None,
        )

    async def caught_up(self, seconds: float) -> None:
        """Wait until all that was missed is read back from history; TimeoutError when that takes longer."""
        async with asyncio.timeout(seconds):
            await self._sources.activity.caught_up()

    async def picture(self, t: Language, report: WeekReport) -> Picture | str:
        """The chart of the weeks up to this one, drawn in a thread; if it cannot be drawn, a sentence that says why."""
        weeks = (*report.earlier, report.snapshot)
        try:
            drawn = await self._renderer.png(partial(engagement, t, weeks, self._fonts))
        except PictureUnavailable as error:
            return f"-# {t.error(error)}"
        return Picture(f"week-{report.snapshot.week}.png", drawn, alt_text(t, weeks))

    async def _period(self, guild_id: int, window: Window, members: int) -> WeekPeriod:
        counts = await self._sources.counts(guild_id, window.start, window.end)
        coverage = await self._sources.coverage(guild_id, window.start, min(window.end, self._clock.now()))
        measured = {
            key: await metric.measure(self._sources, guild_id, window)
            for key, metric in self._metrics.items()
            if metric.inputs
        }
        return WeekPeriod(window, counts, coverage, members, measured)
