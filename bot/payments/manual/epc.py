"""The content of a QR code that fills in a euro transfer in banking apps ("GiroCode").

The format is the European Payments Council's EPC069-12, version 002: at most 331 bytes, twelve elements, one per line,
with nothing after the last one that is given; error correction M.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.money import Money

LONGEST_NAME = 70  # characters
MOST = 99_999_999_999  # cents
MOST_BYTES = 331


@dataclass(frozen=True)
class Account:
    """The account that the money goes to. `bic` may be "" within the European Economic Area."""

    beneficiary: str
    iban: str
    bic: str = ""


def transfer(account: Account, money: Money, reference: str) -> str | None:
    """The content for one transfer; None when the format cannot hold it: it knows only euros and limits the amount."""
    if money.currency != "EUR" or not 0 < money.amount <= MOST:
        return None
    content = "\n".join(
        (
            "BCD",
            "002",
            "1",  # UTF-8
            "SCT",  # a SEPA credit transfer
            account.bic,
            account.beneficiary,
            account.iban,
            f"EUR{money.decimal():.2f}",
            "",  # no purpose code
            "",  # no structured reference: that would have to be an ISO 11649 one
            reference,
        )
    )
    return content if len(content.encode()) <= MOST_BYTES else None
