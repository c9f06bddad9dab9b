"""What an owner sets up: when Stripe is on, what the doctor says, what a wrong key is told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.discord.doctor import before_discord
from bot.errors import ConfigurationError
from bot.i18n import Catalog
from bot.payments.stripe.provider import StripeProvider
from tests.community import settings
from tests.payments import test_registry


def test_it_is_on_with_a_key_alone(tmp_path: Path) -> None:
    assert "stripe" not in made(tmp_path)
    assert "stripe" not in made(tmp_path, SECRET_KEY="")
    assert not made(tmp_path, SECRET_KEY="sk_test_1")["stripe"].receives_webhooks
    assert not made(tmp_path, SECRET_KEY="sk_test_1", WEBHOOK_SECRETS='[""]')["stripe"].receives_webhooks
    assert made(tmp_path, SECRET_KEY="sk_test_1", WEBHOOK_SECRETS='["whsec_1"]')["stripe"].receives_webhooks


def test_a_live_key_stays_out_of_the_sandbox(tmp_path: Path) -> None:
    assert "stripe" not in made(tmp_path, SECRET_KEY="sk_live_1")


def made(folder: Path, **stripe: str) -> dict[str, StripeProvider]:
    """The providers with these settings of Stripe."""
    told = {f"PAYMENTS__STRIPE__{name}": value for name, value in stripe.items()}
    found = test_registry.made(settings(folder, **told))
    return {name: one for name, one in found.items() if isinstance(one, StripeProvider)}


def test_the_library_is_not_loaded_before_it_is_needed() -> None:
    """It takes most of a second, and nothing of it is needed to be ready."""
    asked = "import sys, bot.payments.registry; print('stripe' in sys.modules)"

    said = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, timeout=60, check=True
    )

    assert said.stdout == "False\n"


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({"LOG__LEVEL": "INFO"}, "no-public-url"),
        ({"PAYMENTS__STRIPE__SECRET_KEY": "sk_live_1"}, "no-public-url"),
        ({"PAYMENTS__STRIPE__SECRET_KEY": "rk_test_1"}, "no-public-url play-money"),
        ({"PAYMENTS__MANUAL__INSTRUCTIONS": "To Olivia"}, "no-public-url manual-half"),
        ({"PAYMENTS__MANUAL__CURRENCIES": '["EUR"]'}, "no-public-url manual-half"),
        ({"PAYMENTS__MANUAL__IBAN": "DE89 3704 0044 0532 0130 00"}, "no-public-url manual-qr"),
        ({"PAYMENTS__MANUAL__BENEFICIARY": "Olivia"}, "no-public-url manual-qr"),
        ({"PAYMENTS__TILL__PLAY_MONEY": "true"}, "no-public-url play-money"),
        (
            {"PAYMENTS__MANUAL__INSTRUCTIONS": "To Olivia", "PAYMENTS__MANUAL__CURRENCIES": '["EUR"]'},
            "no-public-url",
        ),
        (
            {"PAYMENTS__STRIPE__SECRET_KEY": "sk_live_1", "WEB__PUBLIC_URL": "https://x.example"},
            "stripe-webhook",
        ),
        (
            {
                "PAYMENTS__STRIPE__SECRET_KEY": "sk_live_1",
                "WEB__PUBLIC_URL": "https://x.example",
                "PAYMENTS__STRIPE__WEBHOOK_SECRETS": '["whsec_1"]',
            },
            "",
        ),
    ],
)
def test_the_doctor_says_what_is_missing(tmp_path: Path, more: dict[str, str], found: str) -> None:
    told = settings(tmp_path, DISCORD__TOKEN="x.y.z", **more)

    t = Catalog(told.community.language, told.community.timezone).community

    assert {finding.id for finding in before_discord(told, t)} - {"file-readable"} == set(found.split())


@pytest.mark.parametrize("key", ["pk_live_1", "whsec_1", "sk_1", "acct_1", "sk_live_", "sk_live_ü"])
def test_what_is_no_secret_key_is_refused_and_not_shown(tmp_path: Path, key: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        settings(tmp_path, PAYMENTS__STRIPE__SECRET_KEY=key)

    assert "payments.stripe.secret_key is wrong" in str(refused.value)
    assert "sk_live_, rk_live_, sk_test_ or rk_test_" in str(refused.value)
    assert f"'{key}'" not in str(refused.value)


def test_secrets_are_not_shown_in_the_settings(tmp_path: Path) -> None:
    told = settings(
        tmp_path,
        PAYMENTS__STRIPE__SECRET_KEY="sk_test_abc",
        PAYMENTS__STRIPE__WEBHOOK_SECRETS='["whsec_abc"]',
    )

    assert "abc" not in repr(told)
