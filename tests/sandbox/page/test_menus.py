"""Menus under the pointer, names in a message, the line above a command, and moments in the viewer's zone."""

from __future__ import annotations

import json

import pytest
from playwright.async_api import expect

from sandbox.app import Sandbox
from tests.sandbox.page.conftest import Open, until
from tests.sandbox.page.showcase import declare
from tests.sandbox.people import Bot, Control


async def test_a_right_click_on_a_person(open_page: Open, bot: Bot, control: Control) -> None:
    await declare(bot)
    await control.post("say", who="bob", channel="general", content="hello")
    page = await open_page("#ann/general")
    author = page.get_by_role("button", name="Bob Miller")
    await author.click(button="right")
    await page.get_by_role("menuitem", name="Praise").click()
    await expect(page.locator("#log")).to_contain_text("praised bob")

    await author.click(button="right")
    await page.get_by_role("menuitem", name="Act as Bob Miller").click()
    await expect(page.locator("#me")).to_have_value(await control.user_id("bob"))
    await page.locator(".message", has_text="hello").click(button="right")
    await page.get_by_role("menuitem", name="Delete").click()
    await expect(page.locator(".message", has_text="hello")).to_have_count(0)


async def test_a_name_that_is_begun_becomes_a_mention(open_page: Open, control: Control) -> None:
    page = await open_page("#ann/general")
    box = page.locator("#composer")
    await box.press_sequentially("hello @bob")
    await page.get_by_role("option", name="@Bob Miller").wait_for()
    await box.press("Enter")
    await box.press_sequentially("in #hel")
    await page.get_by_role("option", name="#help").wait_for()
    await box.press("Tab")
    assert await box.input_value() == "hello @Bob Miller in #help "
    await box.press("Enter")

    message = page.locator(".message", has_text="hello")
    await expect(message.locator(".mention")).to_have_text(["@Bob Miller", "#help"])
    said = (await control.get("messages", channel="general", who="ann"))[-1]
    assert [user["id"] for user in said["mentions"]] == [await control.user_id("bob")]


async def test_the_line_above_a_command_says_what_is_asked(open_page: Open, shop: Bot) -> None:
    page = await open_page("#ann/general")
    await page.locator("#composer").press_sequentially("/membership buy plan:")
    line = page.locator("#options")

    await expect(line.locator(".chip.now")).to_have_text("plan*")
    await expect(line.locator("#about-option")).to_contain_text("(text)")
    await line.get_by_role("button", name="gift").click()
    await expect(page.locator("#composer")).to_have_value("/membership buy plan: gift:")
    await expect(line.locator("#about-option")).to_contain_text("(yes or no)")


async def test_moments_are_in_the_viewers_zone(open_page: Open, control: Control) -> None:
    await control.post("say", who="bob", channel="general", content="at <t:1796149805:t>")
    here = await open_page("#ann/general", timezone_id="Asia/Shanghai", locale="zh-CN")
    there = await open_page("#ann/general", timezone_id="America/New_York")

    await expect(here.locator("time.moment")).to_have_text("02:30")
    await expect(there.locator("time.moment")).to_have_text("1:30 PM")


@pytest.mark.thorough
async def test_older_messages_come_in_above_what_is_read(
    open_page: Open, sandbox: Sandbox, control: Control
) -> None:
    general, bob = int(await control.channel_id("general")), await control.user_id("bob")
    last = int((await control.post("say", who="bob", channel="general", content="number 1000."))["id"])
    rows = [
        (general, last - 1000 + n, None, json.dumps([bob, f"number {n}."]).encode()) for n in range(1, 1000)
    ]
    sandbox.world.messages.put_all(rows)
    page = await open_page("#ann/general")
    await until(page, "document.getElementById('log').scrollTop > 0")  # the newest are there, and shown

    await page.evaluate("document.getElementById('log').scrollTop = 0")
    await until(page, "document.getElementById('log').scrollHeight > 4500")
    await page.wait_for_timeout(300)

    assert "number 1." not in await page.locator("#log").inner_text()  # one was not carried to the beginning
