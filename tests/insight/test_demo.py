"""The demo community's month, played by its people: the figures of the source come out of it."""

from __future__ import annotations

from bot.demo.people import People, words
from tests.community import BotProcess
from tests.insight.test_stats import posts


async def test_the_demo_shows_the_sources_figures_and_one_more_message_is_seen(bot: BotProcess) -> None:
    assert await bot.start()
    async with People(bot.sandbox) as people:
        before = words((await people.slash("olivia", "stats week"))["message"])
        await people.say("ann", "general", "One more.")
        await bot.settled()
        after = words((await people.slash("olivia", "stats week"))["message"])
        await people.clock(advance=600)
        await bot.settled()
        posted = words((await posts(people))[-1])

    assert "(50 + 100 + 30) / 100 = **1.80**" in before
    assert "100 × 4.5 / 10 = **45.0** (5 of 10 rated; rated items only: 90.0)" in before
    assert "(51 + 100 + 30) / 100 = **1.81**" in after
    assert "(51 + 100 + 30) / 100 = **1.81**" in posted
