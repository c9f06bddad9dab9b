"""A message to a member is sent at most once, and what became of it is on record."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.outbox import OutboxState
from tests.memberships.reading import Killed, killed_at
from tests.outbox.harness import MINUTE, OutboxHarness, drawn, opened


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[OutboxHarness]:
    async with opened(tmp_path) as harness:
        yield harness


async def send(harness: OutboxHarness, who: str = "ann") -> OutboxState:
    return await harness.outbox.direct(harness.key, await harness.id_of(who), drawn())


async def dies(harness: OutboxHarness, name: str) -> None:
    with killed_at(name), pytest.raises(Killed):
        await send(harness)


@pytest.mark.parametrize("name", ["outbox.sending", "outbox.posted", "outbox.sent"])
async def test_killed_there_and_back_at_once_it_arrives_once(harness: OutboxHarness, name: str) -> None:
    await dies(harness, name)

    assert await send(harness) is OutboxState.SENT

    assert (await harness.arrived(), await harness.record()) == (1, ("sent", None))


async def test_control_without_the_nonce_it_would_arrive_twice(harness: OutboxHarness) -> None:
    await dies(harness, "outbox.posted")
    harness.forget()

    await send(harness)

    assert await harness.arrived() == 2


async def test_when_discord_may_have_forgotten_the_nonce_it_is_not_sent_again(harness: OutboxHarness) -> None:
    await dies(harness, "outbox.posted")
    harness.forget()
    await harness.community.clock(advance=3 * MINUTE.total_seconds())

    assert await send(harness) is OutboxState.UNKNOWN

    assert (await harness.arrived(), await harness.record()) == (1, ("unknown", None))


async def test_who_takes_no_messages_is_recorded_and_left_in_peace(harness: OutboxHarness) -> None:
    await harness.community.post("/sandbox/direct", **{"as": "ann"}, open=False)
    assert await send(harness) is OutboxState.CLOSED
    await harness.community.post("/sandbox/direct", **{"as": "ann"}, open=True)

    assert await send(harness) is OutboxState.CLOSED

    assert (await harness.arrived(), await harness.record()) == (0, ("closed", None))


async def test_who_is_gone_is_recorded(harness: OutboxHarness) -> None:
    await harness.community.post(
        "/sandbox/faults", route="POST /users/@me/channels", status=404, code=10013, times=1
    )

    assert await send(harness) is OutboxState.GONE

    assert (await harness.arrived(), await harness.record()) == (0, ("gone", None))


async def test_what_arrived_before_a_death_is_not_recorded_as_undelivered(harness: OutboxHarness) -> None:
    """The member left, or closed the door, between the message and its record: nobody knows that it did not arrive."""
    await dies(harness, "outbox.posted")
    await harness.community.post("/sandbox/direct", **{"as": "ann"}, open=False)
    harness.forget()

    assert await send(harness) is OutboxState.UNKNOWN

    assert await harness.record() == ("unknown", None)
