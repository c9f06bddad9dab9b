"""A whole Lyceum with Stripe beside it: Ann buys in Discord, pays at Stripe, and gets her role; and loses it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.clock import real_now
from bot.demo.people import buttons
from tests.payments.counter import events, post, roles, shop
from tests.payments.stripe.counter import HEADER
from tests.payments.stripe.server import FakeStripe
from tests.payments.stripe.test_webhooks import BODY, FORGERIES, signed
from tests.stage import Stage, staged


@asynccontextmanager
async def opened(folder: Path, fake: FakeStripe, secrets: str, **more: str) -> AsyncGenerator[Stage]:
    """The community of today, since Stripe lives in real time. Gold is on sale."""
    told = {
        "PAYMENTS__STRIPE__SECRET_KEY": fake.key,
        "PAYMENTS__STRIPE__API": fake.url,
        "PAYMENTS__STRIPE__ACCOUNT": fake.account,
        "PAYMENTS__STRIPE__WEBHOOK_SECRETS": secrets,
        "PAYMENTS__TILL__ENABLED": "false",
    }
    async with staged(folder, clock=real_now().isoformat(), empty=False, **told, **more) as stage:
        await shop(stage)
        yield stage


async def checkout(stage: Stage, fake: FakeStripe) -> str:
    """The session behind the link that Ann gets."""
    answer = await stage.slash("ann", "membership buy", plan="Gold")
    [url] = [button["url"] for button in buttons(answer["message"]) if "url" in button]
    [session] = fake.books.all("checkout.session")
    assert url == session["url"]
    return str(session["id"])


def hook(stage: Stage) -> str:
    return f"{stage.app.web.url}/hooks/stripe"


async def test_webhooks_in_any_order_give_and_take_the_role(tmp_path: Path, fake: FakeStripe) -> None:
    async with opened(tmp_path, fake, f'["whsec_old", "{fake.secret}"]') as stage:
        ref = await checkout(stage, fake)
        fake.shop.pay(ref)
        assert set(await fake.deliver(hook(stage), reversed(fake.events), times=2)) == {200}
        await stage.settled()
        assert "Gold" in await roles(stage)

        fake.shop.refund(fake.books.get(ref, "checkout.session")["payment_intent"])
        assert set(await fake.deliver(hook(stage))) == {200}
        await stage.settled()

        assert "Gold" not in await roles(stage)
        assert len(await events(stage)) == len(fake.events)  # each once, though sent twice


async def test_forgeries_leave_no_trace(tmp_path: Path, fake: FakeStripe) -> None:
    async with opened(tmp_path, fake, f'["{fake.secret}"]') as stage:
        sendable = [
            (body, headers)
            for body, headers in FORGERIES.values()
            if all(value.isascii() for _, value in headers)
        ]
        statuses = [await post(hook(stage), body, headers) for body, headers in sendable]
        statuses.append(
            await post(hook(stage), BODY, [(HEADER, signed(BODY, secret="guessed", at=real_now()))])
        )

        assert len(statuses) >= 20 and set(statuses) == {400}
        assert await events(stage) == []


@pytest.mark.parametrize("secrets", ["[]", '[""]'])
async def test_without_a_secret_there_is_no_address_and_asking_fulfils(
    tmp_path: Path, fake: FakeStripe, secrets: str
) -> None:
    async with opened(tmp_path, fake, secrets, PAYMENTS__POLL_SECONDS="0.2") as stage:
        fake.shop.pay(await checkout(stage, fake))
        assert await fake.deliver(hook(stage)) == [404, 404]

        async with asyncio.timeout(20):
            while "Gold" not in await roles(stage):  # noqa: ASYNC110 # the polling is on real time
                await asyncio.sleep(0.05)

        assert await events(stage) == []
