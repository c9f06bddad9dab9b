"""A Discord server in memory: its members, their roles, what was posted, and direct messages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.cards import Card
from bot.errors import NeedsAction, RetryLater
from bot.ports import Delivery, Person, Role
from tests.memberships.reading import actions

GUILD, OTHER = 7, 8
ANN, BOB, CID, OLIVIA = 1, 2, 3, 9
GOLD, SILVER, HELPER, BOSS, LYCEUM = 50, 51, 52, 60, 55
MONDAY = datetime(2026, 11, 2, 8, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass(kw_only=True)
class FakeServer:
    """A server: its members (`held`: role ids by member). `forbidden` and `failures` make its calls fail."""

    held: dict[int, set[int]] = field(
        default_factory=lambda: {ANN: set(), BOB: set(), CID: set(), OLIVIA: set()}
    )
    all_roles: dict[int, Role] = field(default_factory=dict[int, Role])
    forbidden: set[int] = field(default_factory=set[int])
    failures: int = 0
    listings: int = 0
    calls: list[tuple[str, int, int]] = field(default_factory=list[tuple[str, int, int]])
    edits: list[Card] = field(default_factory=list[Card])
    posts: dict[str, Card] = field(default_factory=dict[str, Card])
    closed: set[int] = field(default_factory=set[int])
    bans: set[int] = field(default_factory=set[int])
    sees_bans: bool = True
    kicks_allowed: bool = True
    kicked: list[int] = field(default_factory=list[int])
    powers: dict[int, tuple[str, ...]] = field(default_factory=dict[int, tuple[str, ...]])
    joined: dict[int, datetime] = field(default_factory=dict[int, datetime])
    letters: dict[str, tuple[int, Card]] = field(default_factory=dict[str, tuple[int, Card]])
    shown: dict[tuple[int, int], Card] = field(default_factory=dict[tuple[int, int], Card])
    """The cards in the channels now, by (channel, message)."""

    def __post_init__(self) -> None:
        for id_, name, position in (
            (GOLD, "Gold", 2),
            (SILVER, "Silver", 1),
            (HELPER, "Helper", 3),
            (BOSS, "Boss", 20),
        ):
            self.role(id_, name, position)

    def role(self, id_: int, name: str, position: int, **more: Any) -> None:
        self.all_roles[id_] = replace(Role(id_, name, position, False, False, ()), **more)

    def guild_name(self, guild_id: int) -> str | None:
        return "Gophers" if guild_id == GUILD else None

    def owner_id(self, guild_id: int) -> int | None:
        return OLIVIA if guild_id == GUILD else None

    async def roles(self, guild_id: int) -> list[Role]:
        return list(self.all_roles.values()) if guild_id == GUILD else []

    async def own_top_position(self, guild_id: int) -> int:
        return 10

    async def member(self, guild_id: int, user_id: int) -> Person | None:
        if guild_id != GUILD or user_id not in self.held:
            return None
        joined = self.joined.get(user_id, MONDAY)
        held, powers = frozenset(self.held[user_id]), self.powers.get(user_id, ())
        return Person(user_id, False, joined, held, powers)

    async def banned(self, guild_id: int, user_id: int) -> bool | None:
        return user_id in self.bans if self.sees_bans else None

    async def may_kick(self, guild_id: int) -> bool:
        return self.kicks_allowed

    async def kick(self, guild_id: int, user_id: int, reason: str) -> None:
        if self.failures:
            self.failures -= 1
            raise RetryLater("Discord answered 503", timedelta(0))
        if not self.kicks_allowed:
            raise NeedsAction("missing-permission", "Lyceum lacks a permission, or its role is too low.")
        if user_id in self.held:
            del self.held[user_id]
            self.kicked.append(user_id)

    async def add_role(self, guild_id: int, user_id: int, role_id: int, reason: str) -> None:
        self._answer("add", user_id, role_id)
        self.held[user_id].add(role_id)

    async def remove_role(self, guild_id: int, user_id: int, role_id: int, reason: str) -> None:
        self._answer("remove", user_id, role_id)
        self.held[user_id].discard(role_id)

    async def members(self, guild_id: int) -> AsyncIterator[Person]:
        self.listings += 1
        for user_id in sorted(self.held):
            yield Person(user_id, False, MONDAY, frozenset(self.held[user_id]))

    async def channel_named(self, guild_id: int, name: str) -> int | None:
        return 70 if name == "staff" else None

    async def post(self, guild_id: int, channel_id: int, card: Card, *, key: str) -> int:
        self.posts.setdefault(key, card)
        message_id = 1000 + list(self.posts).index(key)
        self.shown[channel_id, message_id] = card
        return message_id

    async def posted(self, guild_id: int, channel_id: int, action: str, since: datetime) -> int | None:
        shown = self.shown.items()
        return next((id_ for (at, id_), card in shown if at == channel_id and action in actions(card)), None)

    async def edit(self, guild_id: int, channel_id: int, message_id: int, card: Card) -> bool:
        exists = (channel_id, message_id) in self.shown
        if exists:
            self.shown[channel_id, message_id] = card
        return exists

    async def direct(self, guild_id: int, user_id: int, card: Card, *, key: str) -> Delivery:
        if user_id not in self.held:
            return Delivery.GONE
        if user_id in self.closed:
            return Delivery.CLOSED
        self.letters.setdefault(key, (user_id, card))  # Discord's nonce
        return Delivery.SENT

    async def edit_answer(self, token: str, card: Card) -> bool:
        self.edits.append(card)
        return True

    def _answer(self, verb: str, user_id: int, role_id: int) -> None:
        self.calls.append((verb, user_id, role_id))
        if role_id in self.forbidden:
            raise NeedsAction("missing-permission", "Lyceum lacks a permission, or its role is too low.")
        if self.failures:
            self.failures -= 1
            raise RetryLater("Discord answered 503", timedelta(0))
