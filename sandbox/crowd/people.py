"""The members of a crowd: invented, the same for the same seed, any number of them, written straight to disk."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from sandbox import snowflake
from sandbox.clock import iso
from sandbox.wire import decode, encode
from sandbox.world import people, shapes
from sandbox.world.guild import Guild
from sandbox.world.rows import Rows
from sandbox.world.world import World

_EVERY = 30_000  # milliseconds between the arrivals of two members
_AT_ONCE = 2000
_LOCALES = ("en-US", "en-US", "en-GB", "de", "zh-CN", "es-ES", "fr")


class _Person(NamedTuple):
    """A member of the crowd, with the account and the membership encoded."""

    id: str
    username: str
    display: str
    user: bytes
    member: bytes


def ids(guild: Guild, start: int, end: int) -> list[str]:
    """The ids of the members number `start` to `end`, who joined one by one since the server was founded."""
    founded = int(guild.id)
    return [str(founded + ((n + 1) * _EVERY << 22) + 1) for n in range(start, end)]


def size(world: World, guild: Guild) -> int:
    """The number of the crowd's members."""
    kept = world.store.get("crowd", guild.id, "")
    return int(decode(kept)["members"]) if kept else 0


def populate(world: World, guild: Guild, members: int, seed: int) -> None:
    """Add members until the crowd has at least so many."""
    there = size(world, guild)
    if members <= there:
        return
    for first in range(there, members, _AT_ONCE):
        _put(world, guild, list(_people(guild, first, min(first + _AT_ONCE, members), seed)))
    world.store.put("crowd", guild.id, "", {"members": members})
    for table in (world.users, guild.members):
        if isinstance(table, Rows):
            table.grown(members - there)
    world.snowflakes.last = max(world.snowflakes.last, int(ids(guild, members - 1, members)[0]))
    world.commit()


def _put(world: World, guild: Guild, some: list[_Person]) -> None:
    """Write new members past the objects in memory, which cannot hold them yet."""
    world.store.put_new("user", "", ((p.id, p.user) for p in some))
    world.store.put_new("member", guild.id, ((p.id, p.member) for p in some))
    world.names.note_new((p.id, p.username, p.display) for p in some)


def _people(guild: Guild, start: int, end: int, seed: int) -> Iterator[_Person]:
    first, last = zip(*(name.split(" ", 1) for _, name, _ in people.everybody() if " " in name), strict=True)
    for n, user_id in enumerate(ids(guild, start, end), start):
        dice = random.Random(f"{seed}/{n}")
        first_name, last_name = dice.choice(first), dice.choice(last)
        username, display = f"{first_name.lower()}.{n}", f"{first_name} {last_name}"
        user = shapes.user(user_id, username, display, locale=dice.choice(_LOCALES))
        joined = snowflake.moment(user_id) + timedelta(seconds=1)
        yield _Person(user_id, username, display, encode(user), encode(shapes.member(iso(joined))))
