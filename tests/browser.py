"""The system's Chromium, for every test that shows a page; registered in tests/conftest.py."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import AsyncGenerator, Iterator
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_AWAKE = (
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-background-timer-throttling",
)
"""Several windows are open at once: none may be slowed down, or left undrawn, because another one is in front."""


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One browser for all tests of a run: starting it takes longer than most of them. Where it listens."""
    path = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if path is None:
        pytest.skip("needs a Chromium on this machine")
    folder = tmp_path_factory.mktemp("chromium")
    flags = [
        "--headless=new",
        "--remote-debugging-port=0",
        f"--user-data-dir={folder}",
        "--no-first-run",
        *_AWAKE,
    ]
    if os.geteuid() == 0:
        flags.append("--no-sandbox")
    with subprocess.Popen([path, *flags], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        port = folder / "DevToolsActivePort"
        deadline = time.monotonic() + 30
        while not (port.is_file() and port.read_text().count("\n")):
            assert process.poll() is None and time.monotonic() < deadline, "the browser did not start"
            time.sleep(0.02)
        yield f"http://127.0.0.1:{port.read_text().splitlines()[0]}"
        process.terminate()


@contextlib.asynccontextmanager
async def window(chromium: str, **how: Any) -> AsyncGenerator[BrowserContext]:
    """A profile of its own in that browser; a mistake in a page's scripts, or one that may not run, fails the test."""
    async with driven(chromium) as browser, profile(browser, **how) as context:
        yield context


@contextlib.asynccontextmanager
async def driven(chromium: str) -> AsyncGenerator[Browser]:
    """The browser in playwright's hands, for tests that share a loop: each would start playwright anew otherwise."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.connect_over_cdp(chromium)
        yield browser
        await browser.close()


@contextlib.asynccontextmanager
async def profile(browser: Browser, **how: Any) -> AsyncGenerator[BrowserContext]:
    """A window with nothing kept from others; it fails as `window` does."""
    wrong: list[str] = []
    options: dict[str, Any] = {"locale": "en-US", "timezone_id": "UTC"} | how
    context = await browser.new_context(**options)
    context.set_default_timeout(10_000)
    context.on("page", lambda page: _listen(page, wrong))
    yield context
    await context.close()
    assert wrong == []


def _listen(page: Page, wrong: list[str]) -> None:
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if "Content Security" in said.text else None)
