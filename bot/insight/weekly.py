"""The weekly post: every week is stored once, and the latest is posted once, crashes included.

report.week   falls due at the report's time after the week's end: stores the week, enqueues the
              next one and, unless that is due already, this week's post
report.post   posts the card in the staff channel
"""

from __future__ import annotations

from datetime import datetime

from bot.clock import Clock
from bot.crashpoints import point
from bot.db import Database
from bot.errors import NeedsAction, RetryLater
from bot.i18n import Catalog
from bot.insight import cards, store
from bot.insight.service import Insight
from bot.insight.weeks import Week
from bot.outbox import ChannelSetting, Outbox, OutboxKey, OutboxState
from bot.ports import ChatServer
from bot.settings import ReportSettings
from bot.work import Job, Queue
from bot.work.worker import Reschedule

POST = "report.post"
PATIENCE = 30.0  # seconds of real time that `report.week` waits for missed messages


class Weekly:
    """Keeps one open `report.week` per guild and does what falls due."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        queue: Queue,
        server: ChatServer,
        outbox: Outbox,
        insight: Insight,
        texts: Catalog,
        report: ReportSettings,
    ) -> None:
        self._db = db
        self._clock = clock
        self._queue = queue
        self._server = server
        self._outbox = outbox
        self._insight = insight
        self._texts = texts
        self._report = report

    async def schedule_all(self) -> None:
        """Schedule every guild; to be called at start."""
        for guild_id in await self._server.guild_ids():
            await self.schedule(guild_id)

    async def schedule(self, guild_id: int) -> None:
        """Enqueue the next week to be stored: the one after the last stored week, or else the running one."""
        async with self._db.read() as db:
            latest = await store.latest_week(db, guild_id)
        week = self._insight.running_week() if latest is None else latest.plus(1)
        async with (
            self._db.write() as tx
        ):  # reopened if it exists: the report's time in the settings may have changed
            await self._queue.enqueue(
                tx, "report.week", guild_id, str(week), due=self._due(week), week=str(week)
            )

    async def channels_changed(self, guild_id: int) -> None:
        """A channel was created or renamed: retry at once the work that waits for one."""
        async with self._db.write() as tx:
            await self._queue.retry_stuck(tx, guild_id)

    async def week(self, job: Job) -> None:
        """Store the week. A second run changes nothing."""
        week = Week.parse(job.payload["week"])
        due, now = self._due(week), self._clock.now()
        if now < due:
            raise Reschedule(due)
        await self._require_complete(job.guild_id)
        snapshot = await self._insight.compute(job.guild_id, week)
        following = week.plus(1)
        async with self._db.write() as tx:
            await store.add_week(tx, job.guild_id, snapshot, now)
            await self._queue.enqueue_once(
                tx, "report.week", job.guild_id, str(following), due=self._due(following), week=str(following)
            )
            if now < self._due(following):
                await self._queue.enqueue_once(tx, POST, job.guild_id, str(week), week=str(week))
        point("report.stored")

    async def post(self, job: Job) -> None:
        """Post the week's card once. If a later week is stored already, that week's card is posted and names this one."""
        guild_id, week = job.guild_id, Week.parse(job.payload["week"])
        posts = await self._outbox.entries(guild_id, POST)
        sent = max((name for name, entry in posts.items() if entry.state is OutboxState.SENT), default="")
        if (post := posts.get(str(week))) is not None and post.state is not OutboxState.SENDING:
            return
        async with self._db.read() as db:
            latest = await store.latest_week(db, guild_id)
            others = await store.weeks_between(db, guild_id, sent, week)
        key = OutboxKey(guild_id, POST, str(week))
        superseded = latest is not None and latest > week
        if superseded and post is None:  # the card need not be drawn
            await self._outbox.drop(key, "superseded")
            return
        report = await self._insight.report(guild_id, week)
        t = self._texts.community
        await self._outbox.post(
            key,
            cards.weekly(t, report, await self._insight.picture(t, report), others),
            to=ChannelSetting.STAFF,
            marker=cards.marker(str(week)),
            unless="superseded" if superseded else None,
        )

    async def _require_complete(self, guild_id: int) -> None:
        """Raise while messages can still be read back: a stored week never changes."""
        if guild_id not in await self._server.guild_ids():
            raise NeedsAction("server-away", "Lyceum is not in this server, or Discord cannot reach it now.")
        try:
            await self._insight.caught_up(PATIENCE)
        except TimeoutError:
            raise RetryLater("messages of the past are still being read back") from None

    def _due(self, week: Week) -> datetime:
        return week.due(self._insight.zone, self._report.weekday, self._report.time)
