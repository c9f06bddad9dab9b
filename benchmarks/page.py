"""How quick the sandbox's page is: `python -m benchmarks.page`.

A real Chromium on a sandbox of its own whose #general holds 5,000 messages. Times are milliseconds.
"""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import aiohttp
from playwright.async_api import Browser, Page, async_playwright

from benchmarks.running import Running
from benchmarks.running import sandbox as running_sandbox
from sandbox.app import Sandbox

MESSAGES, LOADS, POSTS = 5000, 10, 60
WORDS = [
    "the",
    "queue",
    "waits",
    "for",
    "a",
    "task",
    "that",
    "holds",
    "the",
    "lock",
    "while",
    "**nobody**",
    "reads",
    "`await`",
    "and",
    "取消",
    "任务",
    "协程",
]
BOT = {"Authorization": "Bot sandbox.lyceum"}

PAINTED = """async () => {
  const first = () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
  for (let n = 0; n < 200 && first() === undefined; n += 1) await new Promise((done) => setTimeout(done, 20));
  return first();
}"""

# When each awaited text was in the page and the frame after that was begun: the one with the text is painted then.
WATCH = """() => {
  window.seen = {};
  const look = () => {
    for (const found of document.getElementById("messages").textContent.matchAll(/probe-(\\d+)\\./g)) {
      if (found[1] in window.seen) continue;
      window.seen[found[1]] = 0;
      requestAnimationFrame(() => setTimeout(() => (window.seen[found[1]] = performance.timeOrigin + performance.now())));
    }
  };
  new MutationObserver(look).observe(document.getElementById("messages"), { childList: true, subtree: true });
}"""

# So many pixels in each frame, as a quick wheel does, until a text is there and it goes no further.
SCROLL = """async ([step, goal]) => {
  const log = document.getElementById("log");
  const frames = [];
  let [last, most, still] = [performance.now(), 0, 0];
  while (still < 30 || !log.textContent.includes(goal)) {
    const before = log.scrollTop;
    log.scrollTop += step;
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - last);
    last = now;
    most = Math.max(most, document.getElementsByTagName("*").length);
    still = log.scrollTop === before ? still + 1 : 0;
  }
  return { frames: frames.slice(1, -30), most };
}"""


def spread(values: list[float]) -> dict[str, float]:
    """The middle, the 99th of a hundred, and the worst."""
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return {"p50": round(cuts[49], 1), "p99": round(cuts[98], 1), "max": round(max(values), 1)}


async def fill(folder: Path) -> None:
    """A world whose #general holds the messages, by a hundred people."""
    dice = random.Random(5)
    async with Sandbox(folder) as town, aiohttp.ClientSession(town.url) as session:
        async with session.get("/sandbox/world") as answer:
            world = await answer.json()
        people = [member["user"]["id"] for member in world["members"]]
        general = next(one["id"] for one in world["channels"] if one["name"] == "general")
        body = {"as": "bob", "channel": "general", "content": f"number {MESSAGES}."}
        async with session.post("/sandbox/say", json=body) as answer:
            last = int((await answer.json())["id"])
        rows: list[tuple[int, int, None, bytes]] = []
        for n in range(1, MESSAGES):
            words = " ".join(dice.choices(WORDS, k=dice.randrange(2, 60)))
            text = f"number {n}. {words}"
            rows.append(
                (int(general), last - MESSAGES + n, None, json.dumps([dice.choice(people), text]).encode())
            )
        town.world.messages.put_all(rows)


async def opened(browser: Browser, url: str) -> Page:
    """The page, in a window that has nothing of it in its cache."""
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    page = await context.new_page()
    await page.goto(f"{url}/#ann/general")
    await page.get_by_text(f"number {MESSAGES}.").wait_for()
    return page


async def paint(browser: Browser, url: str) -> dict[str, Any]:
    """From asking for the address to the first thing that is seen."""
    found: list[float] = []
    for _ in range(LOADS):
        page = await opened(browser, url)
        found.append(float(await page.evaluate(PAINTED)))
        await page.context.close()
    return spread(found)


async def way(page: Page, town: Running, channel: str) -> dict[str, Any]:
    """From just before the bot's POST to just after the frame that shows its message."""
    await page.evaluate(WATCH)
    found: list[float] = []
    async with aiohttp.ClientSession(headers=BOT) as session:
        for n in range(POSTS):
            body = {"content": f"probe-{n}. of the way to the screen"}
            began = time.time() * 1000
            async with session.post(f"{town.url}/api/v10/channels/{channel}/messages", json=body) as answer:
                told = await answer.json()
            if answer.status == 429:
                await asyncio.sleep(float(told["retry_after"]))
                continue
            for _ in range(500):
                if at := await page.evaluate(f"window.seen[{n}]"):
                    found.append(at - began)
                    break
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.15)
    return spread(found) | {"messages": len(found)}


async def scrolled(page: Page, step: int, goal: str) -> dict[str, Any]:
    """Through all messages in one direction."""
    told = await page.evaluate(SCROLL, [step, goal])
    frames = [float(frame) for frame in told["frames"]]
    over = sum(frame > 50 for frame in frames)
    return spread(frames) | {
        "frames": len(frames),
        "over 50 ms": over,
        "nodes at most": told["most"],
    }


async def measure(folder: Path) -> None:
    """All of it, a line each."""
    await fill(folder)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with running_sandbox(folder, "--no-limits") as town:
        channel = next(
            one["id"] for one in town.ask("/sandbox/world")["channels"] if one["name"] == "general"
        )
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            print("first paint", await paint(browser, town.url), flush=True)
            page = await opened(browser, town.url)
            print("from the bot to the screen", await way(page, town, channel), flush=True)
            await page.locator("#log").hover()
            print("up through all, reading them", await scrolled(page, -100, "number 1."), flush=True)
            print("down through all", await scrolled(page, 100, f"probe-{POSTS - 1}."), flush=True)
            await browser.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(measure(Path(name) / "world"))
