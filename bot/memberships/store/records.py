"""Pay cards that may still be edited, and who changed what."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, or_, select

from bot.db import Reader, Writer
from bot.ids import new_id
from bot.memberships.model import PayCard
from bot.memberships.tables import answer, audit, entitlement, order


async def keep_answer(
    tx: Writer, guild_id: int, order_id: int, locale: str, sealed: str, real: datetime
) -> None:
    """Remember how to edit a pay card."""
    await tx.execute(
        insert(answer).values(
            id=new_id(), guild_id=guild_id, order_id=order_id, locale=locale, sealed=sealed, made_at=real
        )
    )


async def answers(db: Reader, guild_id: int, order_id: int) -> list[PayCard]:
    """An order's pay cards that may still be edited."""
    query = select(answer).where(answer.c.guild_id == guild_id, answer.c.order_id == order_id)
    return [PayCard(row.id, row.locale, row.sealed, row.made_at) for row in await db.execute(query)]


async def answered_orders(db: Reader, guild_id: int, user_id: int) -> list[int]:
    """Orders of a member that have a pay card which may still be edited."""
    mine = select(order.c.id).where(order.c.guild_id == guild_id, order.c.user_id == user_id)
    query = (
        select(answer.c.order_id).where(answer.c.guild_id == guild_id, answer.c.order_id.in_(mine)).distinct()
    )
    return list((await db.execute(query)).scalars())


async def forget_answer(tx: Writer, guild_id: int, id_: int) -> None:
    """Discord takes no more edits of it."""
    await tx.execute(delete(answer).where(answer.c.guild_id == guild_id, answer.c.id == id_))


async def forget_answers(tx: Writer, before: datetime) -> None:
    """Drop every token, in all guilds, that is older than Discord accepts."""
    await tx.execute(delete(answer).where(answer.c.made_at < before))


@dataclass(frozen=True)
class Note:
    """One row of the log: who (0: Lyceum) did what to which order, tier, entitlement or member."""

    at: datetime
    actor: int
    what: str
    subject: int
    detail: dict[str, Any]


async def log_of(
    db: Reader, guild_id: int, kinds: Sequence[str], user_id: int | None, limit: int
) -> list[Note]:
    """The latest rows whose `what` begins with one of these words; of one member, if that is given."""
    query = select(audit.c.at, audit.c.actor, audit.c.what, audit.c.subject, audit.c.detail).where(
        audit.c.guild_id == guild_id, or_(*(audit.c.what.startswith(kind) for kind in kinds))
    )
    if user_id is not None:
        theirs = select(entitlement.c.id).where(
            entitlement.c.guild_id == guild_id, entitlement.c.user_id == user_id
        )
        query = query.where(or_(audit.c.subject == user_id, audit.c.subject.in_(theirs)))
    return [Note(*row) for row in await db.execute(query.order_by(audit.c.id.desc()).limit(limit))]


async def about(db: Reader, guild_id: int, subjects: Collection[int]) -> list[Note]:
    """Everything that was noted about these, the oldest first."""
    query = select(audit.c.at, audit.c.actor, audit.c.what, audit.c.subject, audit.c.detail).where(
        audit.c.guild_id == guild_id, audit.c.subject.in_(subjects)
    )
    return [Note(*row) for row in await db.execute(query.order_by(audit.c.id))]


async def all_noted(db: Reader, guild_id: int, what: str) -> list[Note]:
    """Every row of the guild that tells of that, the oldest first."""
    query = select(audit.c.at, audit.c.actor, audit.c.what, audit.c.subject, audit.c.detail).where(
        audit.c.guild_id == guild_id, audit.c.what == what
    )
    return [Note(*row) for row in await db.execute(query.order_by(audit.c.id))]


async def noted(db: Reader, guild_id: int, id_: int, what: str) -> Note | None:
    """One row, if it tells of that."""
    query = select(audit.c.at, audit.c.actor, audit.c.what, audit.c.subject, audit.c.detail).where(
        audit.c.guild_id == guild_id, audit.c.id == id_, audit.c.what == what
    )
    row = (await db.execute(query)).one_or_none()
    return Note(*row) if row else None


async def note(
    tx: Writer, guild_id: int, now: datetime, actor: int, what: str, subject: int, **detail: Any
) -> int:
    """An audit row; `subject` is the id of the order, tier, entitlement or member that changed. Returns its own id."""
    id_ = new_id()
    await tx.execute(
        insert(audit).values(
            id=id_, guild_id=guild_id, at=now, actor=actor, what=what, subject=subject, detail=detail
        )
    )
    return id_


async def revoked_by_staff(db: Reader, guild_id: int, right_id: int) -> datetime | None:
    """When somebody of the staff last ended this right; None when nobody did."""
    query = select(func.max(audit.c.at)).where(
        audit.c.guild_id == guild_id,
        audit.c.subject == right_id,
        audit.c.what == "entitlement.revoked",
        audit.c.actor != 0,
    )
    return (await db.execute(query)).scalar()
