"""The QR code of a bank transfer: what banking apps read, and how it stands on the pay card."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import aiohttp
import pytest
import segno.helpers

from bot.errors import ConfigurationError
from bot.money import Money
from bot.payments.manual.epc import MOST, Account, transfer
from bot.pictures import qr
from tests.community import Community, running_community, settings
from tests.payments.counter import roles
from tests.pictures.codes import scanned

IBAN = "DE89370400440532013000"
OLIVIA = Account("Olivia Öztürk", IBAN)


def test_it_is_what_the_payments_council_describes() -> None:
    """EPC069-12, version 002: one element a line, nothing after the last."""
    content = transfer(Account("Olivia Öztürk", IBAN, "COBADEFFXXX"), Money(1230, "EUR"), "4711")

    assert content == (f"BCD\n002\n1\nSCT\nCOBADEFFXXX\nOlivia Öztürk\n{IBAN}\nEUR12.30\n\n\n4711")


def test_another_maker_of_such_codes_draws_the_same() -> None:
    theirs = segno.helpers.make_epc_qr("Olivia Öztürk", IBAN, Decimal("12.34"), text="4711", encoding=1)

    content = transfer(OLIVIA, Money(1234, "EUR"), "4711")

    assert content is not None
    ours = segno.make_qr(content, error="m", encoding="utf-8", boost_error=False)
    assert ours.matrix == theirs.matrix


def test_it_knows_euros_only_and_not_every_amount() -> None:
    assert transfer(OLIVIA, Money(1, "EUR"), "1")
    assert transfer(OLIVIA, Money(MOST, "EUR"), "1")
    assert transfer(OLIVIA, Money(0, "EUR"), "1") is None
    assert transfer(OLIVIA, Money(MOST + 1, "EUR"), "1") is None
    assert transfer(OLIVIA, Money(1900, "USD"), "1") is None


def test_whatever_the_settings_allow_fits(tmp_path: Path) -> None:
    """331 bytes is what the format allows, and 70 characters of Chinese are 210 of them."""
    manual = settings(tmp_path, PAYMENTS__MANUAL__BENEFICIARY="咖" * 70).payments.manual
    longest = Account(manual.beneficiary, "MT" + "8" * 32, "COBADEFFXXX")

    content = transfer(longest, Money(MOST, "EUR"), str(2**63 - 1))

    assert content is not None
    assert len(content.encode()) <= 331
    assert scanned(qr.png(content)).bytes == content.encode()


@pytest.mark.parametrize(
    ("setting", "wrong"),
    [
        ("IBAN", "DE89370400440532013001"),
        ("IBAN", "DE98370400440532013000"),
        ("IBAN", "DE8937040044053201300"),
        ("IBAN", "DE89-3704-0044-0532-0130-00"),
        ("IBAN", "89370400440532013000"),
        ("BIC", "COBADEFFXX"),
        ("BIC", "12BADEFF"),
        ("BENEFICIARY", "x" * 71),
        ("BENEFICIARY", "Olivia\nEUR1000"),
        ("BENEFICIARY", "😀"),
    ],
)
def test_a_wrong_account_is_refused_at_the_start(tmp_path: Path, setting: str, wrong: str) -> None:
    with pytest.raises(ConfigurationError, match=f"payments.manual.{setting.lower()} is wrong"):
        settings(tmp_path, **{f"PAYMENTS__MANUAL__{setting}": wrong})


def test_an_account_may_be_typed_as_it_stands_on_paper(tmp_path: Path) -> None:
    manual = settings(tmp_path, PAYMENTS__MANUAL__IBAN=" de89 3704 0044 0532 0130 00 ").payments.manual

    assert manual.iban == IBAN


@pytest.fixture
async def transfers(tmp_path: Path) -> AsyncIterator[Community]:
    """Olivia sells Gold for €19.00 by bank transfer, and has filled in her account."""
    async with running_community(
        tmp_path,
        PAYMENTS__TILL__ENABLED="false",
        PAYMENTS__MANUAL__CURRENCIES='["EUR"]',
        PAYMENTS__MANUAL__INSTRUCTIONS="To Olivia",
        PAYMENTS__MANUAL__IBAN=IBAN,
        PAYMENTS__MANUAL__BENEFICIARY=OLIVIA.beneficiary,
    ) as there:
        await there.discord("olivia", "POST", f"/guilds/{there.guild_id}/roles", {"name": "Gold"})
        await there.slash(
            "olivia", "tier create", name="Gold", price="19.00", currency="EUR", days=30, role="Gold"
        )
        yield there


async def test_the_code_on_the_card_pays_this_order_and_goes_when_it_is_paid(transfers: Community) -> None:
    message = (await transfers.slash("ann", "membership buy", plan="Gold"))["message"]
    [choice] = await transfers.choices("olivia", "order paid", "order", channel="staff")
    order = str(choice["value"])

    [attached] = message["attachments"]
    content = scanned(await download(attached["url"])).text

    assert content == transfer(OLIVIA, Money(1900, "EUR"), order)
    assert "QR code to pay €19.00" in str(message["components"])

    await transfers.slash("olivia", "order paid", channel="staff", order=order, reason="came")
    await transfers.settled()
    assert "Gold" in await roles(transfers)
    shown = next(one for one in await transfers.messages("general", "ann") if one["id"] == message["id"])
    assert shown["attachments"] == []
    assert "QR code" not in str(shown["components"])


async def download(url: str) -> bytes:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return await answer.read()
