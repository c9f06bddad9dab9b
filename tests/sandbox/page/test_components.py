"""What a bot sends, as people see it and use it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Page, expect

from tests.sandbox.page.conftest import Open
from tests.sandbox.page.showcase import STYLES, declare
from tests.sandbox.people import Bot, Control


@pytest_asyncio.fixture(loop_scope="session")
async def page(open_page: Open, bot: Bot, control: Control) -> AsyncIterator[Page]:
    """Olivia in #general, with the showcase's bot."""
    await control.post("clock", to="2026-12-01T08:00:00+00:00")
    await declare(bot)
    yield await open_page("#olivia/general")


async def _type(page: Page, line: str) -> None:
    await page.locator("#composer").fill(line)
    await page.locator("#composer").press("Enter")


async def _told(control: Control, text: str) -> None:
    """Olivia is told so, wherever she has scrolled to."""
    for _ in range(150):
        told = await control.get("messages", channel="general", who="olivia")
        if any(text in message["content"] for message in told):
            return
        await asyncio.sleep(0.03)
    raise AssertionError(f"nobody said {text}")


async def test_everything_that_a_message_can_hold(page: Page) -> None:
    await _type(page, "/everything")
    card = page.locator(".message", has_text="Outside of the container")
    await card.wait_for()

    for name, level in (("Heading", 3), ("Second", 4), ("Third", 5)):
        await expect(card.get_by_role("heading", name=name, level=level)).to_be_visible()
    for tag, text in (
        ("strong", "bold"),
        ("em", "italic"),
        ("u", "under"),
        ("s", "gone"),
        ("code", "code"),
        ("blockquote", "a quote"),
        ("ol li", "first"),
        ("pre code", 'print("hello")'),
        ("ul ul li", "inner"),
    ):
        await expect(card.locator(tag, has_text=text).first).to_be_visible()
    await expect(card.locator(":scope", has_text="http://no.example @everyone @unknown-role")).to_be_visible()
    await expect(card.locator(".mention", has_text="everyone")).to_have_count(0)  # every sign can be escaped
    await expect(card.get_by_role("link", name="a link")).to_have_attribute("rel", "noopener noreferrer")
    moments = await card.locator("time.moment").all_inner_texts()
    assert len(moments) == len(STYLES)
    assert moments[0] == "6:30 PM" and moments[1] == "6:30:05 PM" and moments[-1] == "in 10 hours"
    await expect(card.get_by_role("img", name="A blue thing")).to_be_visible()
    await expect(card.get_by_role("img", name="A blue gallery")).to_be_visible()
    await expect(card.get_by_role("link", name="notes.txt")).to_have_attribute("download", "notes.txt")
    assert (
        await card.locator("hr.separator").count() == 1 and await card.locator("div.separator").count() == 1
    )
    await expect(card.get_by_role("button", name="Off")).to_be_disabled()
    await expect(card.get_by_role("link", name="Away")).to_have_attribute("href", "https://example.org/away")

    hidden = card.get_by_role("button", name="Spoiler").first
    await hidden.press("Enter")
    await expect(card.locator(".hidden-words", has_text="hidden")).to_be_visible()


async def test_each_control_of_a_message_does_what_it_says(page: Page, control: Control) -> None:
    await _type(page, "/everything")
    card = page.locator(".message", has_text="Outside of the container")
    for name in ("Beside", "Primary", "Success", "Danger"):
        await card.get_by_role("button", name=name).click()
        await _told(control, f"pressed {name}")

    await card.locator("details", has_text="Some fruit").locator("summary").click()
    go = card.locator("details[open]").get_by_role("button", name="OK")
    await card.get_by_label("Apple").uncheck()
    await expect(go).to_be_disabled()
    await card.get_by_label("Cherry").check()
    await go.click()
    await _told(control, "chose Banana, Cherry")

    ann = await control.user_id("ann")
    await card.get_by_label("Who").select_option(ann)
    await _told(control, "chose ann")
    await card.get_by_label("Which role").select_option(label="@Moderator")
    await _told(control, "chose Moderator")
    await card.get_by_label("Anybody").select_option(label="@Expert")
    await _told(control, "chose Expert")
    assert await card.get_by_label("Where").locator("option").all_inner_texts() == [
        "Where",
        "#Lounge",
        "#Classroom",
    ]
    await card.get_by_label("Where").select_option(label="#Lounge")
    await _told(control, "chose Lounge")


