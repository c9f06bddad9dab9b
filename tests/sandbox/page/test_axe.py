"""Every state of the page before axe-core: nothing serious or critical."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.sandbox.page.axe import violations
from tests.sandbox.page.conftest import Open
from tests.sandbox.page.showcase import declare
from tests.sandbox.people import Bot, Control

PHONE = {"width": 390, "height": 844}
LOOKS = {
    "light": {"color_scheme": "light"},
    "dark, a phone, Chinese": {"color_scheme": "dark", "viewport": PHONE, "locale": "zh-CN"},
}


@pytest_asyncio.fixture(
    loop_scope="session",
    params=[LOOKS["light"], pytest.param(LOOKS["dark, a phone, Chinese"], marks=pytest.mark.thorough)],
    ids=list(LOOKS),
)
async def page(
    request: pytest.FixtureRequest, open_page: Open, bot: Bot, control: Control
) -> AsyncIterator[Page]:
    """Olivia in #general, where everything that people do has been done; the members' names have colours."""
    await control.post("clock", to="2026-12-01T08:00:00+00:00")
    await declare(bot)
    said = await control.post("say", who="bob", channel="general", content="**hello** `there` ||you||")
    await control.post("react", who="max", message=said["id"], emoji="👍")
    answer = {"content": "<@&1> @everyone <t:1796149805:R>", "reply_to": said["id"]}
    await control.post("say", who="max", channel="general", **answer)
    await control.post("thread", who="eve", channel="general", name="More", message=said["id"])
    await control.post("voice", who="eve", channel="Lounge")
    await control.post("say", who="bob", channel="help", content="news")
    yield await open_page("#olivia/general", **request.param)


async def test_what_keeps_people_out_is_found(open_page: Open) -> None:
    page = await open_page("#ann/general")
    await page.evaluate(
        "document.body.append(Object.assign(document.createElement('img'), {src: 'data:,', width: 50, height: 50}))"
    )

    assert any("critical image-alt" in one for one in await violations(page))


async def test_messages_and_what_bots_send(page: Page) -> None:
    assert await violations(page) == []

    for command in ("everything", "embed", "silence"):
        await page.locator("#composer").fill(f"/{command}")
        await page.locator("#composer").press("Enter")
    await page.get_by_text("Outside of the container").wait_for()
    await page.locator(".message.failed").wait_for()
    await page.locator("details.many summary").first.press("Enter")
    assert await violations(page) == []

    await page.locator(".message", has_text="Outside of the container").scroll_into_view_if_needed()
    await page.locator("#present").wait_for()
    assert await violations(page) == []


async def test_the_message_box(page: Page) -> None:
    box = page.locator("#composer")
    for line in ("/", "/nothing", "/options ", "/options size:", "/options yes:maybe", "@bo", "/silence "):
        await box.fill(line)
        await expect(page.locator("#suggestions")).to_be_visible()
        assert await violations(page) == [], line


async def test_dialogs_and_menus(page: Page) -> None:
    box = page.locator("#composer")
    for command in ("/form", "/marks"):
        await box.fill(command)
        await box.press("Enter")
        await page.get_by_role("dialog").wait_for()
        assert await violations(page) == [], command
        await page.keyboard.press("Escape")

    await page.locator(".message").first.focus()
    await page.locator(".message .author").first.click()
    await page.get_by_role("dialog").wait_for()
    assert await violations(page) == []
    await page.keyboard.press("Escape")

    await page.locator(".message .tools button").last.press("Enter")
    await page.get_by_role("menu").wait_for()
    assert await violations(page) == []
    await page.keyboard.press("Enter")
    await page.locator(".emoji").wait_for()
    assert await violations(page) == []


async def test_the_side_and_the_panels(page: Page) -> None:
    narrow = await page.locator("#menu").is_visible()
    for panel in ("people", "tour", "drawer"):
        if await page.locator(f"#{panel}").is_hidden():
            await page.locator(f"#open-{panel}").click()
        assert await violations(page) == [], panel
        if panel == "people" and narrow:
            await page.locator("#open-people").click()
    for tab in ("requests", "dispatches", "faults"):
        await page.locator(f"#tab-{tab}").click()
        assert await violations(page) == [], tab
    await page.locator("#open-drawer").click()

    if narrow:
        await page.locator("#menu").click()
    assert await violations(page) == []
    for opener in ("#open-events", "#newcomer"):
        await page.locator(opener).click()
        await page.get_by_role("dialog").wait_for()
        assert await violations(page) == [], opener
        await page.keyboard.press("Escape")
