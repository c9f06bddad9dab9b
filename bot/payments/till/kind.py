"""The till as the registry knows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.findings import Finding
from bot.payments.kind import Deployment, Installed, ProviderContext, ProviderKind
from bot.payments.till.settings import TillSettings

if TYPE_CHECKING:
    from bot.i18n import Language


def _install(settings: TillSettings, context: ProviderContext) -> Installed | None:
    from bot.payments.till.setup import (
        set_up,  # imports a database and HTTP, which reading the settings does not need
    )

    return set_up(settings, context)


def _check(settings: TillSettings, at: Deployment, t: Language) -> Iterator[Finding]:
    if settings.play_money and not at.sandboxed:
        yield Finding(
            "play-money",
            t("payments.till.play_money is on: members get paid roles without paying."),
            t("Turn it off before you sell anything."),
        )


TILL = ProviderKind(
    name="till",
    label=lambda t: t("At the till (play money)"),
    settings=TillSettings,
    install=_install,
    check=_check,
)
