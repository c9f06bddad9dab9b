"""The parts of this room, built together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from bot.clock import Clock
from bot.db import Database
from bot.i18n import Catalog
from bot.memberships.backoffice.backoffice import Backoffice, UnmatchedPayments
from bot.memberships.backoffice.books import Books
from bot.memberships.backoffice.export import Export
from bot.memberships.backoffice.offline_payment import OfflinePayments
from bot.memberships.backoffice.resending import Resending
from bot.memberships.catalog.authority import Authorities
from bot.memberships.orders.checkouts import Checkouts
from bot.memberships.orders.receipts import Receipts
from bot.memberships.orders.settlement import Settlement
from bot.outbox import Outbox
from bot.payments.port import PaymentProvider
from bot.ports import ChatServer
from bot.work import Queue


class BackofficeParts(NamedTuple):
    """What owners see of orders and money, and what they do by hand."""

    backoffice: Backoffice
    books: Books
    offline_payments: OfflinePayments
    resending: Resending
    export: Export


def backoffice_parts(
    *,
    db: Database,
    clock: Clock,
    queue: Queue,
    server: ChatServer,
    outbox: Outbox,
    texts: Catalog,
    providers: Mapping[str, PaymentProvider],
    settlement: Settlement,
    checkouts: Checkouts,
    receipts: Receipts,
    authorities: Authorities,
    unmatched_payments: UnmatchedPayments,
) -> BackofficeParts:
    """Build the room."""
    return BackofficeParts(
        Backoffice(
            db=db,
            clock=clock,
            queue=queue,
            providers=providers,
            settlement=settlement,
            checkouts=checkouts,
            unmatched_payments=unmatched_payments,
        ),
        Books(
            db=db,
            clock=clock,
            queue=queue,
            providers=providers,
            settlement=settlement,
            checkouts=checkouts,
            outbox=outbox,
            texts=texts,
        ),
        OfflinePayments(
            db=db,
            clock=clock,
            queue=queue,
            providers=providers,
            settlement=settlement,
            authorities=authorities,
            zone=texts.community.zone,
        ),
        Resending(
            db=db,
            clock=clock,
            queue=queue,
            server=server,
            outbox=outbox,
            texts=texts,
            checkouts=checkouts,
            receipts=receipts,
        ),
        Export(db, clock, texts.community.zone),
    )
