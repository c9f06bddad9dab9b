"""One world, one bot after the other: people buy, get money back, let it run out, and the bot dies at named points.

Each process is armed with one point and one of its occurrences; when it has died there, the next one takes over, armed
with the next point. So every death is also recovered from while the next one is near.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import aiohttp

from bot.demo.people import People, PersonRefused, buttons, words
from tests.community import MONDAY, BotProcess, bot_process
from tests.payments.counter import look, press

Answer = TypeVar("Answer")
ENDS = ("Active until", "given back", "membership ended")  # what a pay card says in the end


class Again(Exception):
    """The bot was away; try once more."""


@dataclass
class Lane:
    """One world, one bot after the other, and the deaths that are still to come."""

    folder: Path
    bot: BotProcess
    people: People
    deaths: list[str]
    died_at: list[str] = field(default_factory=list[str])

    async def awake(self) -> None:
        """If the bot is dead, the next one takes over."""
        running = self.bot.running
        while running is None or running.returncode is not None:
            if running is not None:
                assert await self.bot.died(), "it ended, but not at a point"
                self.died_at.append(self.deaths.pop(0))
            await self.bot.start(crash_at=self.deaths[0] if self.deaths else "")
            running = self.bot.running

    async def persist(self, step: Callable[[], Awaitable[Answer]]) -> Answer:
        """Do it, as a person would: if the bot has died meanwhile, once more when it is back."""
        for _ in range(8):
            await self.awake()
            try:
                return await step()
            except (Again, PersonRefused, aiohttp.ClientError, OSError, AssertionError):
                await asyncio.sleep(0.2)
        return await step()

    async def buy(self, who: str) -> str:
        """The path of the pay link."""
        asked = {
            "as": who,
            "channel": "general",
            "command": "membership buy",
            "options": {"plan": "Gold"},
            "wait": 2,
        }
        told = await self.people.post("/sandbox/slash", **asked)
        links = [button["url"] for button in buttons(told.get("message") or {}) if "url" in button]
        if not links:
            raise Again
        return "/till/pay/" + str(links[0]).rpartition("/")[2]

    async def pay(self, link: str) -> None:
        page = await look(self.bot.web + link)
        if "pay" in page.forms:
            await press(self.bot.web + link, "pay")

    async def give_back(self, who: str, id_: int) -> None:
        """Olivia gives this member's money back."""
        [(order,)] = self.rows('SELECT id FROM "order" WHERE user_id = ?', id_)
        options = {"order": str(order), "reason": "a test"}
        asked = {
            "as": "olivia",
            "channel": "general",
            "command": "order refund",
            "options": options,
            "wait": 2,
        }
        told = await self.people.post("/sandbox/slash", **asked)
        if told["state"] != "answered":
            raise Again
        labels = [button["label"] for button in buttons(told["message"])]
        for label in labels:  # none when all of it went back before the bot died
            pressed = await self.people.click("olivia", told["message"]["id"], label=label, wait=2)
            if pressed["state"] not in ("answered", "updated"):
                raise Again

    async def turn(self, days: int) -> None:
        """Time goes on; what falls due on the way happens on the way."""
        await self.people.clock(advance=days * 86400)

    async def settled(self) -> None:
        with contextlib.suppress(TimeoutError):
            await self.bot.settled(5)
        await asyncio.sleep(0.1)

    async def type(self, who: str, command: str, **options: Any) -> None:
        """A command whose answer is all that matters of it."""
        asked = {"as": who, "channel": "general", "command": command, "options": options, "wait": 2}
        if (await self.people.post("/sandbox/slash", **asked))["state"] != "answered":
            raise Again

    def rows(self, query: str, *values: object) -> list[Any]:
        """Looking into the database from outside."""
        connection = sqlite3.connect(f"file:{self.folder / 'sandbox' / 'lyceum.db'}?mode=ro", uri=True)
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()

    async def held(self, who: str) -> int:
        """How often this member holds Gold: 0 or 1."""
        world = await self.people.world()
        gold = [role["id"] for role in world["roles"] if role["name"] == "Gold"]
        [member] = [member for member in world["members"] if member["user"]["username"] == who]
        return sum(role in gold for role in member["roles"])

    async def end(self, who: str, id_: int) -> dict[str, Any]:
        """All that is left of a purchase when everything is over."""
        [(order, state)] = self.rows('SELECT id, state FROM "order" WHERE user_id = ?', id_)
        said = [words(message) for message in await self.people.messages("general", who)]
        return {
            "order": state,
            "role": await self.held(who),
            "rights": [
                state for (state,) in self.rows("SELECT state FROM entitlement WHERE user_id = ?", id_)
            ],
            "grants": len(self.rows("SELECT role_id FROM grant WHERE user_id = ?", id_)),
            "ledger": self.rows("SELECT sum(delta), sum(abs(delta)) FROM ledger WHERE order_id = ?", order),
            "payments": self.rows("SELECT kind FROM payment WHERE order_id = ? ORDER BY kind", order),
            "inbox": sorted(set(self.rows("SELECT state FROM inbox WHERE order_id = ?", order))),
            "card": next((word for text in reversed(said) for word in ENDS if word in text), "-"),
        }


@contextlib.asynccontextmanager
async def opened(folder: Path, deaths: list[str]) -> AsyncGenerator[Lane]:
    """A world in which Olivia sells Gold, and a bot that will die the first of these deaths."""
    folder.mkdir()
    async with bot_process(folder, "--empty", "--clock", MONDAY) as bot:
        await bot.start()
        async with People(bot.sandbox) as people:
            lane = Lane(folder, bot, people, deaths)
            guild = (await people.world())["guild"]["id"]
            await people.discord("olivia", "POST", f"/guilds/{guild}/roles", {"name": "Gold"})
            terms: dict[str, Any] = {
                "name": "Gold",
                "price": "19.00",
                "currency": "USD",
                "days": 30,
                "role": "Gold",
            }
            await people.slash("olivia", "tier create", **terms)
            bot.kill()
            assert await bot.died()
            await bot.start(crash_at=deaths[0] if deaths else "")
            yield lane
