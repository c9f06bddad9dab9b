"""The parts of this room, built together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from bot.clock import Clock
from bot.db import Database
from bot.i18n import Catalog
from bot.memberships.departures.departure import Cause, DepartureAction
from bot.memberships.departures.departures import Departures
from bot.memberships.departures.endings import DepartureEndings
from bot.memberships.departures.removals import Removals
from bot.memberships.departures.telling import DepartureNotices
from bot.memberships.orders.checkouts import Checkouts
from bot.memberships.orders.receipts import Receipts
from bot.memberships.reminders.reminders import Reminders
from bot.outbox import Outbox
from bot.payments.port import PaymentProvider
from bot.ports import ChatServer
from bot.work import Queue


class DepartureParts(NamedTuple):
    """What hears and decides, what tells, and what removes members at the end."""

    departures: Departures
    notices: DepartureNotices
    removals: Removals


def departure_parts(
    *,
    db: Database,
    clock: Clock,
    queue: Queue,
    server: ChatServer,
    outbox: Outbox,
    texts: Catalog,
    providers: Mapping[str, PaymentProvider],
    checkouts: Checkouts,
    receipts: Receipts,
    reminders: Reminders,
    settings: Mapping[Cause, DepartureAction],
) -> DepartureParts:
    """Build the room."""
    return DepartureParts(
        Departures(
            db=db,
            clock=clock,
            queue=queue,
            server=server,
            checkouts=checkouts,
            endings=DepartureEndings(db, clock, checkouts, providers),
            settings=settings,
        ),
        DepartureNotices(
            db=db, clock=clock, outbox=outbox, texts=texts, reminders=reminders, receipts=receipts
        ),
        Removals(
            db=db,
            clock=clock,
            server=server,
            outbox=outbox,
            texts=texts,
            checkouts=checkouts,
            receipts=receipts,
        ),
    )
