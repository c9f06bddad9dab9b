"""axe-core looks at a page: what would keep people with a disability out of it.

For every page that a browser shows, the sandbox's and the bot's own:

    assert await violations(page) == []
"""

from __future__ import annotations

from functools import cache

from playwright.async_api import Page

from tests.clients.programs import npm_package

GRAVE = ("serious", "critical")

# Without waiting for movement to end, axe would measure the contrast of something half faded in.
_RUN = """async (grave) => {
  await Promise.all(document.getAnimations()
    .filter((one) => one.effect?.getComputedTiming().endTime < 5000)
    .map((one) => one.finished.catch(() => null)));
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.filter((one) => grave.includes(one.impact)).flatMap((one) => one.nodes.map((node) =>
    `${one.impact} ${one.id}: ${node.target.join(" ")}: ${node.failureSummary.split("\\n").slice(1).join(" ").trim()}`));
}"""


@cache
def _source() -> str:
    return (npm_package("axe-core") / "axe.min.js").read_text("utf-8")


async def violations(page: Page, impacts: tuple[str, ...] = GRAVE) -> list[str]:
    """What axe-core finds in what the page shows now, a sentence for each place; skips the test without axe-core."""
    source = _source()
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(f"() => {{ {source} }}")
    found: list[str] = await page.evaluate(_RUN, list(impacts))
    return found
