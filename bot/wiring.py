"""What domains are built from, and what each adds to the app: the types of every `bot/<domain>/wiring.py`.

A `wire(core, …)` there builds the domain's services and returns them with a `Wiring`; `bot/app.py` merges those.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.clock import Clock
from bot.db import Database
from bot.i18n import Catalog
from bot.outbox import Channels, Outbox
from bot.ports import ChatServer
from bot.settings import Settings
from bot.work import Queue
from bot.work.worker import Handler

if TYPE_CHECKING:
    from aiohttp.web import RouteDef

Step = Callable[[], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Core:
    """What every domain may build from. A service itself gets only what it needs."""

    settings: Settings
    db: Database
    clock: Clock
    queue: Queue
    server: ChatServer
    catalog: Catalog
    channels: Channels
    outbox: Outbox


def core_of(*, settings: Settings, db: Database, clock: Clock, server: ChatServer, texts: Catalog) -> Core:
    """The core over this database, clock and server."""
    channels = Channels(server, settings.community)
    return Core(
        settings=settings,
        db=db,
        clock=clock,
        queue=Queue(db, clock),
        server=server,
        catalog=texts,
        channels=channels,
        outbox=Outbox(db, clock, server, channels),
    )


@dataclass(frozen=True)
class Timer:
    """`call` runs every `seconds` of real time: for tasks without a row of work, such as a flush."""

    seconds: float
    call: Step
    name: str


@dataclass(frozen=True)
class Lifetime:
    """Something that is opened before Lyceum signs in to Discord and closed after it has signed out."""

    open: Step
    close: Step


@dataclass(frozen=True, kw_only=True)
class Wiring:
    """What a domain adds to the worker, the clock and the web, and its part in starting and stopping."""

    handlers: Mapping[str, Handler] = field(default_factory=dict[str, Handler])
    """Kind of work → the coroutine that does it. A kind is stored in rows: it is never renamed."""
    timers: tuple[Timer, ...] = ()
    routes: tuple[RouteDef, ...] = ()
    lifetimes: tuple[Lifetime, ...] = ()
    at_start: tuple[Step, ...] = ()
    """Awaited when Discord and the web server are running, before work begins."""
    at_stop: tuple[Step, ...] = ()
    """Awaited while Discord and the web server are still running."""
    on_clock_advanced: tuple[Step, ...] = ()
    """Awaited when the community's clock has moved: what is only in memory is stored before anything falls due."""


def merged(*wirings: Wiring) -> Wiring:
    """Everything that the domains add, in this order. ValueError when two claim a kind of work or a timer's name."""
    handlers: dict[str, Handler] = {}
    for wiring in wirings:
        for kind, handler in wiring.handlers.items():
            if kind in handlers:
                raise ValueError(f"two domains do the work {kind}")
            handlers[kind] = handler
    timers = tuple(timer for wiring in wirings for timer in wiring.timers)
    names = [timer.name for timer in timers]
    if len(set(names)) < len(names):
        raise ValueError(f"two timers have one name: {sorted(names)}")
    return Wiring(
        handlers=handlers,
        timers=timers,
        routes=tuple(route for wiring in wirings for route in wiring.routes),
        lifetimes=tuple(lifetime for wiring in wirings for lifetime in wiring.lifetimes),
        at_start=tuple(step for wiring in wirings for step in wiring.at_start),
        at_stop=tuple(step for wiring in wirings for step in wiring.at_stop),
        on_clock_advanced=tuple(step for wiring in wirings for step in wiring.on_clock_advanced),
    )
