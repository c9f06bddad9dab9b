"""Ann, Bob and Olivia at the sandbox's page."""

from __future__ import annotations

from playwright.async_api import expect

from sandbox.app import Sandbox
from tests.sandbox.page.conftest import Open
from tests.sandbox.people import Bot, Control

_EVIL = '<img src=x onerror="document.title=1"> <script>document.title=2</script> [x](javascript:document.title=3)'


async def test_what_people_write_never_becomes_markup(open_page: Open, control: Control) -> None:
    await control.post("join", name="<b>mallory</b>")
    await control.post("say", who="<b>mallory</b>", channel="general", content=_EVIL)

    page = await open_page("#ann/general")
    log = page.locator("#log")

    await expect(log).to_contain_text('<img src=x onerror="document.title=1">')
    await expect(log).to_contain_text("<b>mallory</b>")
    assert await log.locator("img, script, b, a[href^='javascript']").count() == 0
    assert "Sandbox" in await page.title()


async def test_ann_buys_with_the_command_line(open_page: Open, shop: Bot) -> None:
    page = await open_page("#ann/general")
    box = page.locator("#composer")

    await box.press_sequentially("/mem")
    await page.get_by_role("option", name="/membership buy").wait_for()
    await box.press("Enter")
    assert await box.input_value() == "/membership buy plan:"
    await box.press_sequentially("pr")
    await page.get_by_role("option", name="Pro plan").wait_for()
    await box.press("Enter")
    await box.press("Enter")

    card = page.locator(".message", has_text="Only you can see this")
    await expect(card.get_by_role("heading", name="pro")).to_be_visible()
    await expect(card.get_by_role("link", name="Terms")).to_have_attribute("target", "_blank")
    await card.get_by_role("button", name="Pay").click()
    await expect(card.get_by_role("heading", name="Paid")).to_be_visible()


async def test_only_the_buyer_sees_the_card(open_page: Open, shop: Bot, control: Control) -> None:
    options = {"plan": "basic"}
    await control.post("slash", who="ann", channel="general", command="membership buy", options=options)
    await control.post("say", who="ann", channel="general", content="done")

    page = await open_page("#bob/general")

    await expect(page.locator("#log")).to_contain_text("done")
    assert await page.get_by_text("Only you can see this").count() == 0


async def test_a_modal_that_is_refused_keeps_what_was_filled_in(open_page: Open, shop: Bot) -> None:
    page = await open_page("#ann/general")
    await page.locator("#composer").fill("/note")
    await page.locator("#composer").press("Enter")
    dialog = page.get_by_role("dialog", name="A note")
    field = dialog.get_by_label("Your note")
    await field.fill("hey")
    await field.evaluate("field => field.removeAttribute('minlength')")

    await dialog.get_by_role("button", name="Submit").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("Your note takes 5 to 4000 characters")
    await expect(field).to_have_value("hey")
    await field.fill("hello there")
    await dialog.get_by_role("button", name="Submit").click()

    await expect(page.locator("#log")).to_contain_text("noted: hello there")
    await expect(dialog).to_have_count(0)


async def test_a_command_that_lacks_an_option_says_which(open_page: Open, shop: Bot) -> None:
    page = await open_page("#ann/general")
    box = page.locator("#composer")

    await box.fill("/membership buy")
    await page.get_by_role("button", name="Send").click()

    await expect(page.locator("#toasts")).to_contain_text("Still needed: plan")
    await expect(box).to_have_value("/membership buy")


async def test_news_come_by_themselves_even_after_a_lost_connection(
    open_page: Open, sandbox: Sandbox, control: Control
) -> None:
    page = await open_page("#ann/general")
    await control.post("say", who="bob", channel="general", content="first")
    await expect(page.locator("#log")).to_contain_text("first")

    await sandbox._watchers.close()
    await control.post("say", who="bob", channel="general", content="second")

    await expect(page.locator("#log")).to_contain_text("second")
    await expect(page.locator("#trouble")).to_be_hidden()


async def test_the_clock_goes_forward_by_its_buttons(open_page: Open, control: Control) -> None:
    await control.post("clock", to="2026-12-01T08:00:00+00:00")
    page = await open_page("#olivia/general")
    await expect(page.locator("#now")).to_contain_text("8:00")

    await page.get_by_role("button", name="+1 week").click()

    await expect(page.locator("#now")).to_contain_text("December 8, 2026")
    assert (await control.get("clock"))["now"].startswith("2026-12-08T08:00")


async def test_the_page_speaks_chinese_when_asked_and_remembers(open_page: Open) -> None:
    page = await open_page("#ann/general")

    await page.get_by_label("Language").select_option("zh-CN")
    await expect(page.get_by_role("button", name="发送")).to_be_visible()
    await page.reload()

    await expect(page.get_by_role("button", name="发送")).to_be_visible()
    assert await page.locator("html").get_attribute("lang") == "zh-CN"


async def test_bob_sees_only_his_channels(open_page: Open, control: Control) -> None:
    page = await open_page("#bob/general")
    side = page.locator("#side")
    await expect(side.get_by_role("button", name="general")).to_be_visible()
    assert await side.get_by_role("button", name="staff").count() == 0

    await page.get_by_label("You act as").select_option(await control.user_id("olivia"))

    await expect(side.get_by_role("button", name="staff")).to_be_visible()
