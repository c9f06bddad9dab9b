"""The till by itself: what a careful stranger can and cannot do with its pages."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import real_now
from bot.errors import ConfigurationError
from bot.money import Money
from bot.payments.till.machine import Till, TillRefused
from bot.payments.till.setup import open_till
from bot.settings import Settings, load
from bot.web.pages import preferred
from tests.community import Community
from tests.payments.counter import link, look, post, press, roles, shop
from tests.payments.test_registry import context

PRICE = Money(1900, "USD")


class Now:
    def __init__(self) -> None:
        self.moment = real_now()

    def now(self):  # type: ignore[no-untyped-def]
        return self.moment


async def test_a_checkout_is_paid_once_and_refunded_once(tmp_path: Path) -> None:
    clock = Now()
    till = Till(tmp_path, clock, lambda: "", deliveries=0, delay=0)
    await till.open()
    checkout = await till.create("7-5", "Gold", PRICE, clock.moment + timedelta(minutes=30))
    assert (await till.create("7-5", "Gold", PRICE, clock.moment + timedelta(hours=9))).id == checkout.id

    for _ in range(2):
        await till.pay(checkout.id)
    paid = await till.find(checkout.id)
    assert paid is not None and paid.paid_by is not None
    part = await till.refund(paid.paid_by, Money(900, "USD"), "one")
    again = await till.refund(paid.paid_by, Money(900, "USD"), "one")
    with pytest.raises(TillRefused, match="more than"):
        await till.refund(paid.paid_by, Money(1001, "USD"), "two")
    rest = await till.refund(paid.paid_by, None, "two")
    over = await till.refund(paid.paid_by, None, "three")

    assert [part.refunded, again.refunded, rest.refunded, over.refunded] == [900, 900, 1900, 1900]
    assert len(over.refunds) == 2
    await till.close()


async def test_an_expired_checkout_takes_nothing(tmp_path: Path) -> None:
    clock = Now()
    till = Till(tmp_path, clock, lambda: "", deliveries=0, delay=0)
    await till.open()
    checkout = await till.create("7-5", "Gold", PRICE, clock.moment + timedelta(minutes=30))
    clock.moment += timedelta(minutes=30)

    with pytest.raises(TillRefused, match="expired"):
        await till.pay(checkout.id)

    assert (await till.find(checkout.id)) == checkout
    await till.close()


async def test_forms_work_only_with_their_own_token(community: Community) -> None:
    await shop(community)
    url = await link(community)
    page = await look(url)
    _, fields = page.forms["decline"]

    statuses = [
        await post(f"{url}/pay", b""),
        await post(f"{url}/pay", f"token={fields['token']}".encode()),
        await post(f"{url}/pay", b"token=%ff"),
        await post(f"{url}/steal", b""),
        await post(f"{url[:-1]}0/pay", b"token=x"),
    ]

    assert statuses == [404] * 5
    assert (await look(url)).text == page.text
    assert "Gold" not in await roles(community)


async def test_unknown_links_all_look_alike(community: Community) -> None:
    base = community.app.web.url
    pages = [await look(f"{base}/till/pay/{id_}") for id_ in ("0" * 32, "x", "%00", "f" * 31, "'%20OR%201=1")]

    assert {page.status for page in pages} == {404}
    assert len({page.text for page in pages}) == 1


async def test_the_page_allows_no_script_and_no_frame(community: Community) -> None:
    await shop(community, name="<script>alert(1)</script>", role="Gold")
    page = await look(await link(community, plan="<script>alert(1)</script>"))

    assert "<script" not in page.text
    assert "&lt;script&gt;" in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["Referrer-Policy"] == "no-referrer"
    style = await look(community.app.web.url + "/static/page.css")
    assert (style.status, style.headers["Content-Type"]) == (200, "text/css; charset=utf-8")


async def test_the_tills_api_is_for_its_shop_alone(community: Community) -> None:
    await shop(community)
    id_ = (await link(community)).rpartition("/")[2]

    base = f"{community.app.web.url}/till/api"

    assert (await look(f"{base}/checkouts/{id_}")).status == 400
    assert await post(f"{base}/checkouts", b"{}") == 400
    assert await post(f"{base}/refunds", b"{}") == 400


async def test_ann_can_pay_with_keyboard_alone_and_the_page_says_it_is_play_money(
    community: Community,
) -> None:
    await shop(community)
    url = await link(community)

    for page in (await look(url), await press(url, "pay"), await press(url, "refund")):
        assert "Play money" in page.text
        assert "<button>" in page.text or not page.forms


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("en;q=0.5,zh-TW", "zh-CN"),
        ("en-GB,zh;q=0.9", "en"),
        ("de,fr;q=0.9", "en"),
        ("de,zh;q=0.1", "zh-CN"),
        ("zh;q=0", "en"),
        ("zh;q=nan,;;;,*,\x00", "en"),
    ],
)
def test_the_page_speaks_the_browsers_language(header: str, language: str) -> None:
    assert preferred(header) == language


def settings(folder: Path, **more: str) -> Settings:
    return load(
        {"LYCEUM_DATA": str(folder), **{f"LYCEUM_{name}": value for name, value in more.items()}}, folder
    )


def test_with_a_real_token_play_money_must_be_asked_for(tmp_path: Path) -> None:
    real = settings(tmp_path, DISCORD__TOKEN="a.real.token")
    asked = settings(tmp_path, DISCORD__TOKEN="a.real.token", PAYMENTS__TILL__PLAY_MONEY="true")
    off = settings(tmp_path, PAYMENTS__TILL__ENABLED="false", SANDBOX__PORT="0")
    sandboxed = settings(tmp_path, SANDBOX__PORT="0")

    opened = [open_till(one.payments.till, context(one)) is not None for one in (real, asked, off, sandboxed)]

    assert opened == [False, True, False, True]


def test_a_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    Till(tmp_path, Now(), lambda: "", deliveries=1, delay=0)
    assert (tmp_path / "till.key").stat().st_mode & 0o777 == 0o600
    (tmp_path / "till.key").chmod(0o644)

    with pytest.raises(ConfigurationError, match="chmod 600"):
        Till(tmp_path, Now(), lambda: "", deliveries=1, delay=0)
