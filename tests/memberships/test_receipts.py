"""A receipt can be read by whoever has its link, and by nobody else; it never says who paid."""

from __future__ import annotations

import base64
import random
import struct
from collections.abc import AsyncIterator
from dataclasses import replace
from time import perf_counter

import aiohttp
import pytest

from bot.i18n import Catalog
from bot.memberships.orders import receipt_page
from bot.memberships.orders.receipts import Receipts
from bot.payments.port import FactKind
from bot.web import pages
from bot.web.server import WebServer
from tests.memberships.shop import ANN, GUILD, OLIVIA, OTHER, Shop


@pytest.fixture
async def web(shop: Shop, texts: Catalog) -> AsyncIterator[WebServer]:
    """The page on this machine."""
    server = WebServer(
        "127.0.0.1",
        0,
        receipt_page.routes(shop.service.receipts, texts, shop.service.renewals),
        not_found=pages.not_found(texts),
    )
    await server.start()
    shop.address = server.url
    yield server
    await server.stop()


async def get(url: str, language: str = "en") -> tuple[int, str, dict[str, str]]:
    headers = {"Accept-Language": language, "Accept": "text/html"}
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        return answer.status, await answer.text(), dict(answer.headers)


async def test_it_says_what_was_bought_from_whom_and_not_by_whom(shop: Shop, web: WebServer) -> None:
    await shop.tier("<b>Gold</b>")
    order = await shop.buy(424242, "<b>Gold</b>")
    link = shop.service.receipts.link(order)
    assert link is not None

    status, page, headers = await get(link)

    assert status == 200
    for part in (
        "&lt;b&gt;Gold&lt;/b&gt;",
        "$19.00",
        "Gophers",
        str(order.id),
        "Paid. Thank you!",
        "30 days",
    ):
        assert part in page, part
    assert "<b>Gold" not in page
    assert "<script" not in page
    assert "424242" not in page
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"] == "noindex"
    assert "default-src 'none'" in headers["Content-Security-Policy"]


async def test_it_speaks_chinese(shop: Shop, web: WebServer) -> None:
    await shop.tier()
    link = shop.service.receipts.link(await shop.buy(ANN))

    _, page, _ = await get(link or "", "zh-CN,zh;q=0.9")

    assert 'lang="zh-CN"' in page
    assert "收据" in page
    assert "US$19.00" in page


async def test_it_tells_what_was_given_back(shop: Shop, web: WebServer) -> None:
    await shop.tier()
    order = await shop.buy(ANN)
    link = shop.service.receipts.link(order) or ""
    await shop.service.refunds.ask(GUILD, str(order.id), OLIVIA, "part", "9.50")
    await shop.worker.run_due()
    assert "$9.50 of it was given back" in (await get(link))[1]

    [paid] = [fact for fact in shop.provider.known[order.ref or ""] if fact.kind is FactKind.PAID]
    await shop.settle(shop.refunded(paid, "re_2", money=replace(paid.money, amount=950)))
    assert "Everything was given back." in (await get(link))[1]

    await shop.settle(
        replace(
            shop.refunded(paid, "re_2"), kind=FactKind.REFUND_FAILED, money=replace(paid.money, amount=950)
        )
    )
    assert "$9.50 of it was given back" in (await get(link))[1]


async def test_anything_else_is_the_same_404(shop: Shop, web: WebServer) -> None:
    await shop.tier()
    paid, unpaid = await shop.buy(ANN), await shop.order(OLIVIA)
    reader = shop.service.receipts
    good = reader.token(GUILD, paid.id)
    raw = base64.urlsafe_b64decode(good + "=")
    tokens = [
        good[:-1],
        good + "A",
        good[:-1] + ("A" if good[-1] != "A" else "B"),
        good.swapcase(),
        "x",
        "%00",
        "é",
        "../x",
        "A" * 43,
        reader.token(OTHER, paid.id),
        reader.token(GUILD, 404),
        reader.token(GUILD, unpaid.id),
        good + "=",
        base64.urlsafe_b64encode(struct.pack(">QQ", GUILD, unpaid.id) + raw[16:]).decode().rstrip("="),
        base64.urlsafe_b64encode(bytes([raw[0] ^ 1]) + raw[1:]).decode().rstrip("="),
        "A" * 4000,
    ]

    answers = {(await get(f"{web.url}/receipt/{token}"))[:2] for token in tokens}

    assert {status for status, _ in answers} == {404}
    assert len(answers) == 1
    assert (await get(f"{web.url}/receipt/{good}"))[0] == 200


async def test_one_token_has_one_spelling(shop: Shop) -> None:
    """The last of 43 letters carries two bits that decoding passes over."""
    await shop.tier()
    order = await shop.buy(ANN)
    good = shop.service.receipts.token(GUILD, order.id)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

    found = [one for one in letters if await shop.service.receipts.read(good[:-1] + one) is not None]

    assert found == [good[-1]]


async def test_guessing_finds_none(shop: Shop) -> None:
    await shop.tier()
    await shop.buy(ANN)
    dice = random.Random(4)
    began = perf_counter()

    found = [
        await shop.service.receipts.read(base64.urlsafe_b64encode(dice.randbytes(32)).decode().rstrip("="))
        for _ in range(20_000)
    ]

    assert set(found) == {None}
    assert (perf_counter() - began) / 20_000 < 0.002


async def test_there_is_no_link_that_nobody_could_open(shop: Shop) -> None:
    await shop.tier()
    unpaid = await shop.order(OLIVIA)
    paid = await shop.buy(ANN)

    assert shop.service.receipts.link(unpaid) is None
    assert (shop.service.receipts.link(paid) or "").startswith("https://shop.example/receipt/")
    shop.address = ""
    assert shop.service.receipts.link(paid) is None


async def test_another_key_reads_no_token_of_ours(shop: Shop) -> None:
    await shop.tier()
    order = await shop.buy(ANN)
    ours = shop.service.receipts
    other = Receipts(
        shop.db,
        shop.service._server,
        shop.service.checkouts.is_play_money,
        ours._path.with_name("2.key"),
        lambda: "",
    )

    assert await other.read(ours.token(GUILD, order.id)) is None
    assert ours._path.stat().st_mode & 0o077 == 0
