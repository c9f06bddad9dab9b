"""Stripe as the registry knows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.findings import Finding
from bot.payments.kind import Deployment, Installed, ProviderContext, ProviderKind
from bot.payments.stripe.settings import StripeSettings

if TYPE_CHECKING:
    from bot.i18n import Language


def _install(settings: StripeSettings, context: ProviderContext) -> Installed | None:
    from bot.payments.stripe.setup import set_up  # imports HTTP, which reading the settings does not need

    provider = set_up(settings, context)
    return Installed(provider=provider) if provider else None


def _check(settings: StripeSettings, at: Deployment, t: Language) -> Iterator[Finding]:
    if at.sandboxed or not settings.key:
        return
    if "_test_" in settings.key[:8]:
        yield Finding(
            "play-money",
            t("payments.stripe.secret_key is a test key: members get paid roles without paying."),
            t("Put in the live key before you sell anything."),
        )
    if at.public_url and not any(secret.get_secret_value().strip() for secret in settings.webhook_secrets):
        yield Finding(
            "stripe-webhook",
            t("payments.stripe.webhook_secrets is empty, so Stripe cannot report to Lyceum."),
            t(
                "Payments are found by asking, some seconds later. docs/stripe.md tells how to make the webhook."
            ),
        )


STRIPE = ProviderKind(
    name="stripe",
    label=lambda t: t("By card"),
    settings=StripeSettings,
    install=_install,
    check=_check,
)
