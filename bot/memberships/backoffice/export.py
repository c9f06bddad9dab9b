"""Orders and ledger as CSV in which no cell is a formula: members choose some texts, and spreadsheets run formulas."""

from __future__ import annotations

import asyncio
import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.audit import AuditAction, record
from bot.clock import Clock
from bot.db import Database
from bot.errors import UserError
from bot.memberships.backoffice.days import read_day
from bot.memberships.model import Order
from bot.memberships.orders.store import ledger, orders
from bot.memberships.orders.store.ledger import Booking
from bot.money import Money

LARGEST = 8 * 1024 * 1024  # bytes of all files; Discord takes 10 MB with one message
TRIGGERS = frozenset("=+-@\t\r\n\N{MINUS SIGN}")
"""With one of these at the front a spreadsheet computes a cell instead of showing it (OWASP, "CSV Injection")."""

ORDERS = (
    "order",
    "created_utc",
    "state",
    "member",
    "plan",
    "kind",
    "price",
    "currency",
    "renewal",
    "credit",
    "discount",
    "provider",
    "provider_ref",
)
LEDGER = ("booked_utc", "order", "provider", "booking", "account", "debit", "credit", "currency")


@dataclass(frozen=True)
class Exported:
    """Both files, with the number of orders and bookings in `[since, until)`."""

    since: datetime
    until: datetime
    orders: int
    bookings: int
    files: tuple[tuple[str, bytes], ...]


class Export:
    """The command /order export."""

    def __init__(self, db: Database, clock: Clock, zone: ZoneInfo) -> None:
        self._db = db
        self._clock = clock
        self._zone = zone

    async def make(self, guild_id: int, since: str | None, until: str | None, actor: int) -> Exported:
        """Everything ordered or booked from the first to the last day, both included (None: no such limit)."""
        first = read_day(since) if since else None
        last = read_day(until) if until else None
        if first and last and last < first:
            raise UserError("The last day lies before the first. Swap the two dates.")
        start = datetime.combine(first, time.min, self._zone) if first else datetime(2015, 1, 1, tzinfo=UTC)
        end = (
            datetime.combine(last + timedelta(days=1), time.min, self._zone)
            if last
            else self._clock.now() + timedelta(seconds=1)
        )
        async with self._db.read() as db:
            ordered = await orders.between(db, guild_id, start, end)
            booked = await ledger.bookings_between(db, guild_id, start, end)
        # A long list takes a while to write, and the gateway must not wait for it.
        files = await asyncio.to_thread(_files, ordered, booked, f"{first or 'all'}-{last or 'now'}")
        if sum(len(data) for _, data in files) > LARGEST:
            raise UserError(
                "This is more than Discord takes with one message. Choose fewer days and export in parts."
            )
        async with self._db.write() as tx:
            await record(
                tx,
                guild_id=guild_id,
                at=self._clock.now(),
                actor=actor,
                action=AuditAction.ORDER_EXPORTED,
                subject=guild_id,
                since=since,
                until=until,
                orders=len(ordered),
            )
        return Exported(start, end, len(ordered), len(booked), files)


def safe(cell: str) -> str:
    """The cell, with an apostrophe before it if a spreadsheet could take it for a formula.

    Spaces and invisible characters before the sign are skipped, and full-width signs count.
    """
    for character in cell:
        if character in TRIGGERS or unicodedata.normalize("NFKC", character)[:1] in TRIGGERS:
            return "'" + cell
        if not (character.isspace() or unicodedata.category(character) in ("Cf", "Cc", "Zs", "Mn")):
            return cell
    return cell


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with a byte order mark, which Excel needs, every cell quoted and safe."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([safe(cell.replace("\0", "")) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig", "replace")


def _files(ordered: Sequence[Order], booked: Sequence[Booking], days: str) -> tuple[tuple[str, bytes], ...]:
    return (
        (f"orders-{days}.csv", table(ORDERS, map(_order, ordered))),
        (f"ledger-{days}.csv", table(LEDGER, map(_booking, booked))),
    )


def _order(order: Order) -> Sequence[str]:
    return (
        _id(order.id),
        _time(order.created_at),
        order.state.value,
        _id(order.user_id),
        order.tier.name,
        order.duration.kind.value,
        _amount(order.price),
        order.price.currency,
        _amount(order.renewal) if order.renewal else "",
        _amount(order.credit),
        _amount(Money(order.discount, order.price.currency)),
        order.provider,
        order.ref or "",
    )


def _booking(booking: Booking) -> Sequence[str]:
    """Debit and credit have a column each, so that no amount needs a sign."""
    money = booking.delta
    received = _amount(money) if money.amount > 0 else ""
    given = _amount(Money(-money.amount, money.currency)) if money.amount < 0 else ""
    return (
        _time(booking.at),
        _id(booking.order_id),
        booking.provider,
        booking.ref,
        booking.account,
        received,
        given,
        money.currency,
    )


def _id(id_: int) -> str:
    """The id after a "#": a spreadsheet would round its nineteen digits."""
    return f"#{id_}"


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _amount(money: Money) -> str:
    return f"{money.decimal():f}"
