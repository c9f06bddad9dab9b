"""Where the pictures of the cards are taken: people act, the page shows the answer, axe-core and a camera look at it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from fnmatch import fnmatchcase

from playwright.async_api import Page

from bot.demo.month import pay
from bot.demo.people import People, buttons, walk
from tests.community import ROOT, BotProcess
from tests.sandbox.page.axe import violations
from tests.tour.pictures import write
from tests.tour.walker import Walker

FOLDER = ROOT / "docs" / "cards"


@dataclass(frozen=True, kw_only=True)
class Shot:
    """One thing that somebody does, and the card (`domain.file.function`) that is the answer; "" for none."""

    card: str
    who: str
    line: str = ""
    """A command as it is typed, …"""
    press: str = ""
    """… or how the action of the button or list on their last card begins; `*` is anything."""
    channel: str = "general"
    hours: int = 0
    """Turn the clock first; without anything else, the newest message of the channel is the card."""
    pay: bool = False
    """Pay what their last card asks for; the card is then what stands in its place."""
    without_role: str = ""
    """The owner deletes a role; the card is the newest message of the channel."""
    last: bool = False
    """The card is their last one, as it is now."""
    variant: str = ""
    """What its picture is called besides, if the card has another one."""


class Studio:
    """Takes the pictures of one language on one open page."""

    async def open(self) -> None:
        """Make what the script needs and no command makes: a role to sell, and somebody who has one from before."""
        world = await self._people.world()
        guild = f"/guilds/{world['guild']['id']}"
        await self._people.discord("olivia", "POST", f"{guild}/roles", {"name": "Starter"})
        studio = next(one["id"] for one in world["roles"] if one["name"] == "Studio")
        bob = next(one["user"]["id"] for one in world["members"] if one["user"]["username"] == "bob")
        await self._people.discord("olivia", "PUT", f"{guild}/members/{bob}/roles/{studio}")
        for panel in ("tour", "people"):
            # the empty page between two cards has no storage
            await self._page.add_init_script(
                f"if (origin !== 'null') localStorage.setItem('sandbox.{panel}', 'closed')"
            )

    def __init__(self, bot: BotProcess, people: People, page: Page, locale: str | None) -> None:
        self._bot = bot
        self._people = people
        self._page = page
        self._locale = locale
        self._walker = Walker(bot, people, locale)
        self._channels: dict[str, str] = {}
        self.barriers: list[str] = []

    async def take(self, shot: Shot, *, keep: bool) -> None:
        """Do it; look at the card; write its picture if it is to be kept."""
        if shot.hours:
            await self._people.clock(advance=shot.hours * 3600)
            await self._bot.settled()
        if shot.without_role:
            roles = {one["name"]: one["id"] for one in (await self._people.world())["roles"]}
            guild = (await self._people.world())["guild"]["id"]
            before = await self._newest(shot.channel)
            await self._people.discord(
                "olivia", "DELETE", f"/guilds/{guild}/roles/{roles[shot.without_role]}"
            )
            async with asyncio.timeout(20):  # the bot hears of it in its own time, then tells it there
                while True:
                    if await self._newest(shot.channel) != before:
                        break
                    await asyncio.sleep(0.05)
            await self._bot.settled()
        if shot.pay:
            await pay(next(one["url"] for one in buttons(self._walker.last(shot.who)) if one.get("url")))
            await self._bot.settled()
        elif shot.line:
            self._channels[shot.who] = shot.channel
            await self._walker.type(shot.who, shot.channel, shot.line.removeprefix("/"))
        elif shot.press:
            await self._press(shot)
        elif not shot.last:
            self._channels[shot.who] = shot.channel
            await self._walker.look(shot.who, shot.channel)
        await self._bot.settled()
        if shot.card:
            await self._show(shot, keep=keep)

    async def _newest(self, channel: str) -> str:
        """The id of the last message that the owner sees there."""
        return str((await self._people.messages(channel, "olivia", limit=100))[-1]["id"])

    async def _press(self, shot: Shot) -> None:
        message = self._walker.last(shot.who)
        for control in walk(message["components"]):
            action = str(control.get("custom_id", ""))
            if fnmatchcase(action, f"{shot.press}*"):
                if control["type"] == 2:
                    answer = await self._people.click(
                        shot.who, message["id"], custom_id=action, locale=self._locale
                    )
                else:
                    answer = await self._people.post(
                        "/sandbox/select",
                        **{"as": shot.who},
                        message=message["id"],
                        custom_id=action,
                        values=[control["options"][0]["value"]],
                        locale=self._locale,
                    )
                self._walker.saw(shot.who, answer)
                return
        told = [(button.get("label"), button.get("custom_id")) for button in buttons(message)]
        raise AssertionError(f"{shot}: there is {told}")

    async def _show(self, shot: Shot, *, keep: bool) -> None:
        message = self._walker.last(shot.who)
        await self._page.goto("about:blank")
        await self._page.goto(f"{self._bot.sandbox}/#{shot.who}/{self._channels[shot.who]}")
        card = self._page.locator(f"#messages > li[data-id='{message['id']}'] .card")
        await card.scroll_into_view_if_needed()
        await self._page.wait_for_function("[...document.images].every((one) => one.complete)")
        self.barriers += [f"{shot.card}: {one}" for one in await violations(self._page)]
        if keep:
            file = "-".join(
                word for word in (name(shot.card), shot.variant, "zh" if self._locale else "") if word
            )
            write(await card.screenshot(), FOLDER / f"{file}.png")


def name(card: str) -> str:
    """`courses.cards.browse` → "courses-browse", `courses.staff_cards.locked` → "courses-staff-locked"."""
    domain, file, function = card.split(".")
    part = file.removesuffix("cards").removesuffix("_")
    return "-".join(word for word in (domain, part, function) if word)
