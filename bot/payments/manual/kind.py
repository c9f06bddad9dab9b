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


EEA = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IS",
        "IT",
        "LI",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "NO",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)
"""The countries of the European Economic Area, as IBANs begin."""


def _install(settings: ManualSettings, context: ProviderContext) -> Installed | None:
    if not settings.open:
        return None
    account = (
        Account(settings.beneficiary, settings.iban, settings.bic)
        if settings.beneficiary and settings.iban and not _bic_missing(settings)
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

    elif _bic_missing(settings):
        yield Finding(
            "manual-qr",
            t("Bank transfers have no QR code: your account is outside the European Economic Area."),
            t("Fill in payments.manual.bic too, or leave payments.manual.iban empty."),
        )


def _bic_missing(settings: ManualSettings) -> bool:
    """Outside the European Economic Area the code needs the bank's BIC (EPC069-12, version 002)."""
    return bool(settings.iban) and settings.iban[:2] not in EEA and not settings.bic


MANUAL = ProviderKind(
    name="manual",
    label=lambda t: t("By bank transfer"),
    settings=ManualSettings,
    install=_install,
    check=_check,
    scan=lambda t: t("Scan this with your banking app: account, amount and reference are then filled in."),
    by_hand=True,
)
