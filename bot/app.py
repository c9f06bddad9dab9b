"""The composition root: everything is built here once and handed what it needs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

import discord

from bot.activity.service import Activity
from bot.clock import Clock, SystemClock, real_now
from bot.courses.service import Courses
from bot.courses.teaching import Teaching
from bot.db import Database
from bot.db.migrate import migrate
from bot.demo.clock import Follower, SandboxClock
from bot.discord.client import Client, point_at
from bot.discord.guild import DiscordServer
from bot.errors import ConfigurationError
from bot.events.announce import Announcer
from bot.events.doors import Doors
from bot.events.running import Running
from bot.events.service import Events
from bot.i18n import Texts
from bot.insight.inputs import Sources
from bot.insight.service import Insight
from bot.insight.weekly import Weekly
from bot.memberships.service import Memberships, Terms
from bot.memberships.settle import Policy
from bot.payments.intake import Intake
from bot.payments.kind import ProviderContext, Providers
from bot.payments.port import Unmatched
from bot.payments.registry import install
from bot.settings import Settings
from bot.web import health, hooks, pages, receipts
from bot.web.server import WebServer
from bot.work import Queue
from bot.work import store as work_store
from bot.work.wake import Wake
from bot.work.worker import Handler, Worker

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

SANDBOX_TOKEN = "sandbox.Lyceum"  # noqa: S105 # known to everybody: the sandbox lets any bot in


@dataclass
class App:
    """Every service, for the pages and the web."""

    settings: Settings
    texts: Texts
    db: Database
    clock: Clock
    queue: Queue
    worker: Worker
    wake: Wake
    client: Client
    server: DiscordServer
    web: WebServer
    events: Events
    doors: Doors
    memberships: Memberships
    intake: Intake
    payments: Providers
    activity: Activity
    courses: Courses
    teaching: Teaching
    insight: Insight
    weekly: Weekly
    deaf: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when discord.py has given the connection up for good."""

    async def settled(self) -> None:
        """Wait until all due work is done, all that was reported is settled and all that was counted is stored."""
        for _ in range(1000):
            await self.worker.run_due()
            await self.activity.flush()
            health = await self.health()
            if not (health["work_due"] or health["inbox_open"] or health["unflushed"]):
                return
            await asyncio.sleep(0.01)

    async def turned(self) -> None:
        """The community's clock went on a step: what is known only in memory is stored before anything falls due."""
        await self.doors.see()
        await self.activity.flush()

    async def health(self) -> dict[str, Any]:
        """What /health answers; "settled" means that work_due, inbox_open and unflushed are 0."""
        now = self.clock.now()
        async with self.db.read() as db:
            due, stuck = await work_store.counts(db, now)
        last = self.activity.last_event_id
        return {
            "ready": self.client.is_ready() and self.client.synced.is_set(),
            "now": now.isoformat(),
            "work_due": due,
            "work_failed": stuck,
            "inbox_open": await self.intake.count_open(),
            "unflushed": self.activity.unflushed,
            "last_event_id": str(last) if last else None,
        }


def build(settings: Settings, db: Database, clock: Clock) -> App:
    """Build every service; nothing runs yet."""
    texts = Texts(settings.community.language, settings.community.timezone)
    client = Client(
        texts,
        PAGES,
        members=settings.discord.members_intent,
        quick=settings.sandboxed,
        folder=settings.folder,
    )
    server = DiscordServer(client)
    queue = Queue(db, clock)
    doors = Doors(db, clock, server)
    announcer = Announcer(db, clock, queue, server, texts, settings.community)
    takes_place = Running(db, clock, queue, server, doors)
    payments = install(
        settings.payments,
        ProviderContext(
            folder=settings.folder,
            clock=clock,
            address=lambda: web.url,
            sandboxed=settings.sandboxed,
            public_url=settings.web.public_url,
        ),
    )
    sellers = payments.by_name
    terms = Terms(
        settings.payments.link_minutes,
        settings.payments.poll_seconds,
        settings.folder,
        settings.community.staff_channel,
        tuple(settings.memberships.remind_days),
        Policy(settings.memberships.dispute, settings.memberships.partial_refund),
        lambda: settings.web.public_url or (web.url if settings.sandboxed else ""),
    )

    async def strays(guild_id: int) -> list[Unmatched]:
        alone = await server.guild_ids() == [guild_id]
        return await intake.unmatched(guild_id, nobodys=alone)

    memberships = Memberships(db, clock, queue, server, texts, sellers, terms, strays)
    events = Events(db, clock, queue, server, doors, memberships, settings.community)
    activity = Activity(db, clock, settings.community.timezone, server, events)
    courses = Courses(db, clock, memberships, settings.community.timezone)
    teaching = Teaching(db, clock, memberships, settings.community.timezone)
    settling = memberships.settling
    intake = Intake(db, clock, queue, sellers, settling.settle, memberships.buying.look_up, settling.known)
    sources = Sources(activity, courses, events, memberships)
    insight = Insight(db, clock, settings.community.timezone, sources)
    weekly = Weekly(db, clock, queue, server, insight, texts, settings)
    handlers: dict[str, Handler] = {
        "order.settle": intake.settle,
        "order.expire": memberships.buying.expire,
        "order.refund": memberships.refunds.refund,
        "order.review": memberships.refunds.review,
        "order.change": memberships.changing.change,
        "subscription.end": memberships.renewals.end,
        "role.sync": memberships.reconciler.sync,
        "access.audit": memberships.audit.run,
        "access.refused": memberships.breaker.tell,
        "access.release": memberships.reconciler.again,
        "entitlement.start": memberships.reconciler.start,
        "entitlement.end": memberships.reconciler.end,
        "entitlement.remind": memberships.reminders.remind,
        "shop.update": memberships.shop_cards.update,
        "tier.suspended": memberships.role_safety.tell,
        "card.update": memberships.pay_cards.update,
        "event.publish": announcer.publish,
        "event.card": announcer.card,
        "event.remind": announcer.remind,
        "event.doors": takes_place.open_doors,
        "event.begin": takes_place.begin,
        "event.finish": takes_place.finish,
        "report.week": weekly.week,
        "report.post": weekly.post,
    }
    worker = Worker(db, clock, queue, handlers)
    wake = Wake(worker, clock, queue)
    web = WebServer(settings.web.host, settings.web.port, pages.routes(), lost=pages.lost(texts))
    app = App(
        settings,
        texts,
        db,
        clock,
        queue,
        worker,
        wake,
        client,
        server,
        web,
        events,
        doors,
        memberships,
        intake,
        payments,
        activity,
        courses,
        teaching,
        insight,
        weekly,
    )
    web.add(
        [*health.routes(app.health), *hooks.routes(intake), *receipts.routes(memberships.receipts, texts)]
    )
    web.add(payments.routes(texts))
    wake.every(settings.payments.poll_seconds, memberships.polling.tick, "look at open orders")
    wake.every(60, memberships.pay_cards.forget, "forget pay cards")
    client.app = app
    return app


