"""Stripe's amounts, which equal ours with a few exceptions (docs.stripe.com/currencies, "Special cases")."""

from __future__ import annotations

import re

from bot.currencies import DECIMALS, rounding
from bot.errors import NeedsAction
from bot.money import Money

LARGEST = 99_999_999
"""Eight digits, in every currency that we know of."""

# UGX and ISK have no decimals, but Stripe counts them in hundredths. For ISK, so do we.
_FACTOR = {"UGX": 100}
_SMALLEST = {
    "USD": 50,
    "AED": 200,
    "AUD": 50,
    "BGN": 100,
    "BRL": 50,
    "CAD": 50,
    "CHF": 50,
    "CZK": 1500,
    "DKK": 250,
    "EUR": 50,
    "GBP": 30,
    "HKD": 400,
    "HUF": 17500,
    "INR": 50,
    "JPY": 50,
    "MXN": 1000,
    "MYR": 200,
    "NOK": 300,
    "NZD": 50,
    "PLN": 200,
    "RON": 200,
    "SEK": 300,
    "SGD": 50,
    "THB": 1000,
}
"""The smallest charge in each currency in which Stripe settles, in Stripe's units."""

_CODES = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF CLP "
    "CNY COP CRC CVE CZK DJF DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR "
    "ISK JMD JOD JPY KES KGS KHR KMF KRW KWD KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MUR MVR MWK MXN "
    "MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SEK SGD SHP SLE "
    "SOS SRD STD SZL THB TJS TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW"
)
CURRENCIES = frozenset(_CODES.split(" ")) & DECIMALS.keys()
"""The currencies that Stripe charges in, without those that were withdrawn."""


def takes(money: Money) -> bool:
    """Can Stripe charge this amount of this currency? Whether the account can is known only by asking it."""
    amount = to_stripe(money)
    smallest = max(_SMALLEST.get(money.currency, 1), 1)
    fractions = money.amount % rounding(money.currency)  # of ISK, or thousandths of KWD: never charged
    return money.currency in CURRENCIES and smallest <= amount <= LARGEST and not fractions


def to_stripe(money: Money) -> int:
    """The amount as Stripe counts it."""
    return money.amount * _FACTOR.get(money.currency, 1)


def from_stripe(amount: object, currency: object) -> Money:
    """Money from Stripe: an integer (never 500.0, "500" or True) and three small letters; otherwise NeedsAction."""
    if type(amount) is not int or not 0 <= amount <= 10**14:
        raise NeedsAction("payment-mismatch", "Stripe sent an invalid amount")
    if type(currency) is not str or not re.fullmatch(r"[a-z]{3}", currency):
        raise NeedsAction("payment-mismatch", "Stripe sent an invalid currency")
    factor = _FACTOR.get(currency.upper(), 1)
    if amount % factor:
        raise NeedsAction(
            "payment-mismatch",
            "Stripe sent a fraction of the smallest unit of {currency}",
            currency=currency.upper(),
        )
    return Money(amount // factor, currency.upper())
