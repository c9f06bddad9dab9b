"""Every card as a member sees it, in both languages: nothing keeps anybody out. `--pictures` writes docs/cards/."""

from __future__ import annotations

import pytest

from bot.demo.people import People
from tests.browser import window
from tests.cards.script import SCRIPT
from tests.cards.studio import Studio
from tests.community import BotProcess

pytestmark = [pytest.mark.browser, pytest.mark.long]


TRANSFERS = {
    "LYCEUM_PAYMENTS__MANUAL__INSTRUCTIONS": "Olivia Marsh\nDE89 3704 0044 0532 0130 00",
    "LYCEUM_PAYMENTS__MANUAL__CURRENCIES": '["EUR"]',
    "LYCEUM_PAYMENTS__MANUAL__IBAN": "DE89370400440532013000",
    "LYCEUM_PAYMENTS__MANUAL__BENEFICIARY": "Olivia Marsh",
}
"""With these the owner takes bank transfers in EUR, in which the demo community sells nothing by itself."""


@pytest.mark.parametrize("locale", [None, "zh-CN"])
async def test_every_card_can_be_read_by_everybody(
    bot: BotProcess, chromium: str, locale: str | None, pictures: bool
) -> None:
    bot.environment["LYCEUM_COMMUNITY__LANGUAGE"] = locale or "en"
    bot.environment |= TRANSFERS
    await bot.start()
    how = {"locale": locale or "en-US", "color_scheme": "dark", "viewport": {"width": 800, "height": 2400}}
    async with People(bot.sandbox) as people, window(chromium, **how) as context:
        page = await context.new_page()
        studio = Studio(bot, people, page, locale)

        await studio.open()
        for shot in SCRIPT:
            await studio.take(shot, keep=pictures)

        assert studio.barriers == [], "\n".join(studio.barriers)
