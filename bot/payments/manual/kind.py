"""Bank transfers as the registry knows them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.findings import Finding
from bot.payments.kind import Deployment, Installed, ProviderContext, ProviderKind
from bot.payments.manual.epc import Account
from bot.payments.manual.provider import ManualProvider
from bot.payments.manual.settings import ManualSettings

if TYPE_CHECKING:
    from bot.i18n import Language


def _install(settings: ManualSettings, context: ProviderContext) -> Installed | None:
    if not settings.open:
        return None
    account = (
        Account(settings.beneficiary, settings.iban, settings.bic)
        if settings.beneficiary and settings.iban
        else None
    )
    return Installed(
        provider=ManualProvider(
            settings.instructions.strip(),
            settings.currencies,
            valid_for=timedelta(days=settings.valid_days),
            account=account,
        )
    )


def _check(settings: ManualSettings, at: Deployment, t: Language) -> Iterator[Finding]:
    if bool(settings.instructions.strip()) != bool(settings.currencies):
        yield Finding(
            "manual-half",
            t(
                "Bank transfers are off: of payments.manual, only {setting} is filled in.",
                setting="instructions" if settings.instructions.strip() else "currencies",
            ),
            t("Fill in both payments.manual.instructions and payments.manual.currencies, or neither."),
        )
    if bool(settings.iban) != bool(settings.beneficiary):
        yield Finding(
            "manual-qr",
            t(
                "Bank transfers have no QR code: of payments.manual, only {setting} is filled in.",
                setting="iban" if settings.iban else "beneficiary",
            ),
            t("Fill in both payments.manual.iban and payments.manual.beneficiary, or neither."),
        )


MANUAL = ProviderKind(
    name="manual",
    label=lambda t: t("By bank transfer"),
    settings=ManualSettings,
    install=_install,
    check=_check,
    scan=lambda t: t("Scan this with your banking app: account, amount and reference are then filled in."),
)
