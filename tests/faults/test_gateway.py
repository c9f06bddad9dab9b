"""The gateway fails: events twice, late or never; sessions that end; sockets that are open and dead."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.activity.tables import person
from bot.memberships.orders.tables import order
from bot.work.tables import work
from sandbox.app import Sandbox
from tests.community import MONDAY, Community, bot_in
from tests.faults.shop import buys, fault, holds, opened, until

START = datetime.fromisoformat("2026-11-02T00:00:00+00:00")


async def messages(community: Community) -> int:
    """How many messages of this week are counted, once the bot heard everything."""
    await community.slash("olivia", "event list")
    await community.settled()
    found = await community.app.activity.interactions(community.guild_id, START, START + timedelta(days=7))
    return found.messages


async def counted(community: Community, wanted: int) -> None:
    """Wait until so many messages are counted; there they stay."""

    async def enough() -> bool:
        return await messages(community) >= wanted

    await until(enough)
    assert await messages(community) == wanted


async def connected(community: Community) -> None:
    """Wait until the bot, which has just lost its socket, has one again."""
    await asyncio.sleep(0.2)

    async def is_connected() -> bool:
        return bool((await community.world())["applications"][0]["connected"])

    await until(is_connected)


@pytest.fixture
async def hasty(tmp_path: Path) -> AsyncIterator[Community]:
    """A world with a heartbeat five times a second, and a bot that believes a silence of a second to be a death."""
    clock = datetime.fromisoformat(MONDAY)
    async with (
        Sandbox(tmp_path / "world", port=0, clock=clock, heartbeat_ms=200) as there,
        bot_in(there.url, tmp_path) as community,
    ):
        community.app.client._connection.heartbeat_timeout = 1.0
        await fault(community, gateway="cut")
        await connected(community)
        yield community


async def test_a_message_told_twice_counts_once(community: Community) -> None:
    await fault(community, event="MESSAGE_CREATE", how="twice", times=3)
    for n in range(3):
        await community.say("ann", "general", f"Hello {n}")

    assert await messages(community) == 3


async def test_messages_told_late_and_out_of_order_count_once_each(community: Community) -> None:
    await fault(community, event="MESSAGE_CREATE", how="late", seconds=0.5)
    await community.say("ann", "general", "The first, told last")
    await community.say("bob", "general", "The second, told first")

    await counted(community, 2)


async def test_a_lost_message_is_read_back_when_a_new_session_begins(community: Community) -> None:
    await community.say("ann", "general", "Heard")
    await fault(community, event="MESSAGE_CREATE", how="drop")
    await community.say("ann", "general", "Lost on the way")
    await community.say("bob", "general", "Heard again")
    assert await messages(community) == 2

    await fault(community, gateway="invalidate")
    await connected(community)

    await counted(community, 3)


@pytest.mark.parametrize(
    "how",
    [
        "cut",
        "forget",
        "invalid_resumable",
        *(pytest.param(how, marks=pytest.mark.thorough) for how in ("reconnect", "invalidate")),
    ],
)
async def test_a_broken_session_loses_and_doubles_no_message(community: Community, how: str) -> None:
    await community.say("ann", "general", "Before")
    await fault(community, gateway=how)
    await community.say("ann", "general", "Meanwhile")
    await connected(community)
    await community.say("ann", "general", "After")

    await counted(community, 3)


async def test_a_press_told_twice_is_answered_once_and_done_once(community: Community) -> None:
    await opened(community)
    (plan,) = await community.choices("ann", "membership buy", "plan")
    await fault(community, event="INTERACTION_CREATE", how="twice")

    answer = await community.slash("ann", "membership buy", plan=plan["value"])
    await community.settled()

    assert answer["state"] == "answered"
    async with community.app.db.read() as db:
        assert (await db.execute(select(func.count()).select_from(order))).scalar_one() == 1


async def test_a_member_who_joins_thrice_in_the_gateways_eyes_is_one_member(community: Community) -> None:
    await fault(community, event="GUILD_MEMBER_ADD", how="twice", times=2)

    joined = await community.join("Dora")
    await messages(community)

    query = select(func.count()).where(person.c.user_id == int(joined["user"]["id"]))
    async with community.app.db.read() as db:
        assert (await db.execute(query)).scalar_one() == 1


async def test_a_lost_interaction_is_no_response_and_the_next_is_answered(community: Community) -> None:
    await fault(community, event="INTERACTION_CREATE", how="drop")

    first = await community.slash("ann", "event list")
    second = await community.slash("ann", "event list")

    assert (first["state"], second["state"]) == ("no_response", "answered")


async def test_a_dead_socket_is_left_and_nothing_is_lost(hasty: Community) -> None:
    await hasty.say("ann", "general", "Before")
    await fault(hasty, gateway="zombie")
    await hasty.say("ann", "general", "Into the dead socket")

    await alive(hasty)

    await counted(hasty, 2)


async def alive(community: Community) -> None:
    """Wait until a command is answered again."""

    async def answered() -> bool:
        return bool((await community.slash("olivia", "event list"))["state"] == "answered")

    await until(answered)


async def test_after_a_lost_session_roles_are_as_they_should_be(community: Community) -> None:
    """Meanwhile a moderator took a paid role, and another payer left and came back: nobody told Lyceum."""
    role = await opened(community)
    for who in ("ann", "bob"):
        await buys(community, who)
    await community.settled()
    assert await holds(community, role, "ann") and await holds(community, role, "bob")
    for event in ("GUILD_MEMBER_UPDATE", "GUILD_MEMBER_REMOVE", "GUILD_MEMBER_ADD"):
        await fault(community, event=event, how="drop", times=2)
    members = (await community.world())["members"]
    (ann,) = [one["user"]["id"] for one in members if one["user"]["username"] == "ann"]
    await community.discord("olivia", "DELETE", f"/guilds/{community.guild_id}/members/{ann}/roles/{role}")
    for act in ("leave", "rejoin"):
        await fault(community, world=act, member="bob")
    await community.settled()
    assert not await holds(community, role, "ann") and not await holds(community, role, "bob")
    before = await audits(community)

    await fault(community, gateway="invalidate")
    await connected(community)

    async def mended() -> bool:
        await community.settled()
        return await holds(community, role, "ann") and await holds(community, role, "bob")

    await until(mended)
    assert await audits(community) == before + 1


async def test_a_resumed_session_needs_no_audit(community: Community) -> None:
    """What was missed is told again, so nobody's roles are looked up."""
    before = await audits(community)

    await fault(community, gateway="cut")
    await connected(community)
    await alive(community)
    await community.settled()

    assert await audits(community) == before


async def audits(community: Community) -> int:
    """How often the audit of all roles was asked for again since the start, which asks for the first one."""
    query = select(work.c.generation).where(work.c.kind == "access.audit")

    async def asked() -> list[int]:
        async with community.app.db.read() as db:
            return list((await db.execute(query)).scalars())

    async def known() -> bool:
        return bool(await asked())

    await until(known)
    return (await asked())[0]
