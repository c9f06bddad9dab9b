"""Members are taken over from the guild's list whenever Lyceum may have missed somebody."""

from __future__ import annotations

from datetime import datetime

from bot.activity import people_store
from bot.db import Database
from bot.ports import ChatServer, Person

_PAGE = 1000


async def take_over(db: Database, server: ChatServer, guild_id: int, now: datetime) -> int:
    """Make the stays equal to the guild's list of members; anybody missing from it left by `now`. Returns its length.

    The list comes in the order of ids, so each page is compared with the stored members of the same span
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
        await people_store.add_people(tx, guild_id, {member.id: member.bot for member in page})
        stays = await people_store.open_stays(tx, guild_id, above, upto)
        joined = [m for m in page if m.id not in stays or stays[m.id][1] != m.joined_at]
        known = await people_store.people(tx, guild_id, [member.id for member in joined])
        await people_store.begin_stays(
            tx, [{"guild_id": guild_id, "person": known[m.id].n, "joined_at": m.joined_at} for m in joined]
        )
        listed = {member.id for member in page}
        await people_store.end_stays(
            tx, guild_id, [person_no for user, (person_no, _) in stays.items() if user not in listed], now
        )
