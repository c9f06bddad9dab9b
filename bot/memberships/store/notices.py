"""Who may be written to about their membership, and what became of each word to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from bot.db import Reader, Writer
from bot.db.sql import insert
from bot.memberships.tables import contact, notice


@dataclass(frozen=True)
class Notice:
    """What became of one word: sending, sent, closed, gone, not_allowed, unknown or late. `at`: since when that is so."""

    what: str
    state: str
    at: datetime


async def allow(tx: Writer, guild_id: int, user_id: int, now: datetime) -> bool:
    """The member wants to be written to; False when that is known."""
    row = {"guild_id": guild_id, "user_id": user_id, "allowed_at": now}
    return (await tx.execute(insert(contact).values(**row).on_conflict_do_nothing())).rowcount == 1


async def forbid(tx: Writer, guild_id: int, user_id: int) -> bool:
    """The member wants it no more; False when they did not before."""
    own = (contact.c.guild_id == guild_id) & (contact.c.user_id == user_id)
    return (await tx.execute(delete(contact).where(own))).rowcount == 1


async def allowed(db: Reader, guild_id: int, user_id: int) -> bool:
    """Did the member ask to be written to?"""
    own = (contact.c.guild_id == guild_id) & (contact.c.user_id == user_id)
    return (await db.execute(select(contact.c.user_id).where(own))).first() is not None


async def of_right(db: Reader, guild_id: int, entitlement_id: int) -> dict[str, Notice]:
    """Every word about a right, by what it was about."""
    query = select(notice).where(notice.c.guild_id == guild_id, notice.c.entitlement_id == entitlement_id)
    return {row.what: Notice(row.what, row.state, row.at) for row in await db.execute(query)}


async def note(tx: Writer, guild_id: int, entitlement_id: int, what: str, state: str, now: datetime) -> None:
    """Record what became of a word; what is no longer "sending" stays as it is."""
    row = {"guild_id": guild_id, "entitlement_id": entitlement_id, "what": what, "state": state, "at": now}
    statement = insert(notice).values(**row)
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=[notice.c.entitlement_id, notice.c.what],
            set_={"state": state, "at": now},
            where=notice.c.state == "sending",
        )
    )
