"""A message to a member is sent at most once, and what became of it is on record."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.outbox import OutboxState
from tests.memberships.reading import Killed, killed_at
from tests.outbox.desk import MINUTE, Desk, drawn, opened


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with opened(tmp_path) as desk:
        yield desk


async def send(desk: Desk, who: str = "ann") -> OutboxState:
    return await desk.outbox.direct(desk.key, await desk.id_of(who), drawn())


async def dies(desk: Desk, name: str) -> None:
    with killed_at(name), pytest.raises(Killed):
        await send(desk)


@pytest.mark.parametrize("name", ["outbox.sending", "outbox.posted", "outbox.sent"])
async def test_killed_there_and_back_at_once_it_arrives_once(desk: Desk, name: str) -> None:
    await dies(desk, name)

    assert await send(desk) is OutboxState.SENT

    assert (await desk.arrived(), await desk.record()) == (1, ("sent", None))


async def test_control_without_the_nonce_it_would_arrive_twice(desk: Desk) -> None:
    await dies(desk, "outbox.posted")
    desk.forget()

    await send(desk)

    assert await desk.arrived() == 2


async def test_when_discord_may_have_forgotten_the_nonce_it_is_not_sent_again(desk: Desk) -> None:
    await dies(desk, "outbox.posted")
    desk.forget()
    await desk.community.clock(advance=3 * MINUTE.total_seconds())

    assert await send(desk) is OutboxState.UNKNOWN

    assert (await desk.arrived(), await desk.record()) == (1, ("unknown", None))


async def test_who_takes_no_messages_is_recorded_and_left_in_peace(desk: Desk) -> None:
    await desk.community.post("/sandbox/direct", **{"as": "ann"}, open=False)
    assert await send(desk) is OutboxState.CLOSED
    await desk.community.post("/sandbox/direct", **{"as": "ann"}, open=True)

    assert await send(desk) is OutboxState.CLOSED

    assert (await desk.arrived(), await desk.record()) == (0, ("closed", None))


async def test_who_is_gone_is_recorded(desk: Desk) -> None:
    await desk.community.post(
        "/sandbox/faults", route="POST /users/@me/channels", status=404, code=10013, times=1
    )

    assert await send(desk) is OutboxState.GONE

    assert (await desk.arrived(), await desk.record()) == (0, ("gone", None))
