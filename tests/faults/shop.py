"""What the stories of this folder have in common: Olivia sells Pro, Ann buys it, and something goes wrong on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, update

from bot.clock import real_now
from bot.demo.month import pay
from bot.demo.people import buttons
from bot.memberships.access.tables import entitlement
from bot.work import store as work_store
from bot.work.store import EPOCH
from bot.work.tables import work
from tests.community import Community

PUT_ROLE = "PUT /guilds/*/members/*/roles/*"


async def fault(community: Community, **how: Any) -> Any:
    """Order a fault."""
    return await community.post("/sandbox/faults", **how)


async def opened(community: Community) -> str:
    """Olivia has put Pro up for sale; the id of its role."""
    path = f"/guilds/{community.guild_id}/roles"
    role = await community.discord("olivia", "POST", path, {"name": "Pro"})
    await community.slash(
        "olivia", "tier create", name="Pro", price="19.00", currency="USD", days=30, role="Pro"
    )
    await community.settled()
    return str(role["id"])


async def orders(community: Community, who: str = "ann") -> str:
    """Order Pro: the link to pay at."""
    (plan,) = await community.choices(who, "membership buy", "plan")
    answer = await community.slash(who, "membership buy", plan=plan["value"])
    return str(next(button["url"] for button in buttons(answer["message"]) if "url" in button))


async def buys(community: Community, who: str = "ann") -> None:
    """Order and pay. What follows from it may still be on its way."""
    await pay(await orders(community, who))


async def holds(community: Community, role: str, who: str = "ann") -> bool:
    """Does this member hold the role, in Discord's eyes?"""
    members = (await community.world())["members"]
    return any(role in member["roles"] for member in members if member["user"]["username"] == who)


async def asked(community: Community, method: str, containing: str) -> list[int]:
    """The statuses that the bot's requests of this kind were answered with, in order."""
    log = await community.get("/sandbox/log", after=0)
    return [entry["status"] for entry in log if entry["method"] == method and containing in entry["path"]]


async def stuck(community: Community) -> list[str]:
    """The work that waits for the owner."""
    async with community.app.db.read() as db:
        return [row.kind for row in await work_store.stuck(db, community.guild_id)]


async def waits(community: Community, kind: str) -> timedelta | None:
    """For how long an open row of this kind is postponed, in real time; None without one."""
    query = select(work.c.not_before).where(work.c.kind == kind, work.c.state == "open")
    async with community.app.db.read() as db:
        until = (await db.execute(query)).scalar()
    return None if until is None else until - real_now()


async def patience(community: Community) -> None:
    """As if every wait were over."""
    async with community.app.db.write() as tx:
        await tx.execute(update(work).values(not_before=EPOCH))
    await community.settled()


async def held_entitlements(community: Community) -> int:
    """How many entitlements there are."""
    async with community.app.db.read() as db:
        return int((await db.execute(select(func.count()).select_from(entitlement))).scalar_one())


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    """Look again and again until it is so; half a minute at most."""
    async with asyncio.timeout(30):
        while not await true():  # noqa: ASYNC110 # what is looked at is in another program
            await asyncio.sleep(0.05)
