"""Webhooks without Discord: HTTP on loopback, a real inbox, the memberships' Shop, the till's signatures."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import select

from bot.clock import real_now
from bot.db import Writer
from bot.memberships.model import Order
from bot.payments import webhooks
from bot.payments.inbox import Inbox
from bot.payments.port import Fact, Headers, ProviderNotice
from bot.payments.tables import inbox
from bot.payments.till.provider import TillProvider
from bot.payments.till.signing import HEADER, sign
from bot.payments.wiring import wire_inbox
from bot.web.server import WebServer
from bot.work.tables import work
from tests.memberships.shop import GUILD, Shop, opened

SECRET = b"the till's secret"
PATIENCE = 0.8  # seconds for a body, or for a head


class SigningProvider(TillProvider):
    """Signs like the till, for the Shop's provider. `poison`: the id of an event that becomes one that cannot be stored."""

    name = "bank"
    poison = ""

    def verify(self, headers: Headers, body: bytes, now: datetime) -> ProviderNotice:
        notice = super().verify(headers, body, now)
        return (
            ProviderNotice("\ud800", notice.kind, notice.fact) if notice.event_id == self.poison else notice
        )


@dataclass
class WebhookHarness:
    """A Shop with a web server."""

    shop: Shop
    intake: Inbox
    signer: SigningProvider
    web: WebServer
    session: aiohttp.ClientSession
    defect: set[int]  # the orders of which nothing can be settled

    @property
    def url(self) -> str:
        return f"{self.web.url}/hooks/bank"

    def signed(
        self, body: bytes, *, by: timedelta = timedelta(0), secret: bytes = SECRET
    ) -> list[tuple[str, str]]:
        """The header of a signature made `by` from now."""
        return [(HEADER, sign(secret, body, real_now() + by))]

    async def post(self, body: Any, headers: Any = None) -> int:
        """Send it; the status."""
        async with self.session.post(self.url, data=body, headers=headers) as answer:
            await answer.read()
            return answer.status

    async def send(self, body: bytes, **how: Any) -> int:
        """Send it as the bank would."""
        return await self.post(body, self.signed(body, **how))

    async def states(self) -> list[str]:
        """What the inbox says of its events."""
        async with self.shop.db.read() as db:
            return sorted((await db.execute(select(inbox.c.state))).scalars())

    async def jobs(self) -> int:
        """How many events are to be settled, or were."""
        async with self.shop.db.read() as db:
            return len((await db.execute(select(work.c.id).where(work.c.kind == "order.settle"))).all())


def event(order: Order | None, id_: str = "evt_1", **changes: Any) -> bytes:
    """A payment of this order, or of none of ours; with a field changed."""
    what = {
        "id": f"pay_{id_}",
        "checkout": order.ref if order else "co_none",
        "reference": f"{GUILD}-{order.id if order else 12345}",
        "amount": order.price.amount if order else 1900,
        "currency": order.price.currency if order else "USD",
    }
    body = {
        "id": id_,
        "kind": "payment.succeeded",
        "at": "2026-11-02T08:00:00+00:00",
        "object": {**what, **changes},
    }
    return json.dumps(body, separators=(",", ":")).encode()


@contextlib.asynccontextmanager
async def webhook_harness(folder: Path, secret: bytes = SECRET) -> AsyncGenerator[WebhookHarness]:
    """A WebhookHarness without tiers or orders."""
    async with opened(folder) as shop:
        signer = SigningProvider(secret, lambda: "", lambda: "")
        orders, defect = shop.service.order_callbacks, set[int]()

        async def settle(tx: Writer, provider: str, facts: Sequence[Fact]) -> bool:
            if any(fact.order_id in defect for fact in facts):
                raise RuntimeError("a defect")
            return await orders.settle(tx, provider, facts)

        intake, wiring = wire_inbox(shop.core, {"bank": signer}, replace(orders, settle=settle))
        shop.worker.handlers.update(wiring.handlers)
        web = WebServer("127.0.0.1", 0, webhooks.routes(intake, slowest=PATIENCE), idle=PATIENCE)
        await web.start()
        connector = aiohttp.TCPConnector(limit=64)
        async with aiohttp.ClientSession(connector=connector) as session:
            yield WebhookHarness(shop, intake, signer, web, session, defect)
        await web.stop()


@dataclass
class Slow:
    """A socket that sends some bytes and waits."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def answer(self) -> bytes:
        """All that the server sends until it hangs up."""
        try:
            return await self.reader.read()
        except ConnectionError:
            return b""
        finally:
            self.writer.close()


async def slow(harness: WebhookHarness, start: bytes) -> Slow:
    """Open a socket and send `start`."""
    host, _, port = harness.web.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(start)
    await writer.drain()
    return Slow(reader, writer)
