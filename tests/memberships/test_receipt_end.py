"""A receipt's page shows how a subscription goes on and ends it: for who left, was banned, or handed it over."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta

import aiohttp
import pytest

from bot.i18n import Catalog
from bot.memberships.access.access_admin import Staff
from bot.memberships.model import BillingKind, Order, Search
from bot.memberships.orders import cards as order_cards
from bot.memberships.orders import receipt_page
from bot.payments.port import Phase
from bot.web import pages
from bot.web.server import WebServer
from tests.memberships.changes import EN, confirm, monthly, quote
from tests.memberships.reading import Killed, killed_at, shown
from tests.memberships.shop import ANN, BOB, GOLD, GUILD, OLIVIA, Shop

OWNER = Staff(OLIVIA, owner=True)
HTML = {"Accept": "text/html", "Accept-Language": "en"}


@pytest.fixture
async def web(shop: Shop, texts: Catalog) -> AsyncIterator[WebServer]:
    """The page on this machine."""
    routes = receipt_page.routes(shop.service.receipts, texts, shop.service.renewals)
    server = WebServer("127.0.0.1", 0, routes, not_found=pages.not_found(texts))
    await server.start()
    shop.address = server.url
    yield server
    await server.stop()


async def subscribed(shop: Shop) -> Order:
    """Ann pays 15 dollars a month for Gold."""
    await shop.tier()
    price = await shop.price("Gold", "15", months=1, way=BillingKind.RECURRING)
    return await shop.subscribe(ANN, "Gold", price)


def link(shop: Shop, order: Order) -> str:
    return shop.service.receipts.link(order) or ""


async def get(url: str, language: str = "en") -> tuple[int, str]:
    headers = HTML | {"Accept-Language": language}
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        return answer.status, await answer.text()


async def post(url: str, token: str, headers: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Send the form, as a browser does; returns the page that follows."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data={"token": token}, headers=HTML | dict(headers or {})) as answer,
    ):
        return answer.status, await answer.text()


async def form_of(url: str) -> str:
    """The token of the confirming page's form."""
    found = re.search(r'name="token" value="([0-9a-f]{64})"', (await get(f"{url}/end"))[1])
    assert found is not None
    return found[1]


async def end(url: str) -> tuple[int, str]:
    """Two pages and a press."""
    return await post(f"{url}/end", await form_of(url))


async def audited(shop: Shop, order: Order) -> list[str]:
    detail = await shop.service.backoffice.detail(GUILD, str(order.id))
    return [note.what for note in detail.notes if note.what.startswith("subscription.")]


async def test_it_says_when_it_renews_and_ends_it_after_a_second_page(shop: Shop, web: WebServer) -> None:
    order = await subscribed(shop)
    url = link(shop, order)
    _, page = await get(url)
    assert "It renews by itself on" in page
    assert "$15.00" in page
    assert f'href="{url.removeprefix(web.url)}/end"' in page
    assert "nothing more is charged" in (await get(f"{url}/end"))[1]
    assert shop.provider.subscriptions[order.ref or ""].phase is Phase.ACTIVE, "looking changes nothing"

    status, page = await end(url)

    assert status == 200
    assert "It was ended: it runs until" in page
    assert "Only its payer can keep it, by typing /membership cancel in Discord" in page
    assert "/end" not in page
    assert shop.provider.subscriptions[order.ref or ""].phase is Phase.ENDING
    assert shop.server.held[ANN] == {GOLD}, "to the end of what is paid"
    assert {"subscription.end_asked", "subscription.stopped"} <= set(await audited(shop, order))


@pytest.mark.parametrize("gone", ["left", "banned", "moved"])
async def test_who_is_no_longer_there_ends_it_all_the_same(shop: Shop, web: WebServer, gone: str) -> None:
    order = await subscribed(shop)
    url = link(shop, order)
    if gone == "moved":
        await shop.service.access_admin.transfer(GUILD, ANN, BOB, "a new account", OWNER)
    if gone == "banned":
        await shop.service.access_admin.revoke(GUILD, ANN, "Gold", "spam", OWNER)
    else:
        await shop.worker.run_due()
    del shop.server.held[ANN]

    _, page = await end(url)

    assert "It was ended" in page
    assert shop.provider.subscriptions[order.ref or ""].phase is Phase.ENDING
    assert str(BOB) not in re.sub(r"\d{3,}", "", page).split()


async def test_it_speaks_chinese_in_every_state(shop: Shop, web: WebServer) -> None:
    order = await subscribed(shop)
    url = link(shop, order)
    token = await form_of(url)

    for phase in (Phase.ACTIVE, Phase.PAST_DUE, Phase.PAUSED, Phase.ENDING, Phase.ENDED):
        await shop.phase(order, phase)
        _, page = await get(url, "zh-CN")
        assert "订阅" in page, phase
        assert not re.search(r"subscription|renew|charged", page), phase

    await shop.phase(order, Phase.ACTIVE)
    assert "确定" in (await get(f"{url}/end", "zh-CN"))[1]
    assert token


async def test_while_the_provider_is_down_it_says_so_and_ends_it_later(shop: Shop, web: WebServer) -> None:
    order = await subscribed(shop)
    url = link(shop, order)
    token = await form_of(url)
    shop.provider.away = True

    _, first = await post(f"{url}/end", token)
    _, second = await post(f"{url}/end", token)

    for page in (first, second):
        assert "has not confirmed that yet" in page
    assert shop.provider.subscriptions[order.ref or ""].phase is Phase.ACTIVE
    shop.provider.away = False
    await shop.turn(timedelta(minutes=2))
    await shop.patience()
    assert shop.provider.subscriptions[order.ref or ""].phase is Phase.ENDING
    assert "It was ended" in (await get(url))[1]
    assert (await audited(shop, order)).count("subscription.end_asked") == 1
    assert await shop.stuck() == []


