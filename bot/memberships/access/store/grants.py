"""Which roles Lyceum gave: only those are ever taken."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select, update

from bot.db import Reader, Writer
from bot.db.sql import insert
from bot.memberships.access.tables import grant


async def of_member(db: Reader, guild_id: int, user_id: int) -> dict[int, datetime | None]:
    """The roles from Lyceum that a member has: role id → when it was given (None: about to be given)."""
    query = select(grant.c.role_id, grant.c.given_at).where(
        grant.c.guild_id == guild_id, grant.c.user_id == user_id
    )
    return {row.role_id: row.given_at for row in await db.execute(query)}


async def by_member(db: Reader, guild_id: int) -> dict[int, set[int]]:
    """The roles from Lyceum that each member of the guild has, or is about to have."""
    roles_by_user: dict[int, set[int]] = {}
    query = select(grant.c.user_id, grant.c.role_id).where(grant.c.guild_id == guild_id)
    for row in await db.execute(query):
        roles_by_user.setdefault(row.user_id, set()).add(row.role_id)
    return roles_by_user


async def intend(tx: Writer, guild_id: int, user_id: int, role_ids: Iterable[int]) -> None:
    """Write the intent before roles are given, so that a role given just before a crash is known as Lyceum's."""
    rows = [
        {"guild_id": guild_id, "user_id": user_id, "role_id": role, "given_at": None} for role in role_ids
    ]
    await tx.execute(insert(grant).values(rows).on_conflict_do_nothing())


async def given(tx: Writer, guild_id: int, user_id: int, role_id: int, now: datetime) -> None:
    """The member holds the role now."""
    await tx.execute(update(grant).where(_is_grant(guild_id, user_id, role_id)).values(given_at=now))


async def taken(tx: Writer, guild_id: int, user_id: int, role_id: int) -> None:
    """The member holds the role no longer."""
    await tx.execute(delete(grant).where(_is_grant(guild_id, user_id, role_id)))


def _is_grant(guild_id: int, user_id: int, role_id: int) -> ColumnElement[bool]:
    return (grant.c.guild_id == guild_id) & (grant.c.user_id == user_id) & (grant.c.role_id == role_id)
