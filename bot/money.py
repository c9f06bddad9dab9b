"""Money: an integer in the currency's smallest unit, beside its ISO 4217 code. Never a float."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from bot.currencies import decimals, decimals_shown, read_currency, step
from bot.errors import UserError

_LARGEST = 10**12


@dataclass(frozen=True)
class Money:
    """`amount` in the smallest unit (cents, fen, yen) of `currency` (three capital letters)."""

    amount: int
    currency: str

    def decimal(self) -> Decimal:
        """The amount in whole units, exact."""
        return Decimal(self.amount).scaleb(-decimals(self.currency))

    def __str__(self) -> str:
        """For logs; people read `Language.money`."""
        return f"{self.plain()} {self.currency}"

    def plain(self) -> str:
        """The amount as a person may type it: "19.90", and "1500" for ISK."""
        return f"{self.decimal():.{decimals_shown(self.amount, self.currency)}f}"


def parse_money(text: str, currency: str) -> Money:
    """Read a price that a person typed ("19.90") in `currency`.

    Raises UserError when `parse_amount` does, and for a currency that prices cannot be in.
    """
    return parse_amount(text, read_currency(currency))


def parse_amount(text: str, code: str) -> Money:
    """Read an amount that a person typed in the currency of an order, which may have been withdrawn since.

    Raises UserError when it is not a number above zero with at most the currency's decimals.
    """
    if not re.fullmatch(r"-?[0-9]{1,20}(\.[0-9]{1,20})?", text.strip(), re.ASCII):
        raise UserError("“{price}” is not a price. Write it like 19 or 19.90.", price=text[:20])
    scaled = Decimal(text.strip()).scaleb(decimals(code))
    amount = int(scaled)
    if scaled != amount and decimals(code):
        raise UserError(
            "{currency} has at most {digits} decimals. Write the price like that.",
            currency=code,
            digits=decimals(code),
        )
    if scaled != amount or amount % step(code):
        raise UserError("{currency} has no decimals. Write a whole number.", currency=code)
    if not 0 < amount <= _LARGEST:
        raise UserError("The price must be above 0 and below a million million.")
    return Money(amount, code)
