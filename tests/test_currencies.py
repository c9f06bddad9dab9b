"""One table of currencies: what is shown is what is stored and charged, and every code is known or refused."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.core import get_global
from babel.numbers import list_currencies

from bot.currencies import DECIMALS, decimals, read_currency
from bot.errors import ConfigurationError, UserError
from bot.i18n import LANGUAGES, Catalog, Language
from bot.memberships.catalog.durations import read_price
from bot.memberships.model import BillingKind, Duration
from bot.memberships.orders.proration import discounted, exchange
from bot.money import Money, parse_amount, parse_money
from bot.payments.stripe.amounts import CURRENCIES, from_stripe, takes, to_stripe
from bot.settings import load

CATALOG = Catalog("en", ZoneInfo("UTC"))
LANGUAGE = [CATALOG.of(code) for code in LANGUAGES]
AMOUNTS = (1, 9, 50, 99, 100, 150, 199, 1950, 1999, 2000, 199_950, 999_999, 1_000_000, 99_999_999)
EVERY = sorted(list_currencies())

# ISO 4217's minor units for the currencies that Lyceum counts in another unit, and why: see bot/currencies.py.
OTHER_THAN_ISO = {"ISK": 0, "MGA": 2, "IQD": 3, "LYD": 3}
ISO_ZERO = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
ISO_THREE = "BHD IQD JOD KWD LYD OMR TND"


def number_in(text: str) -> Decimal:
    """The number of an amount as it is shown, without the sign of the currency (Lyceum's languages write 1,234.50)."""
    [digits] = re.findall(r"[0-9][0-9,]*(?:\.[0-9]+)?", text)
    return Decimal(digits.replace(",", ""))


@pytest.mark.parametrize("language", LANGUAGE, ids=list(LANGUAGES))
def test_what_is_shown_is_what_is_stored_in_every_currency(language: Language) -> None:
    wrong = [
        (money, language.money(money))
        for currency in EVERY
        for money in (Money(amount, currency) for amount in AMOUNTS)
        if number_in(language.money(money)) != money.decimal()
    ]

    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGE, ids=list(LANGUAGES))
def test_no_two_amounts_look_the_same(language: Language) -> None:
    shown = [language.money(Money(amount, currency)) for currency in DECIMALS for amount in AMOUNTS]

    assert len(set(shown)) == len(shown)


@pytest.mark.parametrize("written", ["1995", "1995.50"])
def test_what_is_typed_is_stored_shown_and_charged(written: str) -> None:
    for currency in sorted(DECIMALS):
        if "." in written and (currency == "ISK" or not decimals(currency)):
            with pytest.raises(UserError, match="no decimals"):
                parse_money(written, currency)
            continue
        money = parse_money(written, currency)
        assert money.decimal() == Decimal(written)
        assert parse_amount(money.plain(), currency) == money
        assert all(number_in(language.money(money)) == Decimal(written) for language in LANGUAGE)
        if takes(money):
            assert from_stripe(to_stripe(money), currency.lower()) == money


def test_the_table_is_iso_4217_but_for_four() -> None:
    iso = {code: 0 if code in ISO_ZERO else 3 if code in ISO_THREE else 2 for code in DECIMALS}

    assert {code: iso[code] for code, digits in DECIMALS.items() if digits != iso[code]} == OTHER_THAN_ISO


def test_the_table_has_every_money_in_use_that_babel_knows() -> None:
    in_use = {
        code
        for rows in get_global("territory_currencies").values()
        for code, _, until, tender in rows
        if tender and until is None
    }

    assert in_use - DECIMALS.keys() == {"BGN"}, (
        "the euro came to Bulgaria with 2026; Babel did not know it yet"
    )
    assert DECIMALS.keys() <= set(EVERY)
    assert DECIMALS.keys() >= CURRENCIES


def test_a_currency_that_is_not_in_use_is_refused() -> None:
    for currency in [*(set(EVERY) - DECIMALS.keys()), "ABC", "BTC", "U$D", "", "€", "US"]:
        with pytest.raises(UserError):
            parse_money("19", currency)
        assert not takes(Money(1900, currency))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("RMB", "CNY"),
        ("yen", "JPY"),
        ("euro", "EUR"),
        ("DEM", "EUR"),
        ("BGN", "EUR"),
        ("HRK", "EUR"),
        ("STD", "STN"),
        ("US", "USD"),
        ("USS", "USD"),
        ("SUD", "USD"),
        ("EURR", "EUR"),
        ("GPB", "GBP"),
        ("NTD", "TWD"),
    ],
)
def test_the_code_that_was_meant_is_said(typed: str, meant: str) -> None:
    with pytest.raises(UserError, match=f"Did you mean {meant}"):
        read_currency(typed)


@pytest.mark.parametrize("typed", ["ABC", "BTC", "XAU", "12"])
def test_what_is_near_to_nothing_is_refused_without_a_guess(typed: str) -> None:
    with pytest.raises(UserError, match="not a currency code"):
        read_currency(typed)


def test_a_bank_account_in_no_currency_is_refused_at_start(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(
        '[sandbox]\n[payments.manual]\ncurrencies = ["EUR", "RMB"]\n', "utf-8"
    )

    with pytest.raises(ConfigurationError, match=r"payments\.manual\.currencies\.1 is wrong") as refused:
        load({}, tmp_path)

    assert "Did you mean CNY?" in str(refused.value)


@pytest.mark.parametrize("kind", [BillingKind.ONCE, BillingKind.TRIAL])
def test_a_tier_in_no_currency_is_refused(kind: BillingKind) -> None:
    with pytest.raises(UserError, match=r"Did you mean CNY\?"):
        read_price(Duration(kind, days=30), "0" if kind is BillingKind.TRIAL else "19", "RMB")


def test_isk_has_no_decimals_but_an_old_price_with_some_is_shown_as_it_is() -> None:
    with pytest.raises(UserError, match="no decimals"):
        parse_money("19.50", "ISK")
    assert parse_money("1950", "isk") == Money(195_000, "ISK")
    assert LANGUAGE[0].money(Money(195_000, "ISK")) == "ISK1,950"
    assert LANGUAGE[0].money(Money(1950, "ISK")) == "ISK19.50"


def test_a_refund_in_a_withdrawn_currency_can_still_be_typed() -> None:
    assert parse_amount("19.50", "BGN") == Money(1950, "BGN")


def test_what_is_left_after_a_discount_or_credit_can_be_charged() -> None:
    month = timedelta(days=30)
    for currency in sorted(CURRENCIES):
        price = parse_money("70000", currency)
        for percent in (1, 15, 33, 50, 99):
            less, exact = discounted(price, percent), price.amount * (100 - percent) / 100
            assert exact - 100 < less.amount <= exact
            assert takes(less) or less.amount < price.amount // 50
        for credit in (1, 7, 12_345, price.amount // 3, price.amount - 1, price.amount, price.amount + 7):
            exchanged = exchange(price, credit, month)
            assert exchanged.due + min(exchanged.used, price.amount) == price.amount
            assert exchanged.used <= credit
            assert takes(Money(exchanged.due, currency)) or exchanged.due < price.amount // 50
