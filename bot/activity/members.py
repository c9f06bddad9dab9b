"""Who is a member: taken over from the guild's list whenever Lyceum may have missed somebody."""

from __future__ import annotations

from datetime import datetime

from bot.activity import people_store
from bot.db import Database
from bot.ports import ChatServer, Person

_PAGE = 1000


async def take_over(db: Database, server: ChatServer, guild_id: int, now: datetime) -> int:
    """Make the stays equal to the guild's list of members; who is missing there left by `now`. Returns how many there are.

    The list comes in the order of ids, so each page is compared with what we know of the same span
    of ids, and a guild of half a million is never in memory.
    """
    total, last = 0, 0
    page: list[Person] = []
    async for member in server.members(guild_id):
        page.append(member)
        if len(page) == _PAGE:
            await _compare(db, guild_id, page, last, page[-1].id, now)
            total, last, page = total + _PAGE, page[-1].id, []
    await _compare(db, guild_id, page, last, None, now)
    return total + len(page)


async def _compare(
    db: Database, guild_id: int, page: list[Person], above: int, upto: int | None, now: datetime
) -> None:
    """One page: all members with above < id <= upto."""
    async with db.write() as tx:
        await people_store.meet(tx, guild_id, {member.id: member.bot for member in page})
        staying = await people_store.staying(tx, guild_id, above, upto)
        fresh = [m for m in page if m.id not in staying or staying[m.id][1] != m.joined_at]
        known = await people_store.people(tx, guild_id, [member.id for member in fresh])
        await people_store.came(
            tx, [{"guild_id": guild_id, "person": known[m.id].n, "joined_at": m.joined_at} for m in fresh]
        )
        there = {member.id for member in page}
        await people_store.went(
            tx, guild_id, [n for user, (n, _) in staying.items() if user not in there], now
        )
