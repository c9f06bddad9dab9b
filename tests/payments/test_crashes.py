"""Killed at every named point between the pay button and the role, and on the way back: the end is always the same.

Two bots in worlds of their own live through one purchase after another. Each process is armed with one point and its
first or second occurrence; when it has died there, the next one takes over, armed with the next point. So every death
is also recovered from while the next one is near.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import pytest

from bot.demo.people import People, Refused, buttons, words
from tests.payments.counter import look, press
from tests.stage import MONDAY, ROOT, Process, process

PARTS = ("bot/payments", "bot/memberships", "bot/work")
TO_THE_ROLE = ("webhook.", "settle.", "work.", "role.")
BACK = ("role.before_delete", "role.after_delete")
LANES = 2
Answer = TypeVar("Answer")


def points() -> list[str]:
    """Every named point of a purchase, of a refund and of durable work, read from the source."""
    found: set[str] = set()
    for folder in PARTS:
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "point":
                    [name] = node.args
                    assert isinstance(name, ast.Constant), f"{path}:{node.lineno} has no plain name"
                    found.add(str(name.value))
    return sorted(found)


def to_the_role() -> list[str]:
    """Those from the webhook to the role."""
    return [name for name in points() if name.startswith(TO_THE_ROLE) and name not in BACK]


class Again(Exception):
    """The bot was away; try once more."""


@dataclass
class Lane:
    """One world, one bot after the other, and the deaths that are still to come."""

    folder: Path
    bot: Process
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
            except (Again, Refused, aiohttp.ClientError, OSError, AssertionError):
                await asyncio.sleep(0.2)
        return await step()

    async def buy(self, who: str) -> str:
        """The path of the pay link."""
        asked = {
            "as": who,
            "channel": "general",
            "command": "membership buy",
            "options": {"plan": "Gold"},
            "wait": 4,
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

    async def give_back(self, order: int) -> None:
        options = {"order": str(order), "reason": "a test"}
        asked = {
            "as": "olivia",
            "channel": "general",
            "command": "order refund",
            "options": options,
            "wait": 4,
        }
        told = await self.people.post("/sandbox/slash", **asked)
        if told["state"] != "answered":
            raise Again
        labels = [button["label"] for button in buttons(told["message"])]
        for label in labels:  # none when all of it went back before the bot died
            pressed = await self.people.click("olivia", told["message"]["id"], label=label, wait=4)
            if pressed["state"] not in ("answered", "updated"):
                raise Again

    async def settled(self) -> None:
        with contextlib.suppress(TimeoutError):
            await self.bot.settled(5)
        await asyncio.sleep(0.1)

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
            "card": next(
                (word for word in ("Active until", "given back") if any(word in text for text in said[-1:])),
                "-",
            ),
        }


BOUGHT = {
    "order": "paid", "role": 1, "rights": ["live"], "grants": 1, "ledger": [(0, 3800)],
    "payments": [("paid",)], "inbox": [("settled",)], "card": "Active until",
}  # fmt: skip
GIVEN_BACK = {
    "order": "refunded", "role": 0, "rights": ["revoked"], "grants": 0, "ledger": [(0, 7600)],
    "payments": [("paid",), ("refunded",)], "inbox": [("settled",)], "card": "given back",
}  # fmt: skip


async def furnish(lane: Lane) -> None:
    """Olivia sells Gold."""
    guild = (await lane.people.world())["guild"]["id"]
    await lane.people.discord("olivia", "POST", f"/guilds/{guild}/roles", {"name": "Gold"})
    await lane.people.slash(
        "olivia", "tier create", name="Gold", price="19.00", currency="USD", days=30, role="Gold"
    )


async def story(lane: Lane, number: int, *, back: bool) -> None:
    """Two buy; with `back`, two more do and get their money back. However often the bot dies, it ends the same."""
    keep, lose = [f"ann{number}", f"bob{number}"], [f"cid{number}", f"dan{number}"] if back else []
    ids = {name: int((await lane.people.join(name))["user"]["id"]) for name in keep + lose}
    for name in ids:
        link = await lane.persist(lambda name=name: lane.buy(name))  # type: ignore[misc]
        await lane.persist(lambda link=link: lane.pay(link))  # type: ignore[misc]
        await lane.persist(lane.settled)
    for name in lose:
        await until(lane, name, ids[name], BOUGHT)
        [(order,)] = lane.rows('SELECT id FROM "order" WHERE user_id = ?', ids[name])
        await lane.persist(lambda order=order: lane.give_back(order))  # type: ignore[misc]
        await lane.persist(lane.settled)
    for name in ids:
        await until(lane, name, ids[name], GIVEN_BACK if name in lose else BOUGHT)


async def until(lane: Lane, name: str, id_: int, expected: dict[str, Any]) -> None:
    """Wait for the end of a purchase; complain with what is there instead."""
    found: dict[str, Any] = {}
    for _ in range(60):
        await lane.awake()
        found = await lane.end(name, id_)
        if found == expected:
            return
        await asyncio.sleep(0.25)
    assert found == expected, (name, lane.died_at)


@contextlib.asynccontextmanager
async def opened(folder: Path, deaths: list[str]) -> AsyncGenerator[Lane]:
    folder.mkdir()
    async with process(folder, "--empty", "--clock", MONDAY) as bot:
        await bot.start()
        async with People(bot.sandbox) as people:
            lane = Lane(folder, bot, people, deaths)
            await furnish(lane)
            bot.kill()
            assert await bot.died()
            await bot.start(crash_at=deaths[0])
            yield lane


async def live(folder: Path, deaths: list[str], *, back: bool) -> list[str]:
    """Purchases until every death has been died; a story in which nobody died is one too many."""
    async with opened(folder, deaths) as lane:
        for number in range(len(deaths)):
            before = len(lane.deaths)
            await story(lane, number, back=back)
            if not lane.deaths:
                break
            assert len(lane.deaths) < before, f"the point was never passed: {lane.deaths[0]}"
        return lane.died_at


async def all_deaths(folder: Path, names: list[str], *, back: bool) -> None:
    """Each point at its first and second occurrence, dealt to two lanes."""
    deaths = [f"{name}:{count}" for name in names for count in (1, 2)]
    hands = [[death for n, death in enumerate(deaths) if n // 2 % LANES == lane] for lane in range(LANES)]

    lanes = await asyncio.gather(
        *(live(folder / str(n), list(hand), back=back) for n, hand in enumerate(hands))
    )

    assert lanes == hands
    print(f"\ncrash points of a purchase: {len(names)}, deaths: {len(deaths)}, all recovered")


async def test_killed_anywhere_from_the_webhook_to_the_role_a_purchase_ends_the_same(tmp_path: Path) -> None:
    await all_deaths(tmp_path, to_the_role(), back=False)


@pytest.mark.long
async def test_killed_anywhere_from_the_order_to_the_refund_it_ends_the_same(tmp_path: Path) -> None:
    await all_deaths(tmp_path, [name for name in points() if name not in to_the_role()], back=True)


def test_the_points_are_found() -> None:
    """The way has its names, from the webhook to the role."""
    assert {
        "webhook.verified", "webhook.stored", "webhook.committed", "settle.before_commit", "settle.committed",
        "work.claimed", "work.before_done", "work.done", "role.before_put", "role.after_put",
    } <= set(to_the_role())  # fmt: skip


@pytest.mark.long
async def test_control_a_point_that_is_never_passed_fails_the_run(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="never passed"):
        await live(tmp_path / "lane", ["no.such_point:1"], back=False)
