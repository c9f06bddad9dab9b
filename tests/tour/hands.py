"""How somebody works a page: with a mouse, or with a keyboard alone."""

from __future__ import annotations

from typing import Protocol

from playwright.async_api import Locator, Page

FAR = 60
"""So many presses of Tab within one part of the page are too many for anybody."""


class Hands(Protocol):
    """What every way of working a page can do."""

    async def press(self, page: Page, thing: Locator) -> None:
        """Press a button, follow a link."""

    async def choose(self, page: Page, field: Locator, label: str) -> None:
        """Choose an entry of a list by its words."""

    async def write(self, page: Page, field: Locator, text: str) -> None:
        """Write more at the end of a field."""

    async def take(self, page: Page, suggestions: Locator, index: int) -> None:
        """Take one of the suggestions under the message box."""


class Mouse:
    """Points and clicks; types only text."""

    async def press(self, page: Page, thing: Locator) -> None:
        await thing.click()

    async def choose(self, page: Page, field: Locator, label: str) -> None:
        await field.select_option(label=label)

    async def write(self, page: Page, field: Locator, text: str) -> None:
        await field.click()
        await page.keyboard.press("End")
        await page.keyboard.insert_text(text)

    async def take(self, page: Page, suggestions: Locator, index: int) -> None:
        await suggestions.nth(index).click()


class Keyboard:
    """Has no mouse: F6 from part to part, Tab within one, arrows, Enter."""

    async def press(self, page: Page, thing: Locator) -> None:
        await self._reach(page, thing)
        await page.keyboard.press("Enter")

    async def choose(self, page: Page, field: Locator, label: str) -> None:
        await self._reach(page, field)
        await page.keyboard.press("Space")
        await page.keyboard.type(label.partition(" —")[0])
        await page.keyboard.press("Enter")

    async def write(self, page: Page, field: Locator, text: str) -> None:
        await self._reach(page, field)
        await page.keyboard.press("End")
        await page.keyboard.type(text)

    async def take(self, page: Page, suggestions: Locator, index: int) -> None:
        for _ in range(index):
            await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Tab")

    async def _reach(self, page: Page, thing: Locator) -> None:
        """Bring the focus there, as a person does who sees where it is."""
        for _ in range(8):
            if await thing.evaluate(_IN_SAME_PART):
                break
            await page.keyboard.press("F6")
        for _ in range(FAR):
            way = await thing.evaluate(_WAY)
            if way == "here":
                return
            await page.keyboard.press(way)
        raise AssertionError(f"no keyboard reaches {thing}")


_IN_SAME_PART = """one => {
  const part = (node) => node?.closest("#side, #head, #log, #bottom, #tour, #people, #drawer, dialog") ?? document.body;
  return part(one) === part(document.activeElement);
}"""

# In the log arrows go from message to message; everywhere else, and within a message, Tab goes on.
_WAY = """one => {
  const here = document.activeElement;
  if (here === one) return "here";
  const after = here.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING;
  const [row, wanted] = [here, one].map((node) => node.closest(".row-of-log"));
  if (wanted && row !== wanted) return after ? "ArrowDown" : "ArrowUp";
  return after ? "Tab" : "Shift+Tab";
}"""
