"""Queries of who is who: people, their stays, and who opted out. They take a connection and never commit."""

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
    """Known people of these: user id → row with n, bot, opted_out."""
    found: dict[int, Any] = {}
    for some in portions(ids):
        query = select(person).where(person.c.guild_id == guild_id, person.c.user_id.in_(some))
        found |= {r.user_id: r for r in await db.execute(query)}
    return found


async def meet(tx: Writer, guild_id: int, bots: Mapping[int, bool]) -> None:
    """The guild's own word on who is a bot: user id → is a bot."""
    rows = [{"guild_id": guild_id, "user_id": u, "bot": b, "opted_out": False} for u, b in bots.items()]
    if rows:
        statement = insert(person)
        told = {"bot": statement.excluded.bot}
        await tx.execute(
            statement.on_conflict_do_update(
                index_elements=["guild_id", "user_id"],
                set_=told,
                where=person.c.bot != statement.excluded.bot,
            ),
            rows,
        )


async def set_opted_out(tx: Writer, guild_id: int, n: int, opted_out: bool) -> bool:
    """True if this changes anything."""
    changed = update(person).where(
        person.c.guild_id == guild_id, person.c.n == n, person.c.opted_out != opted_out
    )
    return (await tx.execute(changed.values(opted_out=opted_out))).rowcount == 1


async def came(tx: Writer, rows: Sequence[Row]) -> None:
    """Stays begin: guild_id, person, joined_at. An older stay that never ended did end by then."""
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


async def went(tx: Writer, guild_id: int, ns: Collection[int], at: datetime) -> None:
    """Their open stays end."""
    for some in portions(ns):
        ending = update(stay).where(
            stay.c.guild_id == guild_id, stay.c.person.in_(some), stay.c.left_at.is_(None)
        )
        await tx.execute(ending.values(left_at=greatest(stay.c.joined_at, at)))


async def staying(db: Reader, guild_id: int, above: int, upto: int | None) -> dict[int, tuple[int, datetime]]:
    """Members as we know them with above < user id <= upto: user id → (n, joined_at)."""
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
    """A few hundred at a time, for lists in a query."""
    listed = list(values)
    return (listed[i : i + _AT_ONCE] for i in range(0, len(listed), _AT_ONCE))
