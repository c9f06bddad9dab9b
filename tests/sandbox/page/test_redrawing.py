"""What is drawn anew keeps its place and its focus, and does what the newest drawing says."""

from __future__ import annotations

from playwright.async_api import expect

from tests.sandbox.page.conftest import Open
from tests.sandbox.people import Control

DRAWN_TWICE = """async () => {
    const { el } = await import("/page/dom.js");
    const { onMenu } = await import("/page/menu.js");
    const { patch } = await import("/page/patch.js");
    const box = document.createElement("div");
    document.body.append(box);
    const heard = [];
    const draw = (what) => {
        const item = el("li", {}, el("button", { type: "button", onclick: () => heard.push(what) }, "Press"));
        onMenu(item, () => void heard.push(`menu ${what}`));
        patch(box, el("ul", {}, item));
        return box.querySelector("button");
    };
    const first = draw("old");
    first.focus();
    const second = draw("new");
    second.click();
    second.dispatchEvent(new KeyboardEvent("keydown", { key: "ContextMenu", bubbles: true }));
    return { heard, kept: first === second, focused: document.activeElement === first };
}"""


async def test_a_control_that_looks_the_same_does_what_the_newest_drawing_says(open_page: Open) -> None:
    page = await open_page("#ann/general")

    assert await page.evaluate(DRAWN_TWICE) == {"heard": ["new", "menu new"], "kept": True, "focused": True}


async def test_who_moves_up_in_a_voice_channel_brings_their_own_menu(
    open_page: Open, control: Control
) -> None:
    for who in ("bob", "eve"):
        await control.post("voice", who=who, channel="Lounge")
    page = await open_page("#ann/general")
    listeners = page.locator(".listener")
    await expect(listeners).to_have_count(2)

    await control.post("voice", who="bob", channel=None)
    await expect(listeners).to_have_count(1)
    await expect(listeners).to_contain_text("Eve")
    await listeners.click(button="right")

    await expect(page.get_by_role("menuitem", name="Act as")).to_contain_text("Eve")
