"""Make the picture on the first page of the README: `python -m tests.tour.weekly_post`.

They show what a person sees in the sandbox's page, taken with Debian's Chromium. Look at each before you commit it.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import Page, async_playwright

from bot.demo.people import People
from tests.community import ROOT, bot_process

CHROMIUM = "/usr/bin/chromium"
DOCS = ROOT / "docs"


async def take(folder: Path) -> None:
    """The weekly post as the owner sees it."""
    async with bot_process(folder) as bot:
        await bot.start(patience=240)
        async with People(bot.sandbox) as people:
            await people.clock(advance=360)
            await bot.settled()
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = await browser.new_page(viewport={"width": 1120, "height": 1010}, color_scheme="dark")
            await weekly_post(page, bot.sandbox)
            await browser.close()
        await bot.stop()


async def weekly_post(page: Page, url: str) -> None:
    """#staff, scrolled to the last post."""
    await page.goto(f"{url}/#olivia/staff")
    await page.get_by_text("1.80").last.wait_for()
    await page.wait_for_timeout(1500)
    await page.mouse.move(700, 600)
    await page.mouse.wheel(0, 10_000)
    await page.wait_for_timeout(500)
    await page.screenshot(path=DOCS / "weekly-post.png")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as fresh:
        asyncio.run(take(Path(fresh)))
