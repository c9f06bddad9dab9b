"""A whole Lyceum with Stripe beside it: Ann buys in Discord, pays at Stripe, and gets her role; and loses it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.clock import real_now
from bot.demo.people import buttons
from tests.community import Community, running_community
from tests.payments.counter import events, post, roles, shop
from tests.payments.stripe.counter import HEADER
from tests.payments.stripe.server import FakeStripe
from tests.payments.stripe.test_webhooks import BODY, FORGERIES, signed


@asynccontextmanager
async def opened(folder: Path, fake: FakeStripe, secrets: str, **more: str) -> AsyncGenerator[Community]:
    """The community of today, since Stripe lives in real time. Gold is on sale."""
    told = {
        "PAYMENTS__STRIPE__SECRET_KEY": fake.key,
        "PAYMENTS__STRIPE__API": fake.url,
        "PAYMENTS__STRIPE__ACCOUNT": fake.account,
        "PAYMENTS__STRIPE__WEBHOOK_SECRETS": secrets,
        "PAYMENTS__TILL__ENABLED": "false",
    }
    async with running_community(
        folder, clock=real_now().isoformat(), empty=False, **told, **more
    ) as community:
        await shop(community)
        yield community


async def checkout(community: Community, fake: FakeStripe) -> str:
    """The session behind the link that Ann gets."""
    answer = await community.slash("ann", "membership buy", plan="Gold")
    [url] = [button["url"] for button in buttons(answer["message"]) if "url" in button]
    [session] = fake.books.all("checkout.session")
    assert url == session["url"]
    return str(session["id"])


def hook(community: Community) -> str:
    return f"{community.app.web.url}/hooks/stripe"


async def test_webhooks_in_any_order_give_and_take_the_role(tmp_path: Path, fake: FakeStripe) -> None:
    async with opened(tmp_path, fake, f'["whsec_old", "{fake.secret}"]') as community:
        ref = await checkout(community, fake)
        fake.shop.pay(ref)
        assert set(await fake.deliver(hook(community), reversed(fake.events), times=2)) == {200}
        await community.settled()
        assert "Gold" in await roles(community)

        fake.shop.refund(fake.books.get(ref, "checkout.session")["payment_intent"])
        assert set(await fake.deliver(hook(community))) == {200}
        await community.settled()

        assert "Gold" not in await roles(community)
        assert len(await events(community)) == len(fake.events)  # each once, though sent twice


async def test_forgeries_leave_no_trace(tmp_path: Path, fake: FakeStripe) -> None:
    async with opened(tmp_path, fake, f'["{fake.secret}"]') as community:
        sendable = [
            (body, headers)
            for body, headers in FORGERIES.values()
            if all(value.isascii() for _, value in headers)
        ]
        statuses = [await post(hook(community), body, headers) for body, headers in sendable]
        statuses.append(
            await post(hook(community), BODY, [(HEADER, signed(BODY, secret="guessed", at=real_now()))])
        )

        assert len(statuses) >= 20 and set(statuses) == {400}
        assert await events(community) == []


@pytest.mark.parametrize("secrets", ["[]", '[""]'])
async def test_without_a_secret_there_is_no_address_and_asking_fulfils(
    tmp_path: Path, fake: FakeStripe, secrets: str
) -> None:
    async with opened(tmp_path, fake, secrets, PAYMENTS__POLL_SECONDS="0.2") as community:
        fake.shop.pay(await checkout(community, fake))
        assert await fake.deliver(hook(community)) == [404, 404]

        async with asyncio.timeout(20):
            while "Gold" not in await roles(community):  # noqa: ASYNC110 # the polling is on real time
                await asyncio.sleep(0.05)

        assert await events(community) == []
