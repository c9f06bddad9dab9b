"""The registry of payment providers: what is set up is there, under its own name."""

from __future__ import annotations

from pathlib import Path

from bot.clock import SystemClock
from bot.payments.registry import PROVIDERS, Surroundings, open_till, providers
from bot.settings import Settings
from tests.stage import settings


def made(set_up: Settings) -> dict[str, str]:
    """Line of the registry → the name that its provider gives itself."""
    till = open_till(set_up, SystemClock(), lambda: "")
    around = Surroundings(set_up, lambda: "http://127.0.0.1", till)
    return {line: provider.name for line, provider in providers(around).items()}


def test_every_provider_has_the_name_of_its_line(tmp_path: Path) -> None:
    """The name stands in addresses and in every row: under another one its webhooks would find nobody."""
    found = made(
        settings(
            tmp_path, PAYMENTS__STRIPE__SECRET_KEY="sk_test_1", PAYMENTS__MANUAL__INSTRUCTIONS="To Olivia",
            PAYMENTS__MANUAL__CURRENCIES='["EUR"]',
        )
    )  # fmt: skip

    assert found == {line: line for line in PROVIDERS}


def test_what_is_not_set_up_is_not_there(tmp_path: Path) -> None:
    assert made(settings(tmp_path, PAYMENTS__TILL__ENABLED="false")) == {}
