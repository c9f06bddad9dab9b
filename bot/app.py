"""The composition root: everything is built here once and handed what it needs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

from bot.activity import wiring as activity_wiring
from bot.clock import Clock, WitnessedClock, real_now
from bot.courses import wiring as courses_wiring
from bot.db import Database
from bot.db.migrate import migrate
from bot.demo.clock import Follower, SandboxClock
from bot.discord.client import Client
from bot.discord.guild import DiscordServer
from bot.discord.session import SANDBOX_TOKEN, signed_in
from bot.discord.witness import date_trace
from bot.events import wiring as events_wiring
from bot.i18n import Catalog
from bot.insight import wiring as insight_wiring
from bot.insight.inputs import InsightSources
from bot.memberships import wiring as memberships_wiring
from bot.memberships.item import ItemKind
from bot.payments import wiring as payments_wiring
from bot.payments.inbox import Inbox
from bot.payments.kind import Providers
from bot.services import Services
from bot.settings import Settings
from bot.web import health, pages
from bot.web.server import WebServer
from bot.wiring import Wiring, core_of, merged
from bot.work import Queue
from bot.work import store as work_store
from bot.work.scheduler import Scheduler
from bot.work.worker import Worker

PAGES: tuple[str, ...] = (
    "cogs.membership",
    "cogs.tier",
    "cogs.order",
    "cogs.access",
    "cogs.course",
    "cogs.teach",
    "cogs.event",
    "cogs.host",
    "cogs.activity",
    "cogs.stats",
    "cogs.help",
)
"""The cogs, in the order in which /help lists them."""


class NotSettled(Exception):
    """Work, inbox events or counts were still open when `App.settled` gave up; the message says how many."""


@dataclass(kw_only=True)
class App(Services):
    """Every service, and the infrastructure that runs them."""

    db: Database
    queue: Queue
    worker: Worker
    scheduler: Scheduler
    client: Client
    server: DiscordServer
    web: WebServer
    payments: Providers
    inbox: Inbox
    wiring: Wiring
    gateway_lost: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when discord.py has given up the connection for good."""

    async def settled(self, rounds: int = 1000) -> None:
        """Wait until all due work is done, the inbox is empty and all counts are stored.

        Raises NotSettled when something is still open after so many rounds.
        """
        open_: dict[str, int] = {}
        for _ in range(rounds):
            await self.worker.run_due()
            await self.activity.flush()
            health = await self.health()
            open_ = {name: health[name] for name in ("work_due", "inbox_open", "unflushed") if health[name]}
            if not open_:
                return
            await asyncio.sleep(0.01)
        raise NotSettled(f"still open after {rounds} rounds: {open_}")

    async def clock_advanced(self) -> None:
        """The community's clock moved: store what is only in memory before anything falls due."""
        for step in self.wiring.on_clock_advanced:
            await step()

    async def health(self) -> dict[str, Any]:
        """The answer of /health; "settled" means that work_due, inbox_open and unflushed are 0."""
        now = self.clock.now()
        async with self.db.read() as db:
            due, stuck = await work_store.counts(db, now)
        last = self.activity.last_event_id
        return {
            "ready": self.client.is_ready() and self.client.synced.is_set(),
            "now": now.isoformat(),
            "work_due": due,
            "work_failed": stuck,
            "inbox_open": await self.inbox.count_open(),
            "unflushed": self.activity.unflushed,
            "last_event_id": str(last) if last else None,
        }


def build(settings: Settings, db: Database, clock: Clock) -> App:
    """Build every service; nothing runs yet."""
    texts = Catalog(settings.community.language, settings.community.timezone)
    client = Client(
        texts,
        PAGES,
        members=settings.discord.members_intent,
        quick=settings.sandboxed,
        folder=settings.folder,
        trace=date_trace(clock.hear) if isinstance(clock, WitnessedClock) else None,
    )
    server = DiscordServer(client)
    web = WebServer(settings.web.host, settings.web.port, pages.routes(), not_found=pages.not_found(texts))
    core = core_of(settings=settings, db=db, clock=clock, server=server, texts=texts)
    payments, payments_part = payments_wiring.wire(core, lambda: web.url)
    memberships, memberships_part = memberships_wiring.wire(
        core,
        providers=payments.by_name,
        unmatched=payments_wiring.unmatched(core),
        address=lambda: settings.web.public_url or (web.url if settings.sandboxed else ""),
    )
    inbox, inbox_part = payments_wiring.wire_inbox(core, payments.by_name, memberships.order_callbacks)
    events, voice_attendance, events_part = events_wiring.wire(core, memberships)
    activity, activity_part = activity_wiring.wire(core, events)
    courses, teaching, courses_part = courses_wiring.wire(
        core, memberships, memberships.items[ItemKind.COURSE]
    )
    memberships.checkouts.item_openings.learn(ItemKind.COURSE, teaching.tiers_that_open)
    insight, weekly, insight_part = insight_wiring.wire(
        core, InsightSources(activity, courses, events, memberships)
    )
    wiring = merged(
        payments_part, memberships_part, inbox_part, events_part, activity_part, courses_part, insight_part
    )
    worker = Worker(db, clock, core.queue, dict(wiring.handlers))
    scheduler = Scheduler(worker, clock, core.queue)
    for timer in wiring.timers:
        scheduler.every(timer.seconds, timer.call, timer.name)
    app = App(
        settings=settings,
        catalog=texts,
        db=db,
        clock=clock,
        queue=core.queue,
        worker=worker,
        scheduler=scheduler,
        client=client,
        server=server,
        web=web,
        wiring=wiring,
        memberships=memberships,
        payments=payments,
        inbox=inbox,
        events=events,
        voice_attendance=voice_attendance,
        activity=activity,
        courses=courses,
        teaching=teaching,
        insight=insight,
        weekly=weekly,
    )
    web.add([*health.routes(app.health), *wiring.routes])
    client.app = app
    return app


@contextlib.asynccontextmanager
async def running(settings: Settings, sandbox: str | None = None) -> AsyncGenerator[App]:
    """A running Lyceum, opened in the order database → services → Discord → web → clock and closed in reverse.

    `sandbox` is the address of the sandbox, when Lyceum runs with it instead of Discord.
    """
    async with contextlib.AsyncExitStack() as stack:
        db = Database(settings.folder / "lyceum.db")
        db.hold()
        stack.push_async_callback(db.close)
        migrate(db.path, real_now())
        clock: Clock = WitnessedClock()
        follower: Follower | None = None
        if sandbox is not None:
            clock = SandboxClock()
            follower = Follower(clock, sandbox)
            await follower.start()
            stack.push_async_callback(follower.stop)
        app = build(settings, db, clock)
        await app.worker.recover()
        for lifetime in app.wiring.lifetimes:
            await lifetime.open()
            stack.push_async_callback(lifetime.close)
        token = settings.discord.token
        session = signed_in(
            app.client,
            token=token.get_secret_value() if token else SANDBOX_TOKEN,
            api=f"{sandbox}/api/v10" if sandbox else settings.discord.api,
            gateway_lost=app.gateway_lost,
        )
        await stack.enter_async_context(session)
        await app.web.start()
        stack.push_async_callback(app.web.stop)
        stack.push_async_callback(app.worker.stop)
        for step in app.wiring.at_stop:
            stack.push_async_callback(step)
        for step in app.wiring.at_start:
            await step()
        app.scheduler.start()
        stack.push_async_callback(app.scheduler.stop)
        if follower is not None:
            follower.work_with(app.worker, app.clock_advanced)
            stack.callback(follower.stop_walking)
        yield app