async def test_killed_while_the_provider_is_told_it_ends_once(shop: Shop, web: WebServer) -> None:
    order = await subscribed(shop)

    with killed_at("subscription.ended"), pytest.raises(Killed):
        await shop.service.renewals.ask_end(order)
    await shop.worker.recover()
    await shop.turn(timedelta(minutes=2))

    assert (await shop.look(order)).phase is Phase.ENDING
    assert not await shop.service.renewals.end_asked(order)


async def test_ended_there_and_kept_in_discord_it_goes_on(shop: Shop, web: WebServer) -> None:
    order = await subscribed(shop)
    await end(link(shop, order))

    await shop.service.renewals.keep(GUILD, ANN, order.id)
    await shop.turn(timedelta(hours=1))

    assert shop.provider.subscriptions[order.ref or ""].phase is Phase.ACTIVE
    assert "It renews by itself on" in (await get(link(shop, order)))[1]


async def test_a_form_from_elsewhere_ends_nothing(shop: Shop, web: WebServer) -> None:
    order = await subscribed(shop)
    url = link(shop, order)
    token = await form_of(url)
    other = await shop.subscribe(
        BOB, "Gold", await shop.price("Gold", "16", months=1, way=BillingKind.RECURRING)
    )
    foreign = await form_of(link(shop, other))

    answers = [
        await post(f"{url}/end", ""),
        await post(f"{url}/end", "0" * 64),
        await post(f"{url}/end", foreign),
        await post(f"{url}/end", token, {"Sec-Fetch-Site": "cross-site"}),
        await post(f"{url}/end", token, {"Sec-Fetch-Site": "same-site"}),
        await post(f"{url}/end", token, {"Content-Type": "text/plain"}),
        await post(f"{url}/end", token, {"Content-Type": "multipart/form-data; boundary=x"}),
        await post(f"{url}/end", token, {"Content-Type": f"{receipt_page.FORM}; charset=nonsense"}),
        await post(f"{web.url}/receipt/{'A' * 43}/end", token),
    ]

    assert [status for status, _ in answers] == [404] * 7 + [200, 404]
    assert shop.provider.subscriptions[other.ref or ""].phase is Phase.ACTIVE


async def test_there_is_nothing_to_end_of_what_was_bought_once(shop: Shop, web: WebServer) -> None:
    await shop.tier()
    order = await shop.buy(ANN)
    url = link(shop, order)

    assert "/end" not in (await get(url))[1]
    assert "/end" not in (await get(f"{url}/end"))[1]
    token = shop.service.receipts.form_token(order)
    assert "Paid. Thank you!" in (await post(f"{url}/end", token))[1]


async def test_the_first_receipt_leads_to_what_charges_now(shop: Shop, web: WebServer) -> None:
    silver, gold = await monthly(shop)
    old = await shop.subscribe(ANN, "Silver", silver)
    await confirm(shop, await quote(shop, "Gold", gold))
    await shop.worker.run_due()
    await shop.news(old)

    _, page = await get(link(shop, await shop.look(old)))
    found = re.search(r'href="(/receipt/[^"]+)">It was changed to Gold', page)
    assert found is not None
    _, page = await end(web.url + found[1])

    assert "It was ended" in page
    assert [one.phase for one in shop.provider.subscriptions.values()] == [Phase.ENDED, Phase.ENDING]


async def test_the_pay_card_and_the_receipt_carry_its_address(
    shop: Shop, web: WebServer, texts: Catalog
) -> None:
    await shop.tier()
    price = await shop.price("Gold", "15", months=1, way=BillingKind.RECURRING)
    bill = await shop.bill(ANN, "Gold", price)
    page = shop.service.receipts.page(bill.order) or ""

    assert page in shown(order_cards.pay(EN, bill))
    assert page in shown(order_cards.pay(texts.of("zh-CN"), bill, direct=True))
    assert "Nothing was paid." in (await get(page))[1]
    order = await shop.subscribe(ANN, "Gold", price)
    told = await shop.service.check(GUILD, ANN, str(order.id))
    assert isinstance(told, order_cards.OrderReceipt)
    assert told.link == page
    assert "even when you are no longer in this server" in shown(order_cards.receipt(EN, told))


async def test_while_the_provider_is_not_set_up_the_owner_sees_who_waits_for_it(
    shop: Shop, web: WebServer
) -> None:
    order = await subscribed(shop)
    url = link(shop, order)
    token = await form_of(url)
    shop.providers.clear()

    _, page = await post(f"{url}/end", token)
    await shop.turn(timedelta(minutes=2))

    assert "has not confirmed that yet" in page
    [waiting] = (await shop.service.backoffice.listing(GUILD, Search())).waiting
    assert waiting.order is not None
    assert (waiting.finding, waiting.order.id) == ("provider-off", order.id)
    assert "cannot end a subscription" in waiting.detail
    shop.providers["bank"] = shop.provider
    await shop.patience()
    assert "It was ended" in (await get(url))[1]
    assert (await shop.service.backoffice.listing(GUILD, Search())).waiting == ()
