"""The weekly post: every week is stored once, the latest is posted once, whatever happens in between.

report.week   falls due at the report's time after the week's end: stores the week, asks for the
              next one and, unless that is due already, for this week's post
report.post   posts the card in the staff channel
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.clock import Clock
from bot.crashpoints import point
from bot.db import Database
from bot.errors import NeedsAction, RetryLater
from bot.i18n import Texts
from bot.insight import cards, store
from bot.insight.service import Insight
from bot.insight.weeks import Week
from bot.ports import ChatServer
from bot.settings import Settings
from bot.work import Job, Queue
from bot.work.worker import Later

SLACK = timedelta(minutes=5)
"""How far Discord's clock may be behind ours."""

PATIENCE = 30.0  # seconds, real time


class Weekly:
    """Keeps one open `report.week` per guild and does what falls due."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        queue: Queue,
        server: ChatServer,
        insight: Insight,
        texts: Texts,
        settings: Settings,
    ) -> None:
        self._db = db
        self._clock = clock
        self._queue = queue
        self._server = server
        self._insight = insight
        self._texts = texts
        self._settings = settings

    async def schedule_all(self) -> None:
        """Schedule every guild; to be called at start."""
        for guild_id in await self._server.guild_ids():
            await self.schedule(guild_id)

    async def schedule(self, guild_id: int) -> None:
        """See to it that the next week to be stored has its row: after the last stored, else the running one."""
        async with self._db.read() as db:
            latest = await store.latest_week(db, guild_id)
        week = self._insight.running_week() if latest is None else latest.plus(1)
        async with self._db.write() as tx:  # `again`: the report's time in the settings may have moved
            await self._queue.again(
                tx, "report.week", guild_id, str(week), due=self._due(week), week=str(week)
            )

    async def channels_changed(self, guild_id: int) -> None:
        """A channel was made or renamed: try at once what waits for one."""
        async with self._db.write() as tx:
            await self._queue.heal(tx, guild_id)

    async def week(self, job: Job) -> None:
        """Store the week. Run twice it changes nothing."""
        week = Week.parse(job.payload["week"])
        due, now = self._due(week), self._clock.now()
        if now < due:
            raise Later(due)
        await self._complete(job.guild_id)
        snapshot = await self._insight.compute(job.guild_id, week)
        following = week.plus(1)
        async with self._db.write() as tx:
            await store.add_week(tx, job.guild_id, snapshot, now)
            await self._queue.once(
                tx, "report.week", job.guild_id, str(following), due=self._due(following), week=str(following)
            )
            if now < self._due(following):
                await self._queue.once(tx, "report.post", job.guild_id, str(week), week=str(week))
        point("report.stored")

    async def post(self, job: Job) -> None:
        """Post the week's card once. A later week that is stored already takes its place and names it."""
        guild_id, week = job.guild_id, Week.parse(job.payload["week"])
        async with self._db.read() as db:
            outcome = await store.post(db, guild_id, week)
            latest = await store.latest_week(db, guild_id)
            others = await store.unposted(db, guild_id, week) if outcome is None else outcome.others
        if outcome is not None and outcome.state != "sending":
            return
        found = (
            await self._find(guild_id, week, outcome.channel_id, outcome.since)
            if outcome is not None
            else None
        )
        if found is None:
            if latest is not None and latest > week:
                async with self._db.write() as tx:
                    await store.superseded(tx, guild_id, week, self._clock.now())
                return
            found = await self._send(guild_id, week, others)
        async with self._db.write() as tx:
            await store.sent(tx, guild_id, week, found, self._clock.now())

    async def _complete(self, guild_id: int) -> None:
        """A stored week never changes, so nothing may be missing that can still be read back."""
        if guild_id not in await self._server.guild_ids():
            raise NeedsAction("server-away", "Lyceum is not in this server, or Discord cannot reach it now.")
        try:
            await self._insight.caught_up(PATIENCE)
        except TimeoutError:
            raise RetryLater("messages of the past are still being read back") from None

    async def _send(self, guild_id: int, week: Week, others: list[str]) -> int:
        channel_id = await self._staff_channel(guild_id)
        report = await self._insight.report(guild_id, week)
        t = self._texts.community
        # The picture is made before the attempt is noted: between note and post there is then nothing slow.
        card = cards.weekly(t, report, await self._insight.picture(t, report), others)
        now = self._clock.now()
        async with self._db.write() as tx:
            await store.begin_post(
                tx, guild_id, week, channel_id=channel_id, since=now - SLACK, others=others, now=now
            )
        message_id = await self._server.post(guild_id, channel_id, card, key=f"report {guild_id} {week}")
        point("report.posted")
        return message_id

    async def _find(self, guild_id: int, week: Week, channel_id: int, since: datetime) -> int | None:
        """The post that an attempt before this one may have left in that channel."""
        try:
            return await self._server.posted(guild_id, channel_id, cards.marker(str(week)), since)
        except NeedsAction as error:
            if error.finding != "gone":
                raise
        return None  # the channel was deleted, and the post with it

    async def _staff_channel(self, guild_id: int) -> int:
        name = self._settings.community.staff_channel
        channel_id = await self._server.channel_named(guild_id, name)
        if channel_id is None:
            raise NeedsAction(
                "staff-channel-missing",
                "There is no channel #{channel} for the weekly post. Make one, or set community.staff_channel.",
                channel=name,
            )
        return channel_id

    def _due(self, week: Week) -> datetime:
        report = self._settings.report
        return week.due(self._insight.zone, report.weekday, report.time)
