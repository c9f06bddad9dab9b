"""The queries of the till's own file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, update

from bot.db import Reader, Writer
from bot.money import Money
from bot.payments.till.tables import attempt, checkout, event, refund


@dataclass(frozen=True)
class Refund:
    """A refund of play money."""

    id: str
    key: str
    amount: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class TillCheckout:
    """Everything that the till knows about one checkout. `paid_by` is the id of its payment."""

    id: str
    reference: str
    title: str
    money: Money
    expires_at: datetime
    paid_by: str | None
    paid_at: datetime | None
    declined: bool
    refunds: tuple[Refund, ...]

    @property
    def refunded(self) -> int:
        """The sum of the refunds so far."""
        return sum(refund.amount for refund in self.refunds)


async def find_checkout(
    db: Reader, *, id_: str = "", reference: str = "", payment_id: str = ""
) -> TillCheckout | None:
    """The checkout with this id, reference or payment, whichever is given."""
    query = select(checkout)
    if payment_id:
        query = query.where(
            checkout.c.id == select(attempt.c.paid).where(attempt.c.id == payment_id).scalar_subquery()
        )
    elif reference:
        query = query.where(checkout.c.reference == reference)
    else:
        query = query.where(checkout.c.id == id_)
    row = (await db.execute(query)).one_or_none()
    if row is None:
        return None
    attempts = (
        await db.execute(select(attempt).where(attempt.c.checkout_id == row.id).order_by(attempt.c.at))
    ).all()
    paid = next((attempt_row for attempt_row in attempts if attempt_row.paid), None)
    refund_query = (
        select(refund)
        .where(refund.c.payment_id == (paid.id if paid else ""))
        .order_by(refund.c.at, refund.c.id)
    )
    refunds = tuple(
        Refund(refund_row.id, refund_row.key, refund_row.amount, refund_row.at)
        for refund_row in await db.execute(refund_query)
    )
    return TillCheckout(
        id=row.id,
        reference=row.reference,
        title=row.title,
        money=Money(row.amount, row.currency),
        expires_at=row.expires_at,
        paid_by=paid.id if paid else None,
        paid_at=paid.at if paid else None,
        declined=bool(attempts) and paid is None,
        refunds=refunds,
    )


async def moved_checkouts(
    db: Reader, since: datetime, until: datetime, after: str, limit: int
) -> list[TillCheckout]:
    """The checkouts that were paid or refunded in `[since, until)`: `limit` of them, by id, beyond the id `after`."""
    given_back = select(refund.c.payment_id).where(refund.c.at >= since, refund.c.at < until)
    paid = attempt.c.paid.is_not(None) & (attempt.c.paid > after)
    moved = ((attempt.c.at >= since) & (attempt.c.at < until)) | attempt.c.id.in_(given_back)
    query = select(attempt.c.paid).where(paid & moved).order_by(attempt.c.paid).limit(limit)
    found = [await find_checkout(db, id_=str(id_)) for id_ in (await db.execute(query)).scalars()]
    return [checkout for checkout in found if checkout is not None]


async def open_checkout(
    *, tx: Writer, id_: str, reference: str, title: str, money: Money, now: datetime, expires_at: datetime
) -> None:
    """Add a checkout."""
    await tx.execute(
        insert(checkout).values(
            id=id_,
            reference=reference,
            title=title,
            amount=money.amount,
            currency=money.currency,
            created_at=now,
            expires_at=expires_at,
        )
    )


async def close_checkout(tx: Writer, id_: str, now: datetime) -> None:
    """Let a checkout that is still open expire now."""
    open_ = (checkout.c.id == id_) & (checkout.c.expires_at > now)
    await tx.execute(update(checkout).where(open_).values(expires_at=now))


async def add_attempt(tx: Writer, id_: str, checkout_id: str, now: datetime, *, paid: bool) -> None:
    """Record that somebody pressed Pay or Decline."""
    await tx.execute(
        insert(attempt).values(id=id_, checkout_id=checkout_id, paid=checkout_id if paid else None, at=now)
    )


async def add_refund(tx: Writer, id_: str, payment_id: str, key: str, amount: int, now: datetime) -> None:
    """Add a refund."""
    await tx.execute(insert(refund).values(id=id_, payment_id=payment_id, key=key, amount=amount, at=now))


async def add_event(tx: Writer, id_: str, body: bytes, wanted: int, next_at: datetime) -> None:
    """Add a webhook to deliver `wanted` times."""
    await tx.execute(
        insert(event).values(id=id_, body=body, wanted=wanted, delivered=0, tries=0, next_at=next_at)
    )


async def due_events(db: Reader, real: datetime) -> Sequence[tuple[str, bytes, int]]:
    """(id, body, tries) of the webhooks to send now, longest due first."""
    query = select(event.c.id, event.c.body, event.c.tries).where(
        event.c.delivered < event.c.wanted, event.c.next_at <= real
    )
    return [
        (row.id, row.body, row.tries) for row in await db.execute(query.order_by(event.c.next_at).limit(50))
    ]


async def next_event(db: Reader) -> datetime | None:
    """When the next webhook is due; None when there is none."""
    query = (
        select(event.c.next_at).where(event.c.delivered < event.c.wanted).order_by(event.c.next_at).limit(1)
    )
    return (await db.execute(query)).scalar()


async def note_delivery(tx: Writer, id_: str, next_at: datetime, *, accepted: bool) -> None:
    """Record a delivery: accepted, or to be repeated at `next_at`."""
    await tx.execute(
        update(event)
        .where(event.c.id == id_)
        .values(
            delivered=event.c.delivered + (1 if accepted else 0),
            tries=0 if accepted else event.c.tries + 1,
            next_at=next_at,
        )
    )


async def retry_now(tx: Writer, real: datetime) -> None:
    """After a start, retry webhooks in backoff now. A delay before the first try stays."""
    waiting = (event.c.delivered < event.c.wanted) & (event.c.tries > 0)
    await tx.execute(update(event).where(waiting).values(next_at=func.min(event.c.next_at, real)))
