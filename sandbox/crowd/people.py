"""The members of a crowd: made up, always the same for a seed, any number of them, put straight on disk."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta

from sandbox import snowflake
from sandbox.clock import iso
from sandbox.wire import decode, encode
from sandbox.world import people, shapes
from sandbox.world.guild import Guild
from sandbox.world.rows import Rows
from sandbox.world.world import World

_EVERY = 30_000  # milliseconds between two of them
_LOCALES = ("en-US", "en-US", "en-GB", "de", "zh-CN", "es-ES", "fr")


def ids(guild: Guild, start: int, end: int) -> list[str]:
    """The ids of the members number `start` to `end`: they came one by one since the server was founded."""
    founded = int(guild.id)
    return [str(founded + ((n + 1) * _EVERY << 22) + 1) for n in range(start, end)]


def size(world: World, guild: Guild) -> int:
    """How many there are."""
    kept = world.store.get("crowd", guild.id, "")
    return int(decode(kept)["members"]) if kept else 0


def populate(world: World, guild: Guild, members: int, seed: int) -> None:
    """See that there are at least so many of them."""
    there = size(world, guild)
    if members <= there:
        return
    db, rows = world.store.connection, guild.members
    people_ = list(_people(guild, there, members, seed))
    db.executemany("INSERT INTO object VALUES ('user', '', ?, ?)", ((p[0], p[3]) for p in people_))
    db.executemany("INSERT INTO object VALUES ('member', ?, ?, ?)", ((guild.id, p[0], p[4]) for p in people_))
    names = [(what, p) for p in people_ for what in ("username", "display")]
    db.executemany(
        "INSERT INTO name VALUES (?, ?, '', ?)",
        ((p[1 if what == "username" else 2].lower(), what, p[0]) for what, p in names),
    )
    world.store.put("crowd", guild.id, "", {"members": members})
    for table in (world.users, rows):
        if isinstance(table, Rows):
            table.grown(members - there)
    world.snowflakes.last = max(world.snowflakes.last, int(people_[-1][0]))
    world.commit()


def _people(guild: Guild, start: int, end: int, seed: int) -> Iterator[tuple[str, str, str, bytes, bytes]]:
    """Id, username, display name, account and membership, the last two encoded."""
    first, last = zip(*(name.split(" ", 1) for _, name, _ in people.everybody() if " " in name), strict=True)
    for n, user_id in enumerate(ids(guild, start, end), start):
        dice = random.Random(f"{seed}/{n}")
        one, other = dice.choice(first), dice.choice(last)
        username, display = f"{one.lower()}.{n}", f"{one} {other}"
        user = shapes.user(user_id, username, display, locale=dice.choice(_LOCALES))
        joined = snowflake.moment(user_id) + timedelta(seconds=1)
        yield user_id, username, display, encode(user), encode(shapes.member(iso(joined)))
