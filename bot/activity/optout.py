"""Opting out and in again: a person's counts leave the guild's totals, or come back to them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.activity import people_store, store
from bot.activity.buckets import day_of
from bot.activity.flush import totals
from bot.activity.rules import InteractionKind
from bot.db import Writer


async def opt(tx: Writer, guild_id: int, user_id: int, zone: ZoneInfo, *, out: bool) -> bool:
    """False if it is so already. A user not stored yet is stored, so that nothing they do will be counted."""
    known = await people_store.people(tx, guild_id, [user_id])
    if user_id not in known:
        await people_store.add_people(tx, guild_id, {user_id: False})
        known = await people_store.people(tx, guild_id, [user_id])
    person_no = known[user_id].n
    if not await people_store.set_opted_out(tx, guild_id, person_no, out):
        return False
    sign = -1 if out else 1
    counts = [
        (r.hour, None, InteractionKind(r.kind), sign * r.n)
        for r in await store.hours_of(tx, guild_id, person_no)
    ]
    await store.add_days(tx, totals(guild_id, day_of, counts, zone))
    return True
