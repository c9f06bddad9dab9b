"""Entitlements: what members have or had, and who counts against the seats of a tier."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, insert, select, update

from bot.db import Reader, Writer
from bot.memberships.access.tables import entitlement
from bot.memberships.catalog.store import tiers
from bot.memberships.model import Entitlement, EntitlementStatus


async def add(tx: Writer, new: Entitlement, ended_at: datetime | None) -> None:
    """Store a new entitlement. An order gives exactly one: the key refuses a second."""
    await tx.execute(
        insert(entitlement).values(
            id=new.id,
            guild_id=new.guild_id,
            user_id=new.user_id,
            acquired_by=new.acquired_by,
            tier_id=new.tier.id,
            version=new.tier.terms.version,
            order_id=new.order_id,
            source=new.source,
            reason=new.reason,
            state=new.status.value,
            starts_at=new.starts_at,
            ends_at=new.ends_at,
            held_until=new.held_until,
            ended_at=ended_at,
            replaced_by=new.replaced_by,
            length=new.length,
            cut=new.cut,
            taken_at=new.taken_at,
            follows=new.follows,
        )
    )


def _entitlements(guild_id: int) -> Select[Any]:
    query = tiers.joined(select(entitlement), entitlement.c.tier_id, entitlement.c.version)
    return query.where(entitlement.c.guild_id == guild_id)


async def of_member(db: Reader, guild_id: int, user_id: int) -> list[Entitlement]:
    """All entitlements that a member has or had, the earliest first."""
    query = _entitlements(guild_id).where(entitlement.c.user_id == user_id)
    return [
        _entitlement(row)
        for row in await db.execute(query.order_by(entitlement.c.starts_at, entitlement.c.id))
    ]


async def find(
    db: Reader, guild_id: int, *, id_: int | None = None, order_id: int | None = None
) -> Entitlement | None:
    """The entitlement with that id, or the one of that order."""
    key = entitlement.c.id == id_ if order_id is None else entitlement.c.order_id == order_id
    row = (await db.execute(_entitlements(guild_id).where(key))).one_or_none()
    return _entitlement(row) if row else None


async def was_acquired(db: Reader, guild_id: int, user_id: int, tier_id: int) -> bool:
    """Did this member ever buy this tier, try it or get it from staff, whoever has it now?"""
    query = select(entitlement.c.id).where(
        entitlement.c.guild_id == guild_id,
        entitlement.c.acquired_by == user_id,
        entitlement.c.tier_id == tier_id,
    )
    return (await db.execute(query.limit(1))).first() is not None


async def set_status(
    tx: Writer, old: Entitlement, new: EntitlementStatus, now: datetime, *, replaced_by: int | None = None
) -> bool:
    """End, suspend, revoke, replace or revive an entitlement; False when its status is not that of `old` any more."""
    unchanged = (
        (entitlement.c.guild_id == old.guild_id)
        & (entitlement.c.id == old.id)
        & (entitlement.c.state == old.status.value)
    )
    ended_at = None if new in (EntitlementStatus.LIVE, EntitlementStatus.SUSPENDED) else now
    change = (
        update(entitlement)
        .where(unchanged)
        .values(state=new.value, ended_at=ended_at, replaced_by=replaced_by)
    )
    return (await tx.execute(change)).rowcount == 1


async def rewrite(tx: Writer, old: Entitlement, new: Entitlement, now: datetime) -> None:
    """Store status and dates as they were judged anew."""
    ended_at = None if new.status in (EntitlementStatus.LIVE, EntitlementStatus.SUSPENDED) else now
    changes: dict[str, Any] = {"state": new.status.value, "ended_at": ended_at}
    await _update(
        tx,
        old,
        **(changes if new.status is not old.status else {}),
        starts_at=new.starts_at,
        ends_at=new.ends_at,
        held_until=new.held_until,
        length=new.length,
        cut=new.cut,
        taken_at=new.taken_at,
    )


async def giving(db: Reader, guild_id: int, user_id: int, now: datetime) -> list[Entitlement]:
    """A member's entitlements that run, or that give roles although they have ended: what staff can revoke."""
    return [
        entitlement
        for entitlement in await of_member(db, guild_id, user_id)
        if entitlement.status in (EntitlementStatus.LIVE, EntitlementStatus.SUSPENDED)
        or entitlement.gives_after_end(now)
    ]


async def move(
    tx: Writer, old: Entitlement, starts_at: datetime, ends_at: datetime, held_until: datetime
) -> None:
    """Let an entitlement begin or end at another time."""
    await _update(tx, old, starts_at=starts_at, ends_at=ends_at, held_until=held_until)


async def hand_over(tx: Writer, old: Entitlement, user_id: int) -> None:
    """Give an entitlement to another member. Who acquired it stays recorded."""
    await _update(tx, old, user_id=user_id)


