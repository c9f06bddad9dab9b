"""The server side of the till: checkouts, play payments, refunds, webhooks redelivered until 2xx."""

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

PAGE = 100
"""Checkouts on one page of the list."""
LONGEST_WAIT = 300.0  # seconds between two tries to deliver
FIRST_TRY = 10.0  # seconds for which the buyer's browser waits for the first try

log = structlog.get_logger(__name__)


class TillRefused(Exception):
    """The till refuses a request; the text tells the shop why."""


class Till:
    """The till as a server, with its own file `till.db`. `shop` gives the address for webhooks, at each delivery.

    `deliveries`: how often each webhook is sent (0 never, 2 duplicated); `delay`: seconds before the first try.
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
        self._wake = asyncio.Event()
        self._first_tries: dict[str, asyncio.Event] = {}
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Create the file if it does not exist."""
        async with self._db.write() as tx:
            await tx.run_sync(metadata.create_all)
            await store.retry_now(tx, real_now())

    def start(self) -> None:
        """Start delivering webhooks."""
        self._task = asyncio.create_task(self._deliver_for_ever(), name="till deliveries")

    async def close(self) -> None:
        """Stop delivering; the rest is delivered after the next start."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self._db.close()

    def is_open(self, checkout: TillCheckout) -> bool:
        """Can this checkout still be paid?"""
        return checkout.paid_by is None and self._clock.now() < checkout.expires_at

    async def find(self, checkout_id: str) -> TillCheckout | None:
        """The checkout with this id; None when there is none."""
        async with self._db.read() as db:
            return await store.find_checkout(db, id_=checkout_id)

    async def moved(self, since: datetime, until: datetime, after: str) -> list[TillCheckout]:
        """A page of the checkouts that were paid or refunded in `[since, until)`, from the id `after` on; [] at the end."""
        async with self._db.read() as db:
            return await store.moved_checkouts(db, since, until, after, PAGE)

    async def of_payment(self, payment_id: str) -> TillCheckout | None:
        """The checkout that this payment paid; None when there is no such payment."""
        async with self._db.read() as db:
            return await store.find_checkout(db, payment_id=payment_id)

    async def create(self, reference: str, title: str, money: Money, expires_at: datetime) -> TillCheckout:
        """Open a checkout whose id has 128 random bits. The same reference gives the same checkout."""
        async with self._db.write() as tx:
            if await store.find_checkout(tx, reference=reference) is None:
                await store.open_checkout(
                    tx=tx,
                    id_=secrets.token_hex(16),
                    reference=reference,
                    title=title,
                    money=money,
                    now=self._clock.now(),
                    expires_at=expires_at,
                )
            checkout = await store.find_checkout(tx, reference=reference)
        assert checkout is not None  # noqa: S101 # created above
        if checkout.money != money:
            raise TillRefused("this reference was opened for another amount")
        return checkout

    async def close_checkout(self, checkout_id: str) -> TillCheckout | None:
        """Take no more money at this checkout; harmless when it is paid or expired."""
        async with self._db.write() as tx:
            await store.close_checkout(tx, checkout_id, self._clock.now())
            return await store.find_checkout(tx, id_=checkout_id)

    async def pay(self, checkout_id: str) -> None:
        """Take the play money, once. Raises TillRefused when the checkout has expired."""
        await self._attempt(checkout_id, paid=True)

    async def decline(self, checkout_id: str) -> None:
        """Record a declined attempt; another may follow."""
        await self._attempt(checkout_id, paid=False)

    async def refund(self, payment_id: str, money: Money | None, key: str) -> TillCheckout:
        """Refund `money`, or all that is left, once per `key`. Raises TillRefused.

        When nothing is left or the key was used, nothing changes: the returned checkout shows the refunds.
        """
        event = None
        async with self._db.write() as tx:
            checkout = await store.find_checkout(tx, payment_id=payment_id)
            if checkout is None or (money is not None and money.currency != checkout.money.currency):
                raise TillRefused("no such payment")
            rest = checkout.money.amount - checkout.refunded
            amount = rest if money is None else money.amount
            if rest == 0 or f"{payment_id}:{key}" in {refund.key for refund in checkout.refunds}:
                return checkout
            if amount > rest:
                raise TillRefused("more than what is left")
            refund = Refund("re_" + secrets.token_hex(8), f"{payment_id}:{key}", amount, self._clock.now())
            await store.add_refund(tx, refund.id, payment_id, refund.key, amount, refund.at)
            event = await self._add_webhook(
                tx, "refund.succeeded", _event_object(refund.id, checkout, amount, payment_id), refund.at
            )
            checkout = await store.find_checkout(tx, payment_id=payment_id)
        assert checkout is not None  # noqa: S101 # it was there before
        await self._await_first_try(event)
        return checkout

    async def _attempt(self, checkout_id: str, *, paid: bool) -> None:
        now = self._clock.now()
        async with self._db.write() as tx:
            checkout = await store.find_checkout(tx, id_=checkout_id)
            if checkout is None:
                raise TillRefused("no such checkout")
            if checkout.paid_by is not None:
                return
            if not self.is_open(checkout):
                raise TillRefused("expired")
            attempt_id = "pay_" + secrets.token_hex(8)
            await store.add_attempt(tx, attempt_id, checkout_id, now, paid=paid)
            kind = "payment.succeeded" if paid else "payment.declined"
            event = await self._add_webhook(
                tx, kind, _event_object(attempt_id, checkout, checkout.money.amount, None), now
            )
        await self._await_first_try(event)

    async def _add_webhook(self, tx: Writer, kind: str, content: dict[str, Any], at: datetime) -> str | None:
        """Add a webhook. Returns its id if the caller should wait for the first try."""
        if self._deliveries == 0:
            return None
        id_ = "evt_" + secrets.token_hex(8)
        event = {"id": id_, "kind": kind, "at": at.isoformat(), "object": content}
        body = json.dumps(event, separators=(",", ":")).encode()
        await store.add_event(tx, id_, body, self._deliveries, real_now() + timedelta(seconds=self._delay))
        if self._delay > 0:
            return None
        self._first_tries[id_] = asyncio.Event()
        return id_

    async def _await_first_try(self, event: str | None) -> None:
        """Let the shop receive the webhook before the buyer is sent back, as real checkouts do, up to a limit."""
        self._wake.set()
        tried = self._first_tries.get(event or "")
        if tried is not None and self._task is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(tried.wait(), FIRST_TRY)
        self._first_tries.pop(event or "", None)

    async def _deliver_for_ever(self) -> None:
        timeout = aiohttp.ClientTimeout(total=10)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while True:
                self._wake.clear()
                async with self._db.read() as db:
                    due = await store.due_events(db, real_now())
                for id_, body, tries in due:
                    await self._deliver(session, id_, body, tries)
                async with self._db.read() as db:
                    upcoming = await store.next_event(db)
                wait = None if upcoming is None else max((upcoming - real_now()).total_seconds(), 0.01)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), wait)

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
        if id_ in self._first_tries:
            self._first_tries[id_].set()


def _event_object(id_: str, checkout: TillCheckout, amount: int, payment_id: str | None) -> dict[str, Any]:
    content: dict[str, Any] = {
        "id": id_,
        "checkout": checkout.id,
        "reference": checkout.reference,
        "amount": amount,
        "currency": checkout.money.currency,
    }
    return content if payment_id is None else {**content, "payment": payment_id}
