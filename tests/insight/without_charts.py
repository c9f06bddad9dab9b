"""`python -m tests.insight.without_charts FOLDER`: the weekly post, and the card of /stats week, printed as words."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from bot.i18n import Catalog
from bot.insight import cards
from tests.insight.harness import GUILD, UTC_ZONE, harness, words


async def main(folder: Path) -> None:
    """Sunday night turns into Monday: the post, then the same week as a Chinese member sees it."""
    async with harness(folder) as lyceum:
        await lyceum.start()
        await lyceum.turn("2026-11-23T00:01")
        [card] = lyceum.room.cards
        print(words(card), await lyceum.outcomes(), sep="\n")
        report = await lyceum.insight.report(GUILD)
        t = Catalog("zh-CN", UTC_ZONE).of("zh-CN")
        print(words(cards.weekly(t, report, await lyceum.insight.picture(t, report))))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
