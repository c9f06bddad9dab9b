"""A Stripe on this machine, and our side of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.payments.stripe.provider import StripeProvider
from tests.payments.stripe.counter import bought, monthly, provider_of
from tests.payments.stripe.server import FakeStripe


@pytest.fixture
async def fake() -> AsyncIterator[FakeStripe]:
    """A test account."""
    async with FakeStripe() as opened:
        yield opened


@pytest.fixture
def stripe(fake: FakeStripe) -> StripeProvider:
    """Lyceum, set up for that account."""
    return provider_of(fake)


@pytest.fixture
async def gold(fake: FakeStripe, stripe: StripeProvider) -> str:
    """Ann pays 9 dollars a month. The ref of her checkout."""
    return await bought(fake, stripe, monthly())
