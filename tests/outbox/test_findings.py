"""What the owner must know is told once, also when Lyceum dies of telling it, or withdrawn when it has healed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import real_now
from bot.demo.people import words
from bot.memberships.access.store import breaker
from bot.memberships.catalog.store import tiers
from bot.work import Job
from tests.memberships.reading import Killed, killed_at
from tests.outbox.desk import Desk, opened

POINTS = ["outbox.sending", "outbox.posted", "outbox.sent"]
ROLE = 50


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with opened(tmp_path) as desk:
        yield desk


def job(desk: Desk, kind: str, **payload: str) -> Job:
    """The piece of work that tells it."""
    return Job(
        id=1,
        guild_id=desk.stage.guild_id,
        kind=kind,
        key="175928847299117063",
        due=desk.now(),
        tries=1,
        generation=0,
        payload=payload,
    )


async def refuse(desk: Desk) -> None:
    """Discord refused to give a role."""
    async with desk.stage.app.db.write() as tx:
        later = real_now() + timedelta(hours=1)
        await breaker.open_(tx, desk.stage.guild_id, ROLE, desk.now(), later)


async def refused(desk: Desk) -> bool:
    """Is it on record that Discord refuses?"""
    async with desk.stage.app.db.read() as db:
        return await breaker.of_guild(db, desk.stage.guild_id) is not None


async def suspend(desk: Desk) -> str:
    """A tier is off sale, because its role is gone."""
    made = await desk.stage.app.memberships.catalog.create(
        desk.stage.guild_id,
        name="Gold",
        price="19.00",
        currency="USD",
        days=30,
        role_id=await a_role(desk),
        actor=await desk.id_of("olivia"),
        owner=True,
    )
    async with desk.stage.app.db.write() as tx:
        await tiers.suspend(tx, desk.stage.guild_id, made.tier.id, "role-missing")
    return str(made.tier.id)


async def a_role(desk: Desk) -> int:
    """A role that may be sold."""
    body = {"name": "Gold", "permissions": "0"}
    role = await desk.stage.discord("olivia", "POST", f"/guilds/{desk.stage.guild_id}/roles", body)
    await desk.stage.settled()
    return int(role["id"])


async def told(desk: Desk, text: str) -> int:
    """How often it stands in the staff channel."""
    return sum(text in words(message) for message in await desk.stage.messages("staff", "olivia"))


@pytest.mark.parametrize("name", POINTS)
async def test_a_refusal_is_told_once_wherever_lyceum_dies(desk: Desk, name: str) -> None:
    await refuse(desk)
    telling = job(desk, "access.refused", role=str(ROLE))
    with killed_at(name), pytest.raises(Killed):
        await desk.stage.app.memberships.breaker.tell(telling)
    desk.forget()

    await desk.stage.app.memberships.breaker.tell(telling)

    assert await told(desk, "I may not change roles") == 1


@pytest.mark.parametrize("name", POINTS)
async def test_a_tier_off_sale_is_told_once_wherever_lyceum_dies(desk: Desk, name: str) -> None:
    telling = job(desk, "tier.suspended", tier=await suspend(desk), finding="role-missing")
    with killed_at(name), pytest.raises(Killed):
        await desk.stage.app.memberships.role_safety.tell(telling)
    desk.forget()

    await desk.stage.app.memberships.role_safety.tell(telling)

    assert await told(desk, "is off sale for now") == 1


async def test_what_has_healed_is_not_told_and_recorded(desk: Desk) -> None:
    await desk.stage.app.memberships.breaker.tell(job(desk, "access.refused", role=str(ROLE)))

    records = await desk.outbox.entries(desk.stage.guild_id, "access.refused")
    assert await told(desk, "I may not change roles") == 0
    assert [(entry.state.value, entry.reason) for entry in records.values()] == [("skipped", "healed")]


async def test_try_again_on_the_notice_tries_again(desk: Desk) -> None:
    """The button carries the mark of its card; an older one says "all"."""
    await refuse(desk)
    await desk.stage.app.memberships.breaker.tell(job(desk, "access.refused", role=str(ROLE)))
    [card] = await desk.stage.messages("staff", "olivia", limit=1)

    await desk.stage.click("olivia", card["id"], label="Try again")

    async with asyncio.timeout(10):
        while await refused(desk):  # noqa: ASYNC110 # the answer to a press comes after it, when the database is asked
            await asyncio.sleep(0.02)
