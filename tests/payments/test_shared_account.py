"""A provider's account that another shop uses too: its events are no business of the owner's."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from bot.payments import store
from bot.payments.port import Headers, ProviderNotice
from bot.payments.tables import inbox
from bot.payments.wiring import wire_inbox
from tests.memberships.shop import GUILD, FakeProvider, opened


class SharedAccount(FakeProvider):
    """A provider whose account another shop uses too: its webhooks only name an object."""

    def verify(self, headers: Headers, body: bytes, now: datetime) -> ProviderNotice:
        object_id = body.decode()
        return ProviderNotice(f"evt_{object_id}", "charge.succeeded", about=object_id)

    async def order_of(self, about: str) -> tuple[int, int] | None:
        return (GUILD, 12345) if about.startswith("lost") else await super().order_of(about)


async def test_events_of_another_shop_on_the_account_are_not_the_owner_s_business(tmp_path: Path) -> None:
    """No sign of ours is on them; what carries ids of ours, and belongs to no order here, is listed."""
    async with opened(tmp_path) as shop:
        shared = SharedAccount(now=shop.now)
        intake, wiring = wire_inbox(shop.core, {"bank": shared}, shop.service.order_callbacks)
        shop.worker.handlers.update(wiring.handlers)

        for n in range(30):
            await intake.receive(shared, [], f"ch_{n}".encode())
        await intake.receive(shared, [], b"lost_1")
        await shop.worker.run_due()

        async with shop.db.read() as db:
            listed = await store.unmatched(db, GUILD, unnamed=True)
            ignored = await db.execute(select(inbox.c.event_id).where(inbox.c.state == "ignored"))
        assert [payment.object_id for payment in listed] == ["lost_1"]
        assert len(ignored.all()) == 30