@contextlib.asynccontextmanager
async def running(settings: Settings, sandbox: str | None = None) -> AsyncGenerator[App]:
    """Lyceum at work: database → services → Discord → web → clock, closed in reverse.

    `sandbox` is the address of the sandbox when there is no token.
    """
    async with contextlib.AsyncExitStack() as stack:
        db = Database(settings.folder / "lyceum.db")
        db.hold()
        stack.push_async_callback(db.close)
        migrate(db.path, real_now())
        clock: Clock = SystemClock()
        follower: Follower | None = None
        if sandbox is not None:
            clock = SandboxClock()
            follower = Follower(clock, sandbox)
            await follower.start()
            stack.push_async_callback(follower.stop)
        app = build(settings, db, clock)
        await app.worker.recover()
        await app.activity.start()
        stack.push_async_callback(app.activity.stop)
        await _sign_in(app, sandbox, stack)
        for service in app.payments.services:
            await service.open()
            stack.push_async_callback(service.close)
        await app.web.start()
        stack.push_async_callback(app.web.stop)
        for service in app.payments.services:
            service.start()
        stack.push_async_callback(app.worker.stop)
        stack.push_async_callback(app.doors.see)
        app.wake.every(30, app.doors.see, "doors")
        app.wake.every(settings.activity.flush_seconds, app.activity.beat, "flush")
        await app.weekly.schedule_all()
        await app.memberships.look_at_roles(await app.server.guild_ids())
        await app.memberships.audit.schedule(await app.server.guild_ids())
        app.wake.start()
        stack.push_async_callback(app.wake.stop)
        if follower is not None:
            follower.work_with(app.worker, app.turned)
            stack.callback(follower.rest)
        yield app


async def _sign_in(app: App, sandbox: str | None, stack: contextlib.AsyncExitStack) -> None:
    """Connect to Discord and wait until the guilds are here. Wrong token or intents: exit 77, no retry."""
    api = f"{sandbox}/api/v10" if sandbox else app.settings.discord.api
    if api:
        point_at(api)
    token = app.settings.discord.token
    stack.push_async_callback(app.client.close)
    try:
        await app.client.login(token.get_secret_value() if token else SANDBOX_TOKEN)
    except discord.LoginFailure:
        raise ConfigurationError(
            "Discord does not accept discord.token.\nCopy it anew from the Developer Portal (Bot → Reset Token).",
            exit_code=77,
        ) from None
    gateway = asyncio.create_task(app.client.connect(), name="gateway")
    gateway.add_done_callback(lambda _: app.deaf.set())

    async def leave() -> None:
        await app.client.close()
        await asyncio.gather(gateway, return_exceptions=True)

    stack.push_async_callback(leave)
    ready = asyncio.create_task(app.client.wait_until_ready())
    await asyncio.wait({gateway, ready}, return_when=asyncio.FIRST_COMPLETED)
    ready.cancel()
    if gateway.done() and (error := gateway.exception()) is not None:
        if isinstance(error, discord.PrivilegedIntentsRequired):
            raise ConfigurationError(
                "Discord closed the connection (4014): the Server Members intent is off.\n"
                "Turn it on in the Developer Portal (Bot → Privileged Gateway Intents), or set discord.members_intent = false.",
                exit_code=77,
            )
        raise error
