"""Queries of people, their stays in a guild, and who opted out. They take a connection and never commit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select, update

from bot.activity.tables import person, stay
from bot.db import Reader, Writer
from bot.db.sql import greatest, insert

Row = dict[str, Any]
_AT_ONCE = 500  # values in one IN list


async def people(db: Reader, guild_id: int, ids: Collection[int]) -> dict[int, Any]:
    """Those of these users that are stored: user id → row with n (the person_no), bot, opted_out."""
    rows: dict[int, Any] = {}
    for some in portions(ids):
        query = select(person).where(person.c.guild_id == guild_id, person.c.user_id.in_(some))
        rows |= {r.user_id: r for r in await db.execute(query)}
    return rows


async def add_people(tx: Writer, guild_id: int, bots: Mapping[int, bool]) -> None:
    """Store these users (user id → is a bot); of those already stored, the bot flag is updated."""
    rows = [{"guild_id": guild_id, "user_id": u, "bot": b, "opted_out": False} for u, b in bots.items()]
    if rows:
        statement = insert(person)
        await tx.execute(
            statement.on_conflict_do_update(
                index_elements=["guild_id", "user_id"],
                set_={"bot": statement.excluded.bot},
                where=person.c.bot != statement.excluded.bot,
            ),
            rows,
        )


async def set_opted_out(tx: Writer, guild_id: int, person_no: int, opted_out: bool) -> bool:
    """True if this changes anything."""
    changed = update(person).where(
        person.c.guild_id == guild_id, person.c.n == person_no, person.c.opted_out != opted_out
    )
    return (await tx.execute(changed.values(opted_out=opted_out))).rowcount == 1


async def begin_stays(tx: Writer, rows: Sequence[Row]) -> None:
    """Store stays that begin: guild_id, person, joined_at. An older stay that is still open ends at that time."""
    if not rows:
        return
    older = update(stay).where(
        stay.c.guild_id == bindparam("g"),
        stay.c.person == bindparam("p"),
        stay.c.joined_at < bindparam("j"),
        stay.c.left_at.is_(None),
    )
    keys = [{"g": r["guild_id"], "p": r["person"], "j": r["joined_at"]} for r in rows]
    await tx.execute(older.values(left_at=bindparam("j", type_=stay.c.left_at.type)), keys)
    await tx.execute(insert(stay).on_conflict_do_nothing(), rows)


async def end_stays(tx: Writer, guild_id: int, person_nos: Collection[int], at: datetime) -> None:
    """End the open stays of these people."""
    for some in portions(person_nos):
        ending = update(stay).where(
            stay.c.guild_id == guild_id, stay.c.person.in_(some), stay.c.left_at.is_(None)
        )
        await tx.execute(ending.values(left_at=greatest(stay.c.joined_at, at)))


async def open_stays(
    db: Reader, guild_id: int, above: int, upto: int | None
) -> dict[int, tuple[int, datetime]]:
    """Stored members with above < user id <= upto: user id → (person_no, joined_at)."""
    query = (
        select(person.c.user_id, person.c.n, stay.c.joined_at)
        .join(stay, and_(stay.c.person == person.c.n, stay.c.guild_id == person.c.guild_id))
        .where(person.c.guild_id == guild_id, person.c.user_id > above, stay.c.left_at.is_(None))
    )
    if upto is not None:
        query = query.where(person.c.user_id <= upto)
    return {r.user_id: (r.n, r.joined_at) for r in await db.execute(query)}


async def humans(db: Reader, guild_id: int, at: datetime) -> int:
    """Human members at a moment who did not opt out."""
    query = (
        select(func.count(stay.c.person.distinct()))
        .join(person, person.c.n == stay.c.person)
        .where(
            stay.c.guild_id == guild_id,
            stay.c.joined_at <= at,
            or_(stay.c.left_at.is_(None), stay.c.left_at > at),
            person.c.bot.is_(False),
            person.c.opted_out.is_(False),
        )
    )
    return (await db.execute(query)).scalar_one()


async def opted_out(db: Reader, guild_id: int) -> int:
    """How many people opted out of being counted."""
    query = (
        select(func.count())
        .select_from(person)
        .where(person.c.guild_id == guild_id, person.c.opted_out.is_(True))
    )
    return (await db.execute(query)).scalar_one()


def portions(values: Collection[int]) -> Iterable[list[int]]:
    """The values in lists of a few hundred, small enough for IN."""
    listed = list(values)
    return (listed[i : i + _AT_ONCE] for i in range(0, len(listed), _AT_ONCE))
