"""What commands and forms about orders offer and ask for."""

from __future__ import annotations

from discord.app_commands import Choice, locale_str

from bot.discord.forms import Field
from bot.i18n import Language
from bot.memberships.model import OrderStatus

STATES = [
    Choice(name=locale_str("waits for payment"), value=OrderStatus.PENDING.value),
    Choice(name=locale_str("paid"), value=OrderStatus.PAID.value),
    Choice(name=locale_str("in review"), value=OrderStatus.REVIEW.value),
    Choice(name=locale_str("disputed"), value=OrderStatus.DISPUTED.value),
    Choice(name=locale_str("refunded"), value=OrderStatus.REFUNDED.value),
    Choice(name=locale_str("expired"), value=OrderStatus.EXPIRED.value),
    Choice(name=locale_str("cancelled"), value=OrderStatus.CANCELLED.value),
]


def refund(t: Language) -> list[Field]:
    """How much goes back."""
    hint = t("Leave it empty for the whole price.")
    return [Field("amount", t("Amount"), hint, required=False, longest=20)]


def paid(t: Language) -> list[Field]:
    """How much came, and on which day."""
    amount = t("Leave it empty if everything that was open has come.")
    arrived = t("Like 2026-11-30. Leave it empty for today.")
    return [
        Field("amount", t("Amount"), amount, required=False, longest=20),
        Field("arrived", t("Day on which it came"), arrived, required=False, longest=20),
    ]


def correction(t: Language) -> list[Field]:
    """What really came or went."""
    hint = t("The true amount of the last note. Leave it empty if nothing came or nothing went back.")
    return [Field("amount", t("What it really was"), hint, required=False, longest=20)]
