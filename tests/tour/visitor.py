"""Somebody who follows the tour in the sandbox's page, as a person does: looks, presses, writes, and reads."""

from __future__ import annotations

import asyncio
import re

from playwright.async_api import Page, expect

from bot.demo.people import People
from tests.community import BotProcess
from tests.sandbox.page.axe import violations
from tests.tour.hands import Hands
from tests.tour.line import Line, sent
from tests.tour.steps import Step, command
from tests.tour.walker import declared, translations

PATIENCE, PAUSE = 10.0, 0.05
_THINKING = "•••"  # stands for an answer that is not there yet


class Visitor:
    """Follows steps on one open page, in its language, and looks at every state with axe-core."""

    def __init__(
        self, bot: BotProcess, people: People, page: Page, hands: Hands, locale: str = "en-US"
    ) -> None:
        self._bot = bot
        self._people = people
        self._page = page
        self._hands = hands
        self._locale = locale
        self._line = Line(page, hands, locale)
        self.barriers: list[str] = []
        """What axe-core found that keeps people out, in any state so far."""
        self._rows = page.locator("#messages > li")

    async def follow(self, step: Step) -> str:
        """Do the step; returns what is then to be read, or "" where there is nothing to read."""
        text: str = await getattr(self, "_" + step.verb)(**step.told)
        await self._bot.settled()
        refused = await self._page.locator(".toast.error").all_inner_texts()
        assert refused == [], f"step {step.number}: {refused}"
        await self._look_for_barriers(self._page)
        return text

    async def photograph(self) -> bytes:
        """What is seen now, as a PNG."""
        await self._page.mouse.move(0, 0)
        return await self._page.screenshot()

    # --- what a step asks for -------------------------------------------------------------------------------

    async def _type(self, who: str, channel: str, command: str) -> str:
        await self._be(who, channel)
        before = await self._newest()
        await self._compose(who, command)
        await self._page.keyboard.press("Enter")
        await sent(self._line)
        return await self._after(before)

    async def _say(self, who: str, channel: str, words: str) -> str:
        await self._be(who, channel)
        before = await self._newest()
        await self._hands.write(self._page, self._line.box, words)
        await self._page.keyboard.press("Enter")
        await self._after(before)
        return ""

    async def _press(self, who: str, label: str) -> str:
        await self._be(who)
        id_ = await self._newest()
        before = await self._read(id_)
        button = self._rows.last.get_by_role("button", name=self._said(label), exact=True)
        await self._hands.press(self._page, button)
        return await self._after(id_, before)

    async def _pay(self, who: str) -> str:
        await self._be(who)
        id_ = await self._newest()
        before = await self._read(id_)
        async with self._page.context.expect_page() as opened:
            await self._hands.press(self._page, self._rows.last.locator(".card a.button"))
        till = await opened.value
        for form in ("#pay", "#refund"):
            await till.wait_for_selector(form)
            await self._look_for_barriers(till)
            if form == "#pay":
                await self._hands.press(till, till.locator("#pay button"))
        await till.close()
        return await self._after(id_, before)

    async def _look(self, who: str, channel: str) -> str:
        await self._be(who, channel)
        await expect(self._rows.last).to_be_visible()
        return await self._read(await self._newest())

    async def _join(self, who: str, voice: str) -> str:
        await self._be(who)
        await self._hands.press(self._page, self._page.locator(".voice", has_text=voice).locator("button"))
        await expect(self._page.locator("#connected")).to_contain_text(voice)
        return ""

    async def _leave(self, who: str) -> str:
        await self._be(who)
        await self._hands.press(self._page, self._page.locator("#hang-up"))
        await expect(self._page.locator("#connected")).to_have_count(0)
        return ""

    async def _turn(self, hours: str) -> str:
        button, now = self._page.locator("#step-hour"), self._page.locator("#now")
        for _ in range(int(hours)):
            shown = await now.inner_text()
            await self._hands.press(self._page, button)
            await expect(now).not_to_have_text(shown)
            await expect(button).to_be_enabled(timeout=30_000)
        return ""

    # --- being somebody, somewhere --------------------------------------------------------------------------

    async def _be(self, who: str, channel: str | None = None) -> None:
        field = self._page.locator("#me")
        user = await self._user(who)
        if await field.input_value() != user:
            label = await field.locator(f"option[value='{user}']").inner_text()
            await self._hands.choose(self._page, field, label)
            await expect(field).to_have_value(user)
            await self._page.wait_for_function("who => location.hash.startsWith(`#${who}/`)", arg=who)
        if channel and await self._page.locator("#head h2").inner_text() != channel:
            button = self._page.locator("#side nav .channel", has=self._page.get_by_text(channel, exact=True))
            await self._hands.press(self._page, button)
            await expect(self._page.locator("#head h2")).to_have_text(channel)
        await asyncio.sleep(0.1)  # what was open goes, what is here is read

    async def _user(self, who: str) -> str:
        members = (await self._people.world())["members"]
        return next(str(one["user"]["id"]) for one in members if one["user"]["username"] == who)

    async def _compose(self, who: str, typed: str) -> None:
        known = await declared(self._people, who)
        path, options = command(typed, list(known))
        await self._line.write(path, known[path], options)

    def _said(self, english: str) -> str | re.Pattern[str]:
        if self._locale == "en-US":
            return english
        return re.compile("^(" + "|".join(re.escape(one) for one in translations(english)) + ")$")

    async def _look_for_barriers(self, page: Page) -> None:
        self.barriers += [f"{page.url}: {one}" for one in await violations(page)]

    # --- reading --------------------------------------------------------------------------------------------

    async def _newest(self) -> str:
        if await self._rows.count() == 0:
            return "0"
        return str(await self._rows.last.get_attribute("data-id"))

    async def _read(self, id_: str) -> str:
        """A message as a person reads it: its words, and those of its buttons."""
        row = self._page.locator(f"#messages > li[data-id='{id_}'] .body")
        return await row.inner_text() if await row.count() else ""

    async def _after(self, id_: str, before: str | None = None) -> str:
        """What came: a newer message, or another text in the place of this one."""
        for _ in range(int(PATIENCE / PAUSE)):
            await asyncio.sleep(PAUSE)
            newest = await self._newest()
            text = await self._read(newest)
            if text and _THINKING not in text and (newest != id_ or before not in (None, text)):
                return text
        raise AssertionError(f"nothing came after:\n{await self._read(id_)}")