async def renew_terms(tx: Writer, guild_id: int, tier_id: int, version: int) -> list[int]:
    """Put all running entitlements to this tier under these terms; returns the members whose entitlement changed."""
    outdated = (
        (entitlement.c.guild_id == guild_id)
        & (entitlement.c.tier_id == tier_id)
        & (entitlement.c.version != version)
        & entitlement.c.state.in_(["live", "suspended"])
    )
    change = update(entitlement).where(outdated).values(version=version).returning(entitlement.c.user_id)
    return list(dict.fromkeys((await tx.execute(change)).scalars()))


async def live_of_tier(db: Reader, guild_id: int, tier_id: int) -> list[Entitlement]:
    """All running entitlements to a tier, ordered by their end."""
    query = _entitlements(guild_id).where(
        entitlement.c.tier_id == tier_id, entitlement.c.state.in_(["live", "suspended"])
    )
    rows = await db.execute(query.order_by(entitlement.c.ends_at, entitlement.c.id))
    return [_entitlement(row) for row in rows]


async def ended_ahead(db: Reader, guild_id: int, now: datetime) -> list[Entitlement]:
    """Entitlements that are noted to have ended after `now`, with days left: the clock was wrong then, or is now."""
    query = _entitlements(guild_id).where(
        entitlement.c.state == "ended", entitlement.c.ended_at > now, entitlement.c.held_until > now
    )
    return [_entitlement(row) for row in await db.execute(query)]


async def by_member(db: Reader, guild_id: int) -> dict[int, list[Entitlement]]:
    """All entitlements of a guild by member, the earliest first."""
    entitlements_by_user: dict[int, list[Entitlement]] = {}
    query = _entitlements(guild_id).order_by(entitlement.c.starts_at, entitlement.c.id)
    for row in await db.execute(query):
        entitlements_by_user.setdefault(row.user_id, []).append(_entitlement(row))
    return entitlements_by_user


async def replaced_by(db: Reader, guild_id: int, order_id: int) -> list[Entitlement]:
    """The entitlements that were replaced when this order was paid."""
    query = _entitlements(guild_id).where(entitlement.c.replaced_by == order_id)
    return [_entitlement(row) for row in await db.execute(query)]


async def _update(tx: Writer, old: Entitlement, **values: Any) -> None:
    own = (entitlement.c.guild_id == old.guild_id) & (entitlement.c.id == old.id)
    await tx.execute(update(entitlement).where(own).values(**values))


async def count_holders(db: Reader, guild_id: int, at: datetime) -> int:
    """How many members had a running membership from an order at that moment. A single item is none."""
    ended = func.coalesce(entitlement.c.ended_at, entitlement.c.ends_at)
    query = select(func.count(entitlement.c.user_id.distinct())).where(
        entitlement.c.tier_id.in_(tiers.memberships(guild_id)),
        entitlement.c.guild_id == guild_id,
        entitlement.c.source == "order",
        entitlement.c.starts_at <= at,
        entitlement.c.ends_at > at,
        ended > at,
    )
    return (await db.execute(query)).scalar_one()


def _entitlement(row: Row[Any]) -> Entitlement:
    return Entitlement(
        id=row.id,
        guild_id=row.guild_id,
        user_id=row.user_id,
        acquired_by=row.acquired_by,
        tier=tiers.read(row),
        order_id=row.order_id,
        source=row.source,
        reason=row.reason,
        status=EntitlementStatus(row.state),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        held_until=row.held_until,
        replaced_by=row.replaced_by,
        length=row.length,
        cut=row.cut,
        taken_at=row.taken_at,
        follows=row.follows,
    )


async def seats_taken(db: Reader, guild_id: int, now: datetime) -> dict[int, int]:
    """How many members hold each tier now, or have paid for it ahead: what counts against its seats."""
    query = (
        select(entitlement.c.tier_id, func.count(entitlement.c.user_id.distinct()).label("seats"))
        .where(
            entitlement.c.guild_id == guild_id,
            entitlement.c.state.in_(["live", "suspended"]),
            entitlement.c.held_until > now,
        )
        .group_by(entitlement.c.tier_id)
    )
    return {row.tier_id: row.seats for row in await db.execute(query)}


async def seat_holders(db: Reader, guild_id: int, tier_id: int, now: datetime) -> set[int]:
    """The members whom `seats_taken` counts for one tier."""
    query = select(entitlement.c.user_id).where(
        entitlement.c.guild_id == guild_id,
        entitlement.c.tier_id == tier_id,
        entitlement.c.state.in_(["live", "suspended"]),
        entitlement.c.held_until > now,
    )
    return set((await db.execute(query)).scalars())
