"""The page without a mouse, and for whoever hears it instead of seeing it."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.sandbox.page.conftest import Open, until
from tests.sandbox.page.showcase import declare
from tests.sandbox.people import Bot, Control

_FOCUSED = """() => {
  const one = document.activeElement;
  const label = one.labels?.[0]?.querySelector("span")?.textContent;
  return label ?? one.getAttribute("aria-label") ?? one.textContent;
}"""


async def _tab_to(page: Page, name: str, key: str = "Tab") -> None:
    """Press Tab until what is called so has the focus."""
    for _ in range(60):
        await page.keyboard.press(key)
        if str(await page.evaluate(_FOCUSED)).strip().startswith(name):
            return
    raise AssertionError(f"Tab does not come to {name}")


async def _focus(page: Page) -> str:
    return str(await page.evaluate(_FOCUSED)).strip()


async def test_ann_buys_without_a_mouse(open_page: Open, shop: Bot) -> None:
    page = await open_page("#olivia/help")
    await _tab_to(page, "You act as")
    await page.keyboard.type("Ann T")
    await until(page, "document.querySelector('#self .avatar').textContent === 'A'")
    await _tab_to(page, "general", "Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("#head h2")).to_have_text("general")
    await expect(page.locator("#composer")).to_be_focused()

    await page.keyboard.type("/mem")
    await page.get_by_role("option", name="/membership buy").wait_for()
    await page.keyboard.press("Tab")
    await page.keyboard.type("pr")
    await page.get_by_role("option", name="Pro plan").wait_for()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="pro").wait_for()
    await expect(page.locator("#spoken")).to_contain_text("lyceum: # pro")
    await _tab_to(page, "Pay", "Shift+Tab")
    await page.keyboard.press("Enter")

    await page.get_by_role("heading", name="Paid").wait_for()
    await expect(page.locator("#spoken")).to_contain_text("Paid")
    assert await _focus(page) == "Pay"  # the button of the changed card: its focus was not lost


async def test_a_modal_is_filled_in_and_another_closed(open_page: Open, bot: Bot) -> None:
    await declare(bot)
    page = await open_page("#ann/general")
    await page.keyboard.type("/marks")
    await page.keyboard.press("Enter")
    await page.get_by_role("dialog", name="Everything to tick").wait_for()

    await page.keyboard.press("ArrowDown")
    await _tab_to(page, "Tea")
    await page.keyboard.press("Space")
    await _tab_to(page, "Person")
    await page.keyboard.type("Bob M")
    await _tab_to(page, "Submit")
    await page.keyboard.press("Enter")
    await expect(page.locator("#log")).to_contain_text("marks: right | ['tea'] | False | bob")
    await expect(page.locator("#composer")).to_be_focused()

    await page.keyboard.type("/form")
    await page.keyboard.press("Enter")
    await page.get_by_role("dialog", name="Everything to fill in").wait_for()
    await page.keyboard.press("Escape")
    await expect(page.locator("#composer")).to_be_focused()


async def test_the_clock_and_the_drawer(open_page: Open, control: Control) -> None:
    await control.post("clock", to="2026-12-01T08:00:00+00:00")
    page = await open_page("#olivia/general")
    await page.locator("#composer").focus()
    await _tab_to(page, "+1 day", "Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("#now")).to_contain_text("December 2, 2026")
    await expect(page.locator("#toasts")).to_contain_text("The clock is turned.")
    assert await _focus(page) == "+1 day"

    await _tab_to(page, "Developer’s drawer")
    await page.keyboard.press("Enter")
    assert await _focus(page) == "Requests"
    await page.keyboard.press("ArrowLeft")
    assert await _focus(page) == "Faults"
    await _tab_to(page, "Discord is slow")
    await page.keyboard.press("Space")
    await expect(page.get_by_role("switch", name="Discord is slow")).to_have_attribute("aria-checked", "true")
    assert (await control.get("faults"))[0]["delay"] == 2
    await _tab_to(page, "Take back")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Nothing is ordered to go wrong.")).to_be_visible()
    assert await control.get("faults") == []
    await page.keyboard.press("Escape")
    assert await _focus(page) == "Developer’s drawer"


async def test_messages_are_gone_through_and_have_a_menu(open_page: Open, bot: Bot, control: Control) -> None:
    await declare(bot)
    for text in ("the first", "the second", "the third"):
        await control.post("say", who="ann", channel="general", content=text)
    page = await open_page("#ann/general")
    await page.locator("#log").focus()
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("ArrowUp")
    assert "the second" in await _focus(page)

    await page.keyboard.press("Shift+F10")
    menu = page.get_by_role("menu", name="Actions on this message")
    assert await menu.get_by_role("menuitem").all_inner_texts() == [
        *("React", "Reply", "Thread", "Edit", "Copy text", "Copy ID", "Keep", "Delete")
    ]
    await page.keyboard.press("e")
    await page.keyboard.press("Enter")
    await page.get_by_role("textbox", name="Edit").fill("the changed one")
    await page.get_by_role("button", name="OK").press("Enter")
    await expect(page.locator("#log")).to_contain_text("the changed one(edited)")

    assert "the changed one" in await _focus(page)
    await page.keyboard.press("ContextMenu")
    await page.keyboard.press("End")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message")).to_have_count(2)


async def test_the_focus_outlives_every_update(open_page: Open, control: Control) -> None:
    said = await control.post("say", who="bob", channel="general", content="look at this")
    await control.post("react", who="bob", message=said["id"], emoji="👍")
    page = await open_page("#ann/general")
    reaction = page.get_by_role("button", name="👍 1")
    await reaction.focus()
    await control.post("react", who="max", message=said["id"], emoji="👍")
    await expect(page.get_by_role("button", name="👍 2")).to_be_focused()

    await page.get_by_role("button", name="Join: Lounge").press("Enter")
    await expect(page.get_by_role("button", name="Leave: Lounge")).to_be_focused()
    await control.post("voice", who="eve", channel="Lounge")
    await control.post("join", name="Zoe Novak")
    await control.post("thread", who="bob", channel="general", name="Above it")
    await page.get_by_role("button", name="Above it").wait_for()
    await expect(page.get_by_role("button", name="Leave: Lounge")).to_be_focused()

    await page.locator("#open-people").press("Enter")
    await page.get_by_role("button", name="Max Weber").focus()
    await control.post("join", name="Aaron Abel")
    await page.get_by_role("button", name="Aaron Abel").wait_for()
    await expect(page.locator("#people").get_by_role("button", name="Max Weber")).to_be_focused()


async def test_what_comes_is_said_and_what_one_writes_is_not(
    open_page: Open, bot: Bot, control: Control
) -> None:
    page = await open_page("#ann/general")
    spoken = page.locator("#spoken")
    assert await spoken.get_attribute("aria-live") == "polite"
    await page.locator("#composer").fill("mine")
    await page.keyboard.press("Enter")
    await expect(page.locator("#log")).to_contain_text("mine")
    assert await spoken.inner_text() == ""

    await bot.room("general").send("from the **bot**")
    await expect(spoken).to_have_text("lyceum: from the **bot**")
