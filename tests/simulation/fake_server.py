"""Discord in the simulation: it outlives the bot's processes, is slow, fails, refuses, and forgets nothing."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta

from bot.cards import Card
from bot.errors import NeedsAction, RetryLater
from bot.ports import Delivery, Person, Role
from tests.simulation.life import Life
from tests.simulation.loop import START
from tests.simulation.options import Options, Tally

GUILD = 7
GOLD, SILVER, PLUS, HELPER = 50, 51, 52, 53
SOLD = (GOLD, SILVER, PLUS)
STAFF = 99
OWNER = 9
NONCE = timedelta(minutes=3)  # Discord forgets it after "the past few minutes"


class SimulatedServer:
    """The members and their roles. `life` is the process that is calling."""

    def __init__(
        self, options: Options, dice: random.Random, tally: Tally, now: Callable[[], datetime]
    ) -> None:
        self._now = now
        self._options = options
        self._dice = dice
        self._tally = tally
        self.life = Life(None)
        self.held: dict[int, set[int]] = {}
        self.away: dict[int, set[int]] = {}
        self.foreign: set[tuple[int, int]] = set()  # roles given by hand, which Lyceum must never take
        self.banned_ids: set[int] = set()
        self.forbidden = False
        self.calm = False
        self.refusals = 0
        self.posts: dict[str, Card] = {}
        self.directs: dict[
            tuple[int, str], list[datetime]
        ] = {}  # to whom, under which nonce: when it arrived
        self.deleted: set[int] = set()

    async def guild_ids(self) -> list[int]:
        return [GUILD]

    def owner_id(self, guild_id: int) -> int | None:
        return OWNER

    async def roles(self, guild_id: int) -> list[Role]:
        names = {GOLD: "Gold", SILVER: "Silver", PLUS: "Plus", HELPER: "Helper"}
        return [
            Role(id_, name, n + 1, False, False, ())
            for n, (id_, name) in enumerate(names.items())
            if id_ not in self.deleted
        ]

    async def own_top_position(self, guild_id: int) -> int:
        return 10

    async def member(self, guild_id: int, user_id: int) -> Person | None:
        await self._answer("member")
        if user_id not in self.held:
            return None
        return Person(user_id, False, START, frozenset(self.held[user_id]))

    async def members(self, guild_id: int) -> AsyncIterator[Person]:
        await self._answer("members")
        for user_id in sorted(self.held):
            yield Person(user_id, False, START, frozenset(self.held[user_id]))

    async def add_role(self, guild_id: int, user_id: int, role_id: int, reason: str) -> None:
        await self._change("add", user_id, role_id)

    async def remove_role(self, guild_id: int, user_id: int, role_id: int, reason: str) -> None:
        await self._change("remove", user_id, role_id)

    async def banned(self, guild_id: int, user_id: int) -> bool | None:
        await self._answer("banned")
        return user_id in self.banned_ids

    async def may_kick(self, guild_id: int) -> bool:
        return not self.forbidden

    async def kick(self, guild_id: int, user_id: int, reason: str) -> None:
        self.life.step("discord.kick")
        await asyncio.sleep(self._dice.random())
        self._fail("before")
        self.leave(user_id)
        self.life.step("discord.kick.done")
        self._fail("after")

    async def channel_named(self, guild_id: int, name: str) -> int | None:
        return STAFF

    async def post(self, guild_id: int, channel_id: int, card: Card, *, key: str) -> int:
        await self._answer("post")
        self.posts.setdefault(key, card)
        return sorted(self.posts).index(key) + 1000

    async def posted(self, guild_id: int, channel_id: int, action: str, since: object) -> int | None:
        return None

    async def edit(self, guild_id: int, channel_id: int, message_id: int, card: Card) -> bool:
        await self._answer("edit")
        return True

    async def direct(self, guild_id: int, user_id: int, card: Card, *, key: str) -> Delivery:
        await self._answer("direct")
        if user_id not in self.held:
            return Delivery.GONE
        arrived = self.directs.setdefault((user_id, key), [])
        if not arrived or self._now() - arrived[-1] > NONCE:
            arrived.append(self._now())
        self.life.step("discord.direct.done")
        self._fail("after")
        return Delivery.SENT

    async def edit_answer(self, token: str, card: Card) -> bool:
        await self._answer("edit_answer")
        return True

    def leave(self, user_id: int) -> None:
        """The member leaves the server and loses every role."""
        if user_id in self.held:
            del self.held[user_id]
            self.foreign = {pair for pair in self.foreign if pair[0] != user_id}

    def delete(self, role_id: int) -> None:
        """The role is deleted; nobody holds it any more."""
        self.deleted.add(role_id)
        for held in self.held.values():
            held.discard(role_id)
        self.foreign = {pair for pair in self.foreign if pair[1] != role_id}

    async def _change(self, verb: str, user_id: int, role_id: int) -> None:
        self.life.step(f"discord.{verb}")
        await asyncio.sleep(self._dice.random() * 2)
        self.life.step(f"discord.{verb}")
        if self.forbidden:
            self._tally.refused_403 += 1
            self.refusals += 1
            raise NeedsAction("missing-permission", "Lyceum lacks Manage Roles, or its role is too low.")
        self._fail("before")
        if role_id in self.deleted:
            raise NeedsAction("gone", "Discord no longer knows this (Unknown Role).")
        if user_id in self.held:
            if verb == "add":
                self.held[user_id].add(role_id)
            else:
                self.held[user_id].discard(role_id)
        self.life.step(f"discord.{verb}.done")
        self._fail("after")

    async def _answer(self, what: str) -> None:
        self.life.step(f"discord.{what}")
        await asyncio.sleep(self._dice.random())
        self.life.step(f"discord.{what}")
        self._fail("before")

    def _fail(self, when: str) -> None:
        if not self.calm and self._dice.random() < self._options.discord_5xx / 2:
            self._tally.errors_5xx += 1
            raise RetryLater(
                f"Discord answered 503 {when} it did it", timedelta(seconds=self._dice.randint(1, 60))
            )
