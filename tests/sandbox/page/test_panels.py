"""The clock, the developer's drawer and the guided visit."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.sandbox.page.conftest import Open
from tests.sandbox.people import Bot, Control


async def test_the_clock_runs_sixty_times_as_fast_and_stands_again(open_page: Open, control: Control) -> None:
    await control.post("clock", to="2026-12-01T08:00:00+00:00")
    page = await open_page("#olivia/general")

    await page.get_by_role("button", name="Sixty times as fast").click()
    await expect(page.locator("#now")).to_have_text(re.compile(r"8:0[1-9]:\d\d AM"))
    assert (await control.get("clock"))["speed"] == 60
    await page.get_by_role("button", name="Stand still").click()
    await expect(page.get_by_role("button", name="Stand still")).to_have_attribute("aria-pressed", "true")
    assert (await control.get("clock"))["speed"] == 0


async def test_the_drawer_shows_requests_and_dispatches_as_they_happen(
    open_page: Open, shop: Bot, control: Control
) -> None:
    page = await open_page("#ann/general")
    await page.locator("#open-drawer").press("Enter")
    panel = page.get_by_role("tabpanel")
    await expect(panel).to_contain_text("/commands")

    await shop.room("general").send("told to all")
    row = panel.locator("details", has_text="/messages").first
    await row.locator("summary").press("Enter")
    await expect(row).to_contain_text('"content": "told to all"')
    await expect(row).to_contain_text("200")

    await page.get_by_role("tab", name="Requests").press("ArrowRight")
    await control.post(
        "slash", who="ann", channel="general", command="membership buy", options={"plan": "pro"}
    )
    row = panel.locator("details", has_text="INTERACTION_CREATE").first
    await row.locator("summary").press("Enter")
    await expect(row).to_contain_text('"token": "***"')

    await page.keyboard.press("Escape")
    await expect(page.locator("#drawer")).to_be_hidden()
    await expect(page.locator("#open-drawer")).to_be_focused()


async def test_faults_are_switched_on_and_off_by_keyboard(
    open_page: Open, bot: Bot, control: Control
) -> None:
    page = await open_page("#olivia/general")
    await page.locator("#open-drawer").press("Enter")
    await page.get_by_role("tab", name="Requests").press("ArrowLeft")
    switch = page.get_by_role("switch", name="Discord answers 500")
    await switch.press("Space")
    await expect(switch).to_have_attribute("aria-checked", "true")
    assert (await control.get("faults"))[0]["status"] == 500
    await page.get_by_role("switch", name="Discord answers 500").press("Space")
    await expect(switch).to_have_attribute("aria-checked", "false")
    assert await control.get("faults") == []

    roles = page.get_by_role("switch", name="The bot may not manage roles")
    before = [r["permissions"] for r in (await control.get("world"))["roles"] if r["managed"]]
    await roles.press("Space")
    await expect(roles).to_have_attribute("aria-checked", "true")
    await roles.press("Space")
    await expect(roles).to_have_attribute("aria-checked", "false")
    assert before == [r["permissions"] for r in (await control.get("world"))["roles"] if r["managed"]]

    await page.get_by_role("button", name="Cut the connection").click()
    await expect(page.locator("#toasts")).to_contain_text("Done to 1 sessions.")


async def test_the_visit_ticks_what_really_happened(open_page: Open, shop: Bot, control: Control) -> None:
    page = await open_page("#olivia/general")
    tour = page.locator("#tour")
    voice = tour.locator("[data-step=voice]")
    await expect(voice).not_to_have_class("done")
    await page.get_by_role("button", name="Join: Lounge").click()
    await expect(voice).to_have_class("done")
    await page.get_by_role("button", name="+1 week").click()
    await expect(tour.locator("[data-step=turn]")).to_have_class("done")

    await page.locator("#go-plans").click()
    await expect(page.locator("#composer")).to_have_value("/membership plans")
    await expect(page.locator("#me")).to_have_value(await control.user_id("ann"))
    await expect(tour.locator("[data-step=plans]")).not_to_have_class("done")

    ann = await control.user_id("ann")
    role = await control.role_id("Expert")
    status, _ = await control.api(
        "olivia", "PUT", f"/guilds/{await control.guild_id()}/members/{ann}/roles/{role}"
    )
    assert status == 204
    await expect(tour.locator("[data-step=pay]")).to_have_class("done")

    await page.locator("#close-tour").click()
    await expect(tour).to_be_hidden()
    await page.reload()
    await expect(tour).to_be_hidden()
    await page.locator("#open-tour").click()
    await expect(voice).to_have_class("done")
    await page.locator("#tour-again").click()
    await expect(tour.locator("li.done")).to_have_count(0)
