"""Money: an integer in the currency's smallest unit, beside its ISO 4217 code. Never a float."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from bot.errors import UserError

# ISO 4217 minor units that differ from 2 (Stripe's list of zero- and three-decimal currencies).
_EXPONENTS = {
    **dict.fromkeys(
        (
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "JPY",
            "KMF",
            "KRW",
            "MGA",
            "PYG",
            "RWF",
            "UGX",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ),
        0,
    ),
    **dict.fromkeys(("BHD", "JOD", "KWD", "OMR", "TND"), 3),
}
_LARGEST = 10**12


@dataclass(frozen=True)
class Money:
    """`amount` in the smallest unit (cents, fen, yen) of `currency` (three capital letters)."""

    amount: int
    currency: str

    def decimal(self) -> Decimal:
        """The amount in whole units, exact."""
        return Decimal(self.amount).scaleb(-exponent(self.currency))


def exponent(currency: str) -> int:
    """How many decimals the currency has: 0, 2 or 3."""
    return _EXPONENTS.get(currency, 2)


def parse_money(text: str, currency: str) -> Money:
    """Read a price that a person typed ("19.90") in `currency`.

    Raises UserError when it is not a number above zero with at most the currency's decimals.
    """
    code = currency.strip().upper()
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise UserError(
            "“{currency}” is not a currency code. Use three letters, such as USD, EUR or CNY.",
            currency=currency[:20],
        )
    if not re.fullmatch(r"-?[0-9]{1,20}(\.[0-9]{1,20})?", text.strip(), re.ASCII):
        raise UserError("“{price}” is not a price. Write it like 19 or 19.90.", price=text[:20])
    scaled = Decimal(text.strip()).scaleb(exponent(code))
    amount = int(scaled)
    if scaled != amount:
        raise UserError(
            "{currency} has at most {digits} decimals. Write the price like that.",
            currency=code,
            digits=exponent(code),
        )
    if not 0 < amount <= _LARGEST:
        raise UserError("The price must be above 0 and below a million million.")
    return Money(amount, code)
