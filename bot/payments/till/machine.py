"""The provider's side of the till: checkouts, play payments, refunds, webhooks redelivered until 2xx."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import structlog

from bot.clock import Clock, real_now
from bot.db import Database, Writer
from bot.keyfile import own_secret
from bot.money import Money
from bot.payments.till import store
from bot.payments.till.signing import HEADER, sign
from bot.payments.till.store import Refund, TillCheckout
from bot.payments.till.tables import metadata

LONGEST_WAIT = 300.0  # seconds between two tries to deliver
FIRST_TRY = 10.0  # seconds for which the buyer's browser waits for the first one

log = structlog.get_logger(__name__)


class TillRefused(Exception):
    """The till does not do this; the text tells the shop why."""


class Till:
    """Keeps its own file, `till.db`; `shop` is asked for the address to send webhooks to at each delivery.

    `deliveries`: how often each webhook is sent (0 never, 2 duplicated); `delay`: seconds to wait before.
    """

    def __init__(
        self, folder: Path, clock: Clock, shop: Callable[[], str], *, deliveries: int, delay: float
    ) -> None:
        self.secret = own_secret(folder / "till.key", lambda: secrets.token_hex(32).encode())
        self._db = Database(folder / "till.db")
        self._clock = clock
        self._shop = shop
        self._deliveries = deliveries
        self._delay = delay
        self._news = asyncio.Event()
        self._tried: dict[str, asyncio.Event] = {}
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Make the file if it is not there."""
        async with self._db.write() as tx:
            await tx.run_sync(metadata.create_all)
            await store.hurry(tx, real_now())

    def start(self) -> None:
        """From here on webhooks go out."""
        self._task = asyncio.create_task(self._deliver_for_ever(), name="till deliveries")

    async def close(self) -> None:
        """Send no more; what is not delivered is sent after the next start."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self._db.close()

    def open_now(self, slip: TillCheckout) -> bool:
        """Can this still be paid?"""
        return slip.paid_by is None and self._clock.now() < slip.expires_at

    async def look(self, checkout_id: str) -> TillCheckout | None:
        """What is known about a checkout; changes nothing."""
        async with self._db.read() as db:
            return await store.slip(db, id_=checkout_id)

    async def create(self, reference: str, title: str, money: Money, expires_at: datetime) -> TillCheckout:
        """Open a checkout of 128 random bits; the same reference gives the same one again."""
        async with self._db.write() as tx:
            if await store.slip(tx, reference=reference) is None:
                await store.open_checkout(
                    tx=tx,
                    id_=secrets.token_hex(16),
                    reference=reference,
                    title=title,
                    money=money,
                    now=self._clock.now(),
                    expires_at=expires_at,
                )
            slip = await store.slip(tx, reference=reference)
        assert slip is not None  # noqa: S101 # made above
        if slip.money != money:
            raise TillRefused("this reference was opened for another amount")
        return slip

    async def shut(self, checkout_id: str) -> TillCheckout | None:
        """Take no more money at this checkout; harmless when it is paid or over."""
        async with self._db.write() as tx:
            await store.close_checkout(tx, checkout_id, self._clock.now())
            return await store.slip(tx, id_=checkout_id)

    async def pay(self, checkout_id: str) -> None:
        """Take the play money, once. Raises Refused when the checkout is over."""
        await self._attempt(checkout_id, paid=True)

    async def decline(self, checkout_id: str) -> None:
        """Let this attempt fail; another may follow."""
        await self._attempt(checkout_id, paid=False)

    async def refund(self, payment_id: str, money: Money | None, key: str) -> TillCheckout:
        """Give back `money`, or all that is left; the same key gives it back once. Raises Refused.

        Asking for what was given back already changes nothing: the slip tells.
        """
        event = None
        async with self._db.write() as tx:
            slip = await store.slip(tx, payment_id=payment_id)
            if slip is None or (money is not None and money.currency != slip.money.currency):
                raise TillRefused("no such payment")
            rest = slip.money.amount - slip.refunded
            wanted = rest if money is None else money.amount
            if rest == 0 or f"{payment_id}:{key}" in {refund.key for refund in slip.refunds}:
                return slip
            if wanted > rest:
                raise TillRefused("more than what is left")
            refund = Refund("re_" + secrets.token_hex(8), f"{payment_id}:{key}", wanted, self._clock.now())
            await store.add_refund(tx, refund.id, payment_id, refund.key, wanted, refund.at)
            event = await self._tell(
                tx, "refund.succeeded", _told(refund.id, slip, wanted, payment_id), refund.at
            )
            slip = await store.slip(tx, payment_id=payment_id)
        assert slip is not None  # noqa: S101 # it was there before
        await self._first_try(event)
        return slip

    async def _attempt(self, checkout_id: str, *, paid: bool) -> None:
        now = self._clock.now()
        async with self._db.write() as tx:
            slip = await store.slip(tx, id_=checkout_id)
            if slip is None:
                raise TillRefused("no such checkout")
            if slip.paid_by is not None:
                return
            if not self.open_now(slip):
                raise TillRefused("expired")
            made = "pay_" + secrets.token_hex(8)
            await store.add_attempt(tx, made, checkout_id, now, paid=paid)
            kind = "payment.succeeded" if paid else "payment.declined"
            event = await self._tell(tx, kind, _told(made, slip, slip.money.amount, None), now)
        await self._first_try(event)

    async def _tell(self, tx: Writer, kind: str, what: dict[str, Any], at: datetime) -> str | None:
        """A webhook to send; its id when somebody may wait for the first try."""
        if self._deliveries == 0:
            return None
        id_ = "evt_" + secrets.token_hex(8)
        event = {"id": id_, "kind": kind, "at": at.isoformat(), "object": what}
        body = json.dumps(event, separators=(",", ":")).encode()
        await store.add_event(tx, id_, body, self._deliveries, real_now() + timedelta(seconds=self._delay))
        if self._delay > 0:
            return None
        self._tried[id_] = asyncio.Event()
        return id_

    async def _first_try(self, event: str | None) -> None:
        """Let the shop hear of it before the buyer is sent back, as real checkouts do; but not for ever."""
        self._news.set()
        tried = self._tried.get(event or "")
        if tried is not None and self._task is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(tried.wait(), FIRST_TRY)
        self._tried.pop(event or "", None)

    async def _deliver_for_ever(self) -> None:
        timeout = aiohttp.ClientTimeout(total=10)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while True:
                self._news.clear()
                async with self._db.read() as db:
                    due = await store.due_events(db, real_now())
                for id_, body, tries in due:
                    await self._deliver(session, id_, body, tries)
                async with self._db.read() as db:
                    upcoming = await store.next_event(db)
                wait = None if upcoming is None else max((upcoming - real_now()).total_seconds(), 0.01)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), wait)

    async def _deliver(self, session: aiohttp.ClientSession, id_: str, body: bytes, tries: int) -> None:
        headers = {HEADER: sign(self.secret, body, real_now()), "Content-Type": "application/json"}
        try:
            async with session.post(f"{self._shop()}/hooks/till", data=body, headers=headers) as answer:
                accepted = 200 <= answer.status < 300
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.debug("a webhook could not be delivered", error=type(error).__name__)
            accepted = False
        wait = 0.0 if accepted else min(0.5 * 2 ** min(tries, 12), LONGEST_WAIT)
        async with self._db.write() as tx:
            await store.note_delivery(tx, id_, real_now() + timedelta(seconds=wait), accepted=accepted)
        if id_ in self._tried:
            self._tried[id_].set()


def _told(id_: str, slip: TillCheckout, amount: int, payment_id: str | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": id_,
        "checkout": slip.id,
        "reference": slip.reference,
        "amount": amount,
        "currency": slip.money.currency,
    }
    return told if payment_id is None else {**told, "payment": payment_id}
