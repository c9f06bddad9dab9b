"""Channels, people and what they write, as a person at the page uses them."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from sandbox.app import Sandbox
from tests.sandbox.page.conftest import Open, until
from tests.sandbox.people import Bot, Control

_EVIL = [
    "<script>document.title='x'</script>",
    "<img src=x onerror=\"document.title='x'\">",
    "<svg/onload=\"document.title='x'\">",
    "[x](javascript:document.title='x')",
    "[x](<javascript:document.title='x'>)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "<https://example.org/\"onmouseover=\"document.title='x'>",
    'https://example.org/"><img src=x onerror=alert(1)>',
    "**<b onclick=alert(1)>bold</b>**",
    "`<iframe src=javascript:alert(1)>`",
    "```html\n</code></pre><script>document.title='x'</script>\n```",
    "<t:99999999999999:R> <t:9999999999999:F> <@999> <@&999> <#999> </x:999>",
    "||<style>*{display:none}</style>||",
    "# <h1 onclick=alert(1)>",
    "> <object data=javascript:alert(1)>",
    "- <a href=javascript:alert(1)>x</a>",
    "&lt;script&gt;alert(1)&lt;/script&gt; &#60;b&#62;",
    "\u202e\u0000\ufeff<b>\u2028</b>",
    "*" * 3000,
    "||" * 900 + "x",
]


async def test_no_text_of_a_corpus_becomes_markup(open_page: Open, control: Control) -> None:
    for text in _EVIL:
        await control.session.post(
            "/sandbox/say", json={"as": "bob", "channel": "general", "content": text[:2000]}
        )
    await control.post("join", name='<i id="evil">x</i>')

    page = await open_page("#ann/general")
    await expect(page.locator("#log")).to_contain_text("<style>")
    await page.locator("#open-people").click()

    seen = set(await page.locator("#log *").evaluate_all("all => all.map(one => one.localName)"))
    assert seen <= {
        "ol",
        "li",
        "p",
        "span",
        "div",
        "button",
        "time",
        "svg",
        "path",
        "code",
        "pre",
        "a",
        "strong",
        "em",
        "h3",
        "blockquote",
        "ul",
        "br",
    }
    assert await page.locator("a:not([href^='http'])").evaluate_all(
        "all => all.map(one => one.getAttribute('href'))"
    ) == ["#composer"]
    assert await page.locator("[onclick], [onload], [onerror], #evil").count() == 0
    assert "Sandbox" in await page.title()


@pytest.mark.thorough
async def test_five_thousand_messages_scroll_and_few_are_in_the_page(
    open_page: Open, sandbox: Sandbox, control: Control
) -> None:
    general = int(await control.channel_id("general"))
    bob = await control.user_id("bob")
    last = int((await control.post("say", who="bob", channel="general", content="number 5000"))["id"])
    rows = [
        (general, last - 5000 + n, None, json.dumps([bob, f"number {n}."]).encode()) for n in range(1, 5000)
    ]
    sandbox.world.messages.put_all(rows)

    page = await open_page("#ann/general")
    log = page.locator("#log")
    await expect(log).to_contain_text("number 5000")
    assert await log.locator("li").count() < 80
    await page.evaluate(
        """async () => {
          const log = document.getElementById("log");
          for (let n = 0; n < 2000 && !log.textContent.includes("number 1."); n += 1) {
            log.scrollTop = 0;
            await new Promise((done) => setTimeout(done, 15));
          }
        }"""
    )
    await expect(log).to_contain_text("number 1.")
    assert await log.locator("li").count() < 80
    await control.post("say", who="bob", channel="general", content="something new")
    pill = page.get_by_role("button", name="1 new messages below")
    await pill.click()
    await expect(log).to_contain_text("something new")
    await expect(pill).to_be_hidden()


async def test_a_picture_that_comes_late_leaves_the_end_in_sight(
    open_page: Open, bot: Bot, control: Control
) -> None:
    for n in range(30):
        await control.post("say", who="bob", channel="general", content=f"line {n}")
    page = await open_page("#ann/general")
    file = {"filename": "tall.svg.png", "base64": base64.b64encode(b"no picture").decode()}
    await control.post("say", who="bob", channel="general", content="look", files=[file])

    await expect(page.locator("#log")).to_contain_text("look")
    await page.locator("#log li").last.evaluate("one => one.style.minHeight = '900px'")

    await until(
        page, "(l => l.scrollHeight - l.scrollTop - l.clientHeight < 2)(document.getElementById('log'))"
    )


async def test_unread_channels_are_marked_until_they_are_opened(open_page: Open, control: Control) -> None:
    ann = await control.user_id("ann")
    page = await open_page("#ann/general")
    await control.post("say", who="bob", channel="help", content="hello all")
    await expect(page.get_by_role("button", name="help, unread")).to_be_visible()
    await control.post("say", who="bob", channel="help", content=f"<@{ann}> you too")
    await expect(page.get_by_role("button", name="help, 1 mentions")).to_be_visible()

    await page.reload()
    await page.get_by_role("button", name="help, unread").click()

    await expect(page.locator(".fresh")).to_have_text("NEW")
    await expect(page.get_by_role("button", name="help", exact=True)).to_have_attribute(
        "aria-current", "page"
    )


async def test_people_react_answer_and_open_threads(open_page: Open, control: Control) -> None:
    said = await control.post("say", who="bob", channel="general", content="a question")
    page = await open_page("#ann/general")
    message = page.locator(".message", has_text="a question").first

    await message.hover()
    await message.get_by_role("button", name="React: 👍").click()
    chip = message.get_by_role("button", name="👍 1")
    await expect(chip).to_have_attribute("aria-pressed", "true")
    await chip.click()
    await expect(chip).to_have_count(0)

    await message.hover()
    await message.get_by_role("button", name="React", exact=True).click()
    await page.get_by_role("button", name="🎉").press("Enter")
    await expect(message.get_by_role("button", name="🎉 1")).to_be_visible()

    await message.get_by_role("button", name="Reply").click()
    await page.locator("#composer").fill("an answer")
    await page.locator("#composer").press("Enter")
    answer = page.locator(".message").last
    await expect(answer.locator(".above")).to_contain_text("Bob Miller a question")

    await message.hover()
    await message.get_by_role("button", name="Thread").click()
    await page.get_by_role("textbox", name="Name of the thread").fill("More of it")
    await page.get_by_role("button", name="OK").click()
    await expect(page.locator("#head h2")).to_have_text("More of it")
    assert any(
        c["name"] == "More of it" and c["id"] == said["id"] for c in (await control.get("world"))["channels"]
    )


async def test_files_go_with_a_message(open_page: Open, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("a note")
    page = await open_page("#ann/general")
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name="Attach files").click()
    await (await chooser.value).set_files(tmp_path / "notes.txt")
    await page.get_by_role("button", name="Send").click()

    await expect(page.locator(".message").get_by_role("link", name="notes.txt")).to_be_visible()
    await expect(page.locator("#tray")).to_be_hidden()


async def test_direct_messages_with_the_bot(open_page: Open, bot: Bot, control: Control) -> None:
    page = await open_page("#ann/general")
    ann = await bot.fetch_user(int(await control.user_id("ann")))
    await ann.send("psst")
    await page.get_by_role("button", name="lyceum, unread").click()

    await expect(page.locator("#log")).to_contain_text("psst")
    await page.locator("#composer").fill("yes?")
    await page.locator("#composer").press("Enter")
    await expect(page.locator("#log")).to_contain_text("yes?")


async def test_members_stand_under_their_role_in_its_colour(open_page: Open) -> None:
    page = await open_page("#ann/general")
    await page.locator("#open-people").click()
    column = page.locator("#people")

    assert (await column.locator("h2").all_inner_texts())[:2] == ["Moderator — 1", "Expert — 1"]
    colours = [
        await column.get_by_role("button", name=name)
        .locator(".name")
        .evaluate("one => getComputedStyle(one).color")
        for name in ("Max Weber", "Eve Laurent", "Bob Miller")
    ]
    assert len(set(colours)) == 3 and colours[2] == "rgb(6, 6, 7)"
    await column.get_by_label("Find a member").fill("eve")
    await column.get_by_role("button", name="Eve Laurent").click()
    await expect(page.get_by_role("dialog", name="Eve Laurent")).to_contain_text("Expert")


async def test_somebody_new_joins_and_one_acts_as_them(open_page: Open, control: Control) -> None:
    page = await open_page("#ann/general")
    await page.get_by_role("button", name="Add a person").click()
    await page.get_by_label("Name").fill("Zoe Novak")
    await page.get_by_role("button", name="OK").click()

    await expect(page.locator("#toasts")).to_contain_text("You are Zoe Novak now.")
    await page.locator("#composer").fill("hello, I am new")
    await page.locator("#composer").press("Enter")
    await expect(page.locator(".message .author", has_text="Zoe Novak")).to_be_visible()


async def test_voice_and_events(open_page: Open, bot: Bot, control: Control) -> None:
    guild = await control.guild_id()
    body = {
        "name": "Evening talk",
        "privacy_level": 2,
        "entity_type": 3,
        "entity_metadata": {"location": "Here"},
        "scheduled_start_time": "2099-01-01T18:00:00Z",
        "scheduled_end_time": "2099-01-01T19:00:00Z",
    }
    status, event = await control.api("olivia", "POST", f"/guilds/{guild}/scheduled-events", body)
    assert status == 200
    page = await open_page("#ann/general")

    await page.get_by_role("button", name="Join: Lounge").click()
    await expect(page.locator("#connected")).to_contain_text("Lounge")
    await page.locator("#hang-up").click()
    await expect(page.locator("#connected")).to_have_count(0)

    await page.locator("#open-events").click()
    card = page.get_by_role("article").filter(has_text="Evening talk")
    await card.get_by_role("button", name="Interested").click()
    await expect(card).to_contain_text("1 interested")
    assert (await control.get("world"))["interested"][event["id"]] == [await control.user_id("ann")]
    await card.get_by_role("button", name="Interested").click()
    await expect(card).to_contain_text("0 interested")


async def test_the_page_fits_a_phone(open_page: Open, control: Control) -> None:
    page = await open_page("#ann/general")
    await page.set_viewport_size({"width": 360, "height": 740})

    await expect(page.locator("#side")).to_be_hidden()
    assert await _overflow(page) == 0
    await page.get_by_role("button", name="Show channels").click()
    await page.get_by_role("button", name="help").click()
    await expect(page.locator("#side")).to_be_hidden()
    await expect(page.locator("#head h2")).to_have_text("help")
    await expect(page.locator("#composer")).to_be_in_viewport()


async def _overflow(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    width: int = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return max(width, 0)


async def test_colours_can_be_chosen_and_are_remembered(open_page: Open) -> None:
    page = await open_page("#ann/general")
    await page.get_by_label("Colours").select_option("dark")
    dark = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    await page.reload()
    await page.wait_for_selector("#composer")
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == dark == "rgb(49, 51, 56)"
    await page.get_by_label("Colours").select_option("light")
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
