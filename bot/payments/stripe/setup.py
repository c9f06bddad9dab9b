"""Stripe from its settings: off without a key, and real money never moves in the sandbox."""

from __future__ import annotations

import structlog

from bot.payments.kind import Deployment
from bot.payments.stripe.library import StripeConnection
from bot.payments.stripe.provider import StripeProvider
from bot.payments.stripe.settings import StripeSettings

log = structlog.get_logger(__name__)


def set_up(settings: StripeSettings, at: Deployment) -> StripeProvider | None:
    """The provider; None when it is off."""
    if not settings.key:
        return None
    connection = StripeConnection(settings.key, account=settings.account, api=settings.api)
    if connection.live and at.sandboxed:
        log.warning("Stripe stays off: a live key moves real money, and this is the sandbox. Use a test key")
        return None
    if not connection.live and not at.sandboxed:
        log.warning("Stripe runs with a test key: members get paid roles without paying")
    return StripeProvider(connection, [secret.get_secret_value() for secret in settings.webhook_secrets])
