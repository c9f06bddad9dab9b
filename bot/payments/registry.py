"""Every provider that Lyceum knows, in the order in which one is picked for a purchase."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from bot.clock import Clock
from bot.payments.manual import ManualProvider
from bot.payments.port import PaymentProvider
from bot.payments.stripe import StripeProvider
from bot.payments.stripe.library import Line
from bot.payments.till import Till, TillProvider
from bot.settings import Settings

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Surroundings:
    """What a provider may need. `address` is our web server, "" until it listens; the till sits there too."""

    settings: Settings
    address: Callable[[], str]
    till: Till | None

    def public(self) -> str:
        """The address under which members reach our pages."""
        return (self.settings.web.public_url or self.address()).rstrip("/")


Maker = Callable[[Surroundings], PaymentProvider | None]
"""Makes the provider, or returns None when it is not set up."""


def _till(around: Surroundings) -> PaymentProvider | None:
    return TillProvider(around.till.secret, around.address, around.public) if around.till else None


def _stripe(around: Surroundings) -> PaymentProvider | None:
    stripe = around.settings.payments.stripe
    key = stripe.secret_key.get_secret_value() if stripe.secret_key else ""
    if not key:
        return None
    line = Line(key, account=stripe.account, api=stripe.api)
    if line.live and around.settings.sandboxed:
        log.warning("Stripe stays off: a live key moves real money, and this is the sandbox. Use a test key")
        return None
    if not line.live and not around.settings.sandboxed:
        log.warning("Stripe runs with a test key: members get paid roles without paying")
    return StripeProvider(line, [secret.get_secret_value() for secret in stripe.webhook_secrets])


def _manual(around: Surroundings) -> PaymentProvider | None:
    manual = around.settings.payments.manual
    return ManualProvider(manual.instructions.strip(), manual.currencies) if manual.open else None


PROVIDERS: dict[str, Maker] = {
    "stripe": _stripe,
    "till": _till,
    "manual": _manual,
}


def providers(around: Surroundings) -> dict[str, PaymentProvider]:
    """The providers that are set up, by name."""
    made = {name: make(around) for name, make in PROVIDERS.items()}
    return {name: provider for name, provider in made.items() if provider is not None}


def open_till(settings: Settings, clock: Clock, address: Callable[[], str]) -> Till | None:
    """The till, unless it is off. With a real Discord token play money must be asked for by name."""
    till = settings.payments.till
    if not till.enabled:
        return None
    if not settings.sandboxed and not till.play_money:
        log.warning(
            "the till stays closed: it moves play money only. payments.till.play_money = true opens it"
        )
        return None
    return Till(settings.folder, clock, address, deliveries=till.deliveries, delay=till.delay)
