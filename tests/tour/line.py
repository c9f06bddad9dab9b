"""The message box of the page: a command written as a person writes it, from what the box offers."""

from __future__ import annotations

import asyncio
from typing import Any

from playwright.async_api import Page, expect

from tests.tour.hands import Hands

PATIENCE = 10.0
PAUSE = 0.05
_WORDS = (
    "all => all.map((one) => ['strong', '.quiet'].map((part) => one.querySelector(part)?.textContent ?? ''))"
)
_NUMBER = 4
"""Types of options up to this one take what is written; a member, a channel, … must be chosen."""
CALM = 0.35
"""Seconds without a change after which a list of suggestions is what it will be."""


class Line:
    """Writes commands for one viewer. `said` gives what an English text may be called in their language."""

    def __init__(self, page: Page, hands: Hands, locale: str) -> None:
        self._page = page
        self._hands = hands
        self._locale = locale
        self.box = page.locator("#composer")
        self._entries = page.locator("#suggestions li")

    async def write(self, path: str, declared: dict[str, Any], options: dict[str, str]) -> None:
        """Put the command on the line: its name and every option taken from what is offered, where something is."""
        await self._hands.write(self._page, self.box, f"/{path}")
        await self._take(f"/{path}")
        for name, text in options.items():
            option = declared[name]
            line = await self.box.input_value()
            asked = any(line.endswith(f" {one}:") for one in (name, self._localised(option)))
            lead = "" if asked else f"{'' if line.endswith(' ') else ' '}{name}:"
            choice = next((one for one in option.get("choices", []) if one["name"] == text), None)
            said = self._localised(choice) if choice else "" if text == "…" else text
            await self._hands.write(self._page, self.box, lead + said)
            if option.get("autocomplete") or choice or option["type"] > _NUMBER:
                await self._take(said)

    async def _take(self, wanted: str) -> None:
        """Take what is called so, else the first; nothing where the box knows already what the text means."""
        last: list[list[str]] = []
        still = 0.0
        for _ in range(int(PATIENCE / PAUSE)):
            found: list[list[str]] = await self._entries.evaluate_all(_WORDS)
            fits = [n for n, (label, more) in enumerate(found) if wanted and _called(label, more, wanted)]
            still = still + PAUSE if found == last else 0.0
            last = found
            if fits or (still >= CALM and found):
                if fits or not all(label.endswith(":") for label, _ in found):
                    await self._hands.take(self._page, self._entries, (fits or [0])[0])
                return
            await asyncio.sleep(PAUSE)
        raise AssertionError(f"nothing is offered for {await self.box.input_value()}")

    def _localised(self, thing: dict[str, Any]) -> str:
        names: dict[str, str] = thing.get("name_localizations") or {}
        return names.get(self._locale) or str(thing["name"])


def _called(label: str, more: str, wanted: str) -> bool:
    """A person's user name stands beside their name; everything else is found by a part of its own."""
    return more == wanted or wanted.lower() in label.lower()


async def sent(line: Line) -> None:
    """The line is empty again: it was sent."""
    await expect(line.box).to_have_value("")