async def test_an_embed_with_its_picture(page: Page) -> None:
    await _type(page, "/embed")
    card = page.locator(".embed")

    await expect(card.get_by_role("link", name="A title")).to_have_attribute("href", "https://example.org/")
    for text in ("An author", "Bold", "Left", "Right", "At the foot", "December 1, 2026"):
        await expect(card).to_contain_text(text)
    await expect(card.locator("img")).to_have_js_property("naturalWidth", 40)


async def test_every_field_of_a_modal(page: Page, tmp_path: Path) -> None:
    (tmp_path / "paper.txt").write_text("paper")
    await _type(page, "/form")
    form = page.get_by_role("dialog", name="Everything to fill in")
    await expect(form).to_contain_text("Some words first")
    await form.get_by_label("Short").fill("a line")
    await form.get_by_label("Long").fill("two\nlines")
    await form.get_by_label("Red").check()
    await form.get_by_label("Blue").check()
    await expect(form.get_by_label("Green")).to_be_disabled()
    await form.get_by_label("File").set_input_files(tmp_path / "paper.txt")
    await form.get_by_role("button", name="Submit").click()
    await expect(page.locator("#log")).to_contain_text(
        "form: a line | twolines | ['Blue', 'Red'] | ['paper.txt']"
    )

    await _type(page, "/marks")
    form = page.get_by_role("dialog", name="Everything to tick")
    await form.get_by_label("Right").check()
    await form.get_by_label("Tea").check()
    await form.get_by_label("Agreed").check()
    await form.get_by_label("Person").select_option(label="Bob Miller")
    await form.get_by_role("button", name="Submit").click()
    await expect(page.locator("#log")).to_contain_text("marks: right | ['tea'] | True | bob")


async def test_a_bot_that_thinks_and_one_that_says_nothing(page: Page) -> None:
    await _type(page, "/think")
    await expect(page.locator("#log")).to_contain_text("is thinking…")
    await expect(page.locator("#log")).to_contain_text("thought")
    assert await page.get_by_text("is thinking…").count() == 0

    await _type(page, "/silence")
    note = page.locator(".message.failed", has_text="The application did not respond.")
    await expect(note).to_contain_text("Only you can see this")
    await note.get_by_role("button", name="Dismiss").click()
    await expect(note).to_have_count(0)


async def test_an_option_of_each_kind_from_the_list(page: Page) -> None:
    box = page.locator("#composer")
    await box.fill("/options")
    await expect(page.get_by_role("option", name="/options")).to_be_visible()
    await box.press("Tab")
    for part in ("lar", "@bob", "exp", "cour"):
        await box.press_sequentially(part)
        await page.locator("#suggestions [role=option][aria-selected=true]").wait_for()
        await page.wait_for_timeout(30)
        await box.press("Tab")
    await box.press_sequentially("2.5 yes:")
    await page.get_by_role("option", name="True").wait_for()
    await box.press("Enter")
    await box.press("Enter")

    await expect(page.locator("#log")).to_contain_text("2 bob Expert courses 2.5 True None")


async def test_the_menus_of_a_member_and_of_a_message(page: Page, control: Control) -> None:
    said = await control.post("say", who="bob", channel="general", content="remember this")
    message = page.locator(".message", has_text="remember this")
    await message.hover()
    await message.get_by_role("button", name="More").click()
    await page.get_by_role("menuitem", name="Keep").click()
    await expect(page.locator("#log")).to_contain_text(f"kept {said['id']}")

    await message.get_by_role("button", name="Bob Miller").click()
    await page.get_by_role("dialog").get_by_role("button", name="Praise").click()
    await expect(page.locator("#log")).to_contain_text("praised bob")
