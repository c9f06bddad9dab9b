"""Discord's answers fail: before or after the effect, by a limit, by a silence, by a broken connection."""

from __future__ import annotations

import contextlib
import time
from datetime import timedelta

import pytest
from discord.http import Route

from bot.cards import card
from bot.demo.people import words
from bot.errors import RetryLater
from tests.community import Community
from tests.faults.shop import PUT_ROLE, asked, buys, fault, holds, opened, patience, stuck, waits


async def said(community: Community, text: str) -> int:
    """How often the bot said this in #general."""
    return sum(text in words(message) for message in await community.messages("general", "ann"))


async def general(community: Community) -> int:
    channel = await community.app.server.channel_named(community.guild_id, "general")
    assert channel is not None
    return channel


async def test_a_503_that_the_library_does_not_repeat_is_tried_again_by_lyceum(community: Community) -> None:
    role = await opened(community)
    await fault(community, route=PUT_ROLE, status=503)

    await buys(community)
    await community.settled()

    assert await holds(community, role)
    assert await asked(community, "PUT", "/roles/") == [503, 204]


@pytest.mark.parametrize("status", [500, 502, 504, 524])
async def test_a_failing_role_is_given_in_the_end(community: Community, status: int) -> None:
    role = await opened(community)
    await fault(community, route=PUT_ROLE, status=status)

    await buys(community)
    await community.settled()

    assert await holds(community, role)
    assert await stuck(community) == []


@pytest.mark.parametrize("how", [{"status": 502}, {"drop": True}, {"status": 503}])
async def test_a_message_whose_answer_is_lost_is_posted_once(
    community: Community, how: dict[str, object]
) -> None:
    """502 is repeated by the library, the others by whoever asked; the nonce makes it one message."""
    channel = await general(community)
    await fault(community, route="POST /channels/*/messages", after_effect=True, **how)

    for _ in range(3):
        try:
            await community.app.server.post(community.guild_id, channel, card("Hello"), key="greeting")
            break
        except RetryLater:
            continue

    assert await said(community, "Hello") == 1
    assert len(await asked(community, "POST", "/messages")) == 2


async def test_control_without_a_nonce_it_is_posted_twice(community: Community) -> None:
    """(The library's own `send` makes a nonce up if it is given none.)"""
    route = Route("POST", "/channels/{channel_id}/messages", channel_id=await general(community))
    await fault(community, route="POST /channels/*/messages", status=502, after_effect=True)

    await community.app.client.http.request(route, json={"content": "Hello"})

    assert await said(community, "Hello") == 2


@pytest.mark.parametrize("limit", ["route", "global", "shared"])
async def test_a_rate_limit_delays_a_role_and_loses_nothing(community: Community, limit: str) -> None:
    role = await opened(community)
    await fault(community, route=PUT_ROLE, limit=limit, retry_after=0.2)

    await buys(community)
    await community.settled()

    assert await holds(community, role)
    assert await asked(community, "PUT", "/roles/") == [429, 204]


async def test_a_long_rate_limit_postpones_the_work_instead_of_holding_a_slot(community: Community) -> None:
    role = await opened(community)
    await fault(community, route=PUT_ROLE, limit="route", retry_after=300)
    began = time.monotonic()

    await buys(community)
    await until_waiting(community)

    wait = await waits(community, "role.sync")
    assert wait is not None
    assert timedelta(minutes=4) < wait <= timedelta(minutes=5)
    assert time.monotonic() - began < 10
    assert not await holds(community, role)

    await patience(community)
    assert await holds(community, role)


async def test_cloudflares_page_keeps_lyceum_away_for_a_minute(community: Community) -> None:
    role = await opened(community)
    await fault(community, route=PUT_ROLE, limit="cloudflare")

    await buys(community)
    await until_waiting(community)

    wait = await waits(community, "role.sync")
    assert wait is not None
    assert timedelta(seconds=50) < wait <= timedelta(minutes=1)
    assert await asked(community, "PUT", "/roles/") == [429]

    await patience(community)
    assert await holds(community, role)


@pytest.mark.parametrize("after_effect", [False, True])
async def test_a_broken_connection_costs_nothing_but_time(community: Community, after_effect: bool) -> None:
    role = await opened(community)
    await fault(community, route=PUT_ROLE, drop=True, after_effect=after_effect)

    await buys(community)
    await community.settled()

    assert await holds(community, role)
    assert await stuck(community) == []


async def test_a_slow_answer_holds_up_nobody_else(community: Community) -> None:
    role = await opened(community)
    await fault(community, route=PUT_ROLE, delay=3)

    await buys(community)
    began = time.monotonic()
    answer = await community.slash("bob", "event list")

    assert answer["state"] == "answered"
    assert time.monotonic() - began < 2
    await community.settled()
    assert await holds(community, role)


async def test_the_same_seed_meets_the_same_faults(community: Community) -> None:
    """On a route without a limit of its own: nothing has to be waited for."""
    ann = next(m for m in (await community.world())["members"] if m["user"]["username"] == "ann")
    seen: list[list[int]] = []
    for _ in range(2):
        before = len(await asked(community, "GET", "/members/"))
        await fault(community, route="GET /guilds/*/members/*", status=503, chance=0.5, seed=7, times=100)
        for _ in range(20):
            with contextlib.suppress(RetryLater):
                await community.app.server.member(community.guild_id, int(ann["user"]["id"]))
        await community._call("DELETE", "/sandbox/faults")
        seen.append((await asked(community, "GET", "/members/"))[before:])

    assert seen[0] == seen[1]
    assert {200, 503} == set(seen[0])


async def until_waiting(community: Community) -> None:
    """Do what is due until the role waits for a later moment."""
    for _ in range(20):
        await community.app.worker.run_due()
        if (wait := await waits(community, "role.sync")) is not None and wait > timedelta(seconds=10):
            return
    raise AssertionError("the role does not wait")
