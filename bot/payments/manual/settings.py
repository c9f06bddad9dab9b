"""`[payments.manual]`."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from bot.currencies import read_currency
from bot.errors import UserError
from bot.payments.manual.epc import LONGEST_NAME
from bot.section import Section

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")


def _iban(typed: str) -> str:
    """An account's number without spaces, its check digits (ISO 7064, modulo 97) verified; "" for none."""
    number = re.sub(r"\s", "", typed).upper()
    if not number:
        return ""
    if not _IBAN.fullmatch(number) or int(_digits(number[4:] + number[:4])) % 97 != 1:
        raise ValueError("it is not an IBAN: a digit is wrong or missing")
    return number


def _digits(text: str) -> str:
    """Letters as the numbers 10 to 35 (ISO 13616)."""
    return "".join(str(int(character, 36)) for character in text)


def _bic(typed: str) -> str:
    """A bank's code of 8 or 11 characters; "" for none."""
    code = re.sub(r"\s", "", typed).upper()
    if code and not _BIC.fullmatch(code):
        raise ValueError("it is not a BIC: a BIC has 8 or 11 letters and digits")
    return code


def _beneficiary(typed: str) -> str:
    """A name on one line that fits into a QR code for transfers."""
    name = typed.strip()
    if (
        len(name) > LONGEST_NAME
        or not name.isprintable()
        or any(ord(character) > 0xFFFF for character in name)
    ):
        raise ValueError(f"it is a name of at most {LONGEST_NAME} characters on one line")
    return name


def _currency(typed: str) -> str:
    """A currency that prices can be in; its code in capitals."""
    try:
        return read_currency(typed)
    except UserError as error:
        raise ValueError(str(error)) from None


class ManualSettings(Section):
    """Bank transfer and the like. Off unless `instructions` and `currencies` are filled in.

    With `iban` and `beneficiary`, pay cards in EUR also show a QR code for banking apps.
    """

    instructions: Annotated[str, Field(max_length=1500)] = ""
    currencies: list[Annotated[str, AfterValidator(_currency)]] = []  # noqa: RUF012 # pydantic copies it
    valid_days: Annotated[int, Field(ge=1, le=60)] = 7
    iban: Annotated[str, AfterValidator(_iban)] = ""
    bic: Annotated[str, AfterValidator(_bic)] = ""
    beneficiary: Annotated[str, AfterValidator(_beneficiary)] = ""

    @property
    def open(self) -> bool:
        """Can anybody pay like this?"""
        return bool(self.instructions.strip() and self.currencies)
