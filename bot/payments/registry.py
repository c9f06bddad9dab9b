"""Every provider that Lyceum knows. A new one needs a package, and here a section and a line in PROVIDERS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from bot.findings import Finding
from bot.payments.kind import (
    Deployment,
    Installed,
    ProviderContext,
    ProviderKind,
    Providers,
    scan_with_phone,
)
from bot.payments.manual.kind import MANUAL
from bot.payments.manual.settings import ManualSettings
from bot.payments.stripe.kind import STRIPE
from bot.payments.stripe.settings import StripeSettings
from bot.payments.till.kind import TILL
from bot.payments.till.settings import TillSettings
from bot.section import Section

if TYPE_CHECKING:
    from bot.i18n import Language


class ProviderSections(Section):
    """The settings of every provider: `[payments.<name>]`."""

    till: TillSettings = TillSettings()
    stripe: StripeSettings = StripeSettings()
    manual: ManualSettings = ManualSettings()


PROVIDERS: dict[str, ProviderKind[Any]] = {
    "stripe": STRIPE,
    "till": TILL,
    "manual": MANUAL,
}
"""In the order in which a provider is picked for a purchase."""


def install(sections: ProviderSections, context: ProviderContext) -> Providers:
    """The providers that are set up."""
    results = {name: kind.install(getattr(sections, name), context) for name, kind in PROVIDERS.items()}
    return Providers(
        {name: installed for name, installed in results.items() if isinstance(installed, Installed)}
    )


def findings(sections: ProviderSections, at: Deployment, t: Language) -> Iterator[Finding]:
    """The doctor's findings about the providers' settings."""
    for name, kind in PROVIDERS.items():
        yield from kind.check(getattr(sections, name), at, t)


def label(t: Language, name: str) -> str:
    """The name of a way to pay, as members see it."""
    kind = PROVIDERS.get(name)
    return name.capitalize() if kind is None else kind.label(t)


def scan_words(t: Language, name: str) -> str:
    """The sentence above this provider's QR code: what to scan it with."""
    kind = PROVIDERS.get(name)
    return scan_with_phone(t) if kind is None else kind.scan(t)


def is_by_hand(name: str) -> bool:
    """Does the owner note the payments of this provider's orders? They may come in parts."""
    kind = PROVIDERS.get(name)
    return kind is not None and kind.by_hand


def play_money_words(t: Language) -> str:
    """The line on every card about money when none of it is real."""
    return t("-# This server uses the till: it moves **play money** only. Nothing real is charged.")
