"""The registry of payment providers: what is set up is there, under its own name."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.errors import NeedsAction
from bot.payments.kind import ProviderContext
from bot.payments.manual.provider import ManualProvider
from bot.payments.port import PaymentProvider, Subscriptions, by_hand, subscriptions_of
from bot.payments.registry import PROVIDERS, ProviderSections, install
from bot.payments.stripe.provider import StripeProvider
from bot.settings import Settings
from tests.community import settings


def context(set_up: Settings) -> ProviderContext:
    """What providers get from these settings."""
    return ProviderContext(
        folder=set_up.folder,
        clock=SystemClock(),
        address=lambda: "http://127.0.0.1",
        sandboxed=set_up.sandboxed,
        public_url=set_up.web.public_url,
    )


def made(set_up: Settings) -> dict[str, PaymentProvider]:
    """Line of the registry → provider."""
    return install(set_up.payments, context(set_up)).by_name


def all_set_up(folder: Path) -> dict[str, PaymentProvider]:
    """Every provider that there is."""
    return made(
        settings(
            folder,
            PAYMENTS__STRIPE__SECRET_KEY="sk_test_1",
            PAYMENTS__MANUAL__INSTRUCTIONS="To Olivia",
            PAYMENTS__MANUAL__CURRENCIES='["EUR"]',
        )
    )


def test_every_provider_has_the_name_of_its_line(tmp_path: Path) -> None:
    """The name stands in addresses and in every row: under another one its webhooks would find nobody."""
    found = all_set_up(tmp_path)

    assert {line: provider.name for line, provider in found.items()} == {line: line for line in PROVIDERS}
    assert {line: kind.name for line, kind in PROVIDERS.items()} == {line: line for line in PROVIDERS}


def test_every_provider_has_a_section_of_its_own_kind() -> None:
    sections = {name: field.annotation for name, field in ProviderSections.model_fields.items()}

    assert sections == {line: kind.settings for line, kind in PROVIDERS.items()}


def test_what_is_not_set_up_is_not_there(tmp_path: Path) -> None:
    assert made(settings(tmp_path, PAYMENTS__TILL__ENABLED="false")) == {}


def test_who_has_no_subscriptions_says_so_and_has_no_stubs_for_them(tmp_path: Path) -> None:
    found = all_set_up(tmp_path)

    assert {name for name, provider in found.items() if isinstance(provider, Subscriptions)} == {"stripe"}
    assert isinstance(subscriptions_of(found["stripe"]), StripeProvider)
    with pytest.raises(NeedsAction, match="till has no subscriptions"):
        subscriptions_of(found["till"])


def test_only_what_the_owner_alone_sees_is_by_hand(tmp_path: Path) -> None:
    found = all_set_up(tmp_path)

    assert {name for name, provider in found.items() if by_hand(provider)} == {"manual"}
    assert by_hand(None) is None


def test_a_transfer_waits_as_long_as_the_owner_says(tmp_path: Path) -> None:
    set_up = settings(
        tmp_path,
        PAYMENTS__MANUAL__INSTRUCTIONS="To Olivia",
        PAYMENTS__MANUAL__CURRENCIES='["EUR"]',
        PAYMENTS__MANUAL__VALID_DAYS="3",
    )
    manual = made(set_up)["manual"]

    assert isinstance(manual, ManualProvider)
    assert manual.valid_for == timedelta(days=3)
