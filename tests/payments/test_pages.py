"""The bot's own pages in a browser: nothing keeps anybody out, by day and by night, on a phone, without a mouse."""

from __future__ import annotations

import pytest
from playwright.async_api import Page

from tests.browser import window
from tests.community import Community
from tests.payments.counter import link, look, shop
from tests.sandbox.page.axe import violations

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 640}


async def comfortable(page: Page) -> None:
    """axe-core finds nothing grave, nothing is wider than the window, the language is said."""
    assert await violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await page.locator("h1").count() == 1


@pytest.mark.parametrize(
    ("locale", "colours", "paid", "lost"),
    [
        ("en-US", "light", "Paid. Thank you!", "There is nothing here"),
        ("zh-CN", "dark", "付款成功", "这里什么也没有"),
    ],
)
async def test_every_state_of_the_till_on_a_phone_without_a_mouse(
    community: Community, chromium: str, locale: str, colours: str, paid: str, lost: str
) -> None:
    await shop(community)
    url = await link(community)

    async with window(chromium, locale=locale, color_scheme=colours, viewport=PHONE) as context:
        page = await context.new_page()
        await page.goto(url)
        await comfortable(page)
        for tabs in (2, 1, 1):  # decline, pay, give the money back: each is reached from the top of the page
            for _ in range(tabs):
                await page.keyboard.press("Tab")
            async with page.expect_navigation():
                await page.keyboard.press("Enter")
            await comfortable(page)
            if tabs == 1 and await page.locator("#refund").count():
                assert paid in await page.inner_text("main")
        assert await page.locator("form").count() == 0

        await community.clock(advance=86_400)
        late = await link(community, "bob")
        await community.clock(advance=86_400)
        for address in (late, f"{community.app.web.url}/till/pay/{'0' * 32}"):
            await page.goto(address)
            await comfortable(page)
            assert await page.locator("form").count() == 0
        await page.goto(f"{community.app.web.url}/nowhere")
        await comfortable(page)
        assert await page.inner_text("h1") == lost
        assert await page.get_attribute("html", "lang") == ("en" if locale == "en-US" else locale)


async def test_who_asks_for_no_page_gets_none(community: Community) -> None:
    missing = await look(f"{community.app.web.url}/nowhere")

    assert (missing.status, missing.text) == (404, "404: Not Found")
    assert "default-src 'none'" in missing.headers["Content-Security-Policy"]
