"""The currencies that Lyceum knows: which may be sold in, and how many decimals their amounts have.

The one source for arithmetic and display, so that the amount that is shown is the amount that is stored and charged.
CLDR, which names and writes currencies for us, leaves decimals away where people do (RSD, LBP); ISO 4217 has them.
"""

from __future__ import annotations

from bot.errors import UserError

# ISO 4217's currencies with their minor units, without funds, metals and test codes. Where the list differs from ISO,
# the amounts that are stored already decide: ISK is counted in hundredths (as Stripe does), MGA in whole ariary
# (Stripe and CLDR agree), IQD and LYD in hundredths (no provider ever took thousandths of them).
_BY_DECIMALS = {
    0: "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF UGX VND VUV XAF XOF XPF",
    2: """
        AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC
        CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD
        IRR ISK JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR
        MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD
        SSP STN SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD XCG YER ZAR ZMW ZWG
    """,
    3: "BHD JOD KWD OMR TND",
}
DECIMALS = {code: decimals for decimals, codes in _BY_DECIMALS.items() for code in codes.split()}
"""How many decimals the amounts of each currency have, for every currency that a price may be in."""

_WHOLE_ONLY = {"ISK": 100}
"""Currencies without decimals that are counted in hundredths all the same: amounts must be a multiple of this."""

_MEANT = {
    "CNY": "RMB CNH CNX YUAN RENMINBI",
    "JPY": "YEN",
    "EUR": "EURO BGN DEM ATS BEF CYP EEK ESP FIM FRF GRD HRK IEP ITL LTL LUF LVL MTL NLG PTE SIT SKK",
    "USD": "DOLLAR DOLLARS $ US$ ECS SVC",
    "GBP": "STG UKP POUND",
    "KRW": "WON",
    "TWD": "NTD NT$",
    "HKD": "HK$",
    "ILS": "NIS",
    "INR": "RUPEE",
    "RUB": "RUR",
    "BYN": "BYR BYB",
    "CUP": "CUC",
    "MRU": "MRO",
    "SLE": "SLL",
    "STN": "STD",
    "VES": "VEF VEB VED",
    "XCG": "ANG",
    "ZMW": "ZMK",
    "ZWG": "ZWL ZWD ZWR",
    "TRY": "TRL",
    "RON": "ROL",
    "MZN": "MZM",
    "GHS": "GHC",
    "SDG": "SDD",
    "SRD": "SRG",
    "AZN": "AZM",
    "TMT": "TMM",
    "AOA": "AOR",
    "MXN": "MXV MXP",
    "CHF": "CHE CHW",
    "CLP": "CLF",
    "UYU": "UYI UYW",
    "AFN": "AFA",
    "PLN": "PLZ",
    "UAH": "UAK",
}
_WRITTEN = {word: code for code, words in _MEANT.items() for word in words.split()}
"""The code for what people write instead, and for what a withdrawn currency became."""

_NO_CURRENCY = "BTC XBT ETH LTC XRP SOL USDT USDC XAU XAG XPT XPD XDR XXX XTS"
"""Coins, metals and test codes, which are near to a code only by their letters."""

# When several codes are one letter away from what was typed, the first of these is meant.
_OFTEN = "USD EUR CNY JPY GBP INR BRL CAD AUD CHF KRW TWD HKD SGD MXN PLN SEK NOK DKK CZK TRY"
_ORDER = [*_OFTEN.split(" "), *sorted(DECIMALS)]


def decimals(code: str) -> int:
    """How many decimals the amounts of this currency have; 2 for one that is no longer, or was never, sold in."""
    return DECIMALS.get(code, 2)


def decimals_shown(amount: int, code: str) -> int:
    """How many decimals to show an amount with: all of them, but none for whole ISK."""
    step = _WHOLE_ONLY.get(code)
    return 0 if step is not None and amount % step == 0 else decimals(code)


def step(code: str) -> int:
    """An amount that a person states in this currency is a multiple of this many of its stored units."""
    return _WHOLE_ONLY.get(code, 1)


def rounding(code: str) -> int:
    """An amount that is reckoned, such as a discounted price, is rounded to a multiple of this many stored units.

    Of currencies with three decimals cards pay no thousandths (docs.stripe.com/currencies).
    """
    return 10 if decimals(code) == 3 else step(code)


def read_currency(typed: str) -> str:
    """The code that was typed, in capitals. UserError for one that may not be sold in, with the one that was meant."""
    code = typed.strip().upper()
    if code in DECIMALS:
        return code
    meant = _nearest(code)
    if meant is not None:
        raise UserError(
            "“{currency}” is not a currency that prices can be in. Did you mean {meant}? Then write that.",
            currency=typed.strip()[:20],
            meant=meant,
        )
    raise UserError(
        "“{currency}” is not a currency code. Use three letters, such as USD, EUR or CNY.",
        currency=typed.strip()[:20],
    )


def _nearest(code: str) -> str | None:
    if code in _WRITTEN:
        return _WRITTEN[code]
    if code in _NO_CURRENCY.split():
        return None
    return next((known for known in _ORDER if _one_slip(code, known)), None)


def _one_slip(typed: str, code: str) -> bool:
    """Is one letter wrong, missing, too many, or are two neighbours swapped?"""
    if len(typed) == len(code):
        differing = [n for n, (one, other) in enumerate(zip(typed, code, strict=True)) if one != other]
        return len(differing) == 1 or (
            len(differing) == 2
            and differing[1] == differing[0] + 1
            and typed[differing[0]] == code[differing[1]]
            and typed[differing[1]] == code[differing[0]]
        )
    longer, shorter = sorted((typed, code), key=len, reverse=True)
    return len(longer) == len(shorter) + 1 and any(
        longer[:n] + longer[n + 1 :] == shorter for n in range(len(longer))
    )
