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
from tests.outbox.harness import OutboxHarness, opened

POINTS = ["outbox.sending", "outbox.posted", "outbox.sent"]
ROLE = 50


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[OutboxHarness]:
    async with opened(tmp_path) as harness:
        yield harness


def job(harness: OutboxHarness, kind: str, **payload: str) -> Job:
    """The piece of work that tells it."""
    return Job(
        id=1,
        guild_id=harness.community.guild_id,
        kind=kind,
        key="175928847299117063",
        due=harness.now(),
        tries=1,
        generation=0,
        payload=payload,
    )


async def refuse(harness: OutboxHarness) -> None:
    """Discord refused to give a role."""
    async with harness.community.app.db.write() as tx:
        later = real_now() + timedelta(hours=1)
        await breaker.open_(tx, harness.community.guild_id, ROLE, harness.now(), later)


async def refused(harness: OutboxHarness) -> bool:
    """Is it on record that Discord refuses?"""
    async with harness.community.app.db.read() as db:
        return await breaker.of_guild(db, harness.community.guild_id) is not None


async def suspend(harness: OutboxHarness) -> str:
    """A tier is off sale, because its role is gone."""
    made = await harness.community.app.memberships.catalog.create(
        harness.community.guild_id,
        name="Gold",
        price="19.00",
        currency="USD",
        days=30,
        role_id=await a_role(harness),
        actor=await harness.id_of("olivia"),
        owner=True,
    )
    async with harness.community.app.db.write() as tx:
        await tiers.suspend(tx, harness.community.guild_id, made.tier.id, "role-missing")
    return str(made.tier.id)


async def a_role(harness: OutboxHarness) -> int:
    """A role that may be sold."""
    body = {"name": "Gold", "permissions": "0"}
    role = await harness.community.discord(
        "olivia", "POST", f"/guilds/{harness.community.guild_id}/roles", body
    )
    await harness.community.settled()
    return int(role["id"])


async def told(harness: OutboxHarness, text: str) -> int:
    """How often it stands in the staff channel."""
    return sum(text in words(message) for message in await harness.community.messages("staff", "olivia"))


@pytest.mark.parametrize("name", POINTS)
async def test_a_refusal_is_told_once_wherever_lyceum_dies(harness: OutboxHarness, name: str) -> None:
    await refuse(harness)
    telling = job(harness, "access.refused", role=str(ROLE))
    with killed_at(name), pytest.raises(Killed):
        await harness.community.app.memberships.breaker.tell(telling)
    harness.forget()

    await harness.community.app.memberships.breaker.tell(telling)

    assert await told(harness, "I may not change roles") == 1


@pytest.mark.parametrize("name", POINTS)
async def test_a_tier_off_sale_is_told_once_wherever_lyceum_dies(harness: OutboxHarness, name: str) -> None:
    telling = job(harness, "tier.suspended", tier=await suspend(harness), finding="role-missing")
    with killed_at(name), pytest.raises(Killed):
        await harness.community.app.memberships.role_safety.tell(telling)
    harness.forget()

    await harness.community.app.memberships.role_safety.tell(telling)

    assert await told(harness, "is off sale for now") == 1


async def test_what_has_healed_is_not_told_and_recorded(harness: OutboxHarness) -> None:
    await harness.community.app.memberships.breaker.tell(job(harness, "access.refused", role=str(ROLE)))

    records = await harness.outbox.entries(harness.community.guild_id, "access.refused")
    assert await told(harness, "I may not change roles") == 0
    assert [(entry.state.value, entry.reason) for entry in records.values()] == [("skipped", "healed")]


async def test_try_again_on_the_notice_tries_again(harness: OutboxHarness) -> None:
    """The button carries the mark of its card; an older one says "all"."""
    await refuse(harness)
    await harness.community.app.memberships.breaker.tell(job(harness, "access.refused", role=str(ROLE)))
    [card] = await harness.community.messages("staff", "olivia", limit=1)

    await harness.community.click("olivia", card["id"], label="Try again")

    async with asyncio.timeout(10):
        while await refused(harness):  # noqa: ASYNC110 # the answer to a press comes after it, when the database is asked
            await asyncio.sleep(0.02)
