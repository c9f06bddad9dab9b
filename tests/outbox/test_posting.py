"""A message to a channel is posted exactly once, wherever Lyceum dies, or recorded as not posted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import NeedsAction, RetryLater
from bot.outbox import ChannelSetting, OutboxState
from tests.memberships.reading import Killed, killed_at
from tests.outbox.desk import Desk, blind, opened

POINTS = ["outbox.sending", "outbox.posted", "outbox.sent"]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with opened(tmp_path) as desk:
        yield desk


async def dies(desk: Desk, name: str) -> None:
    """Posting, and Lyceum dies there, so long ago that Discord recognises no nonce any more."""
    with killed_at(name), pytest.raises(Killed):
        await desk.post()
    desk.forget()


@pytest.mark.parametrize("name", POINTS)
async def test_killed_there_it_is_posted_once(desk: Desk, name: str) -> None:
    await dies(desk, name)

    place = await desk.post()

    assert place is not None
    assert await desk.posted() == [place.message_id]
    assert await desk.record() == ("sent", None)


async def test_killed_at_one_point_after_the_other_it_is_posted_once(desk: Desk) -> None:
    for name in POINTS:
        await dies(desk, name)

    await desk.post()

    assert len(await desk.posted()) == 1


async def test_control_without_the_look_it_is_posted_twice(desk: Desk) -> None:
    await dies(desk, "outbox.posted")

    await desk.post(blind(desk))

    assert len(await desk.posted()) == 2


async def test_asked_for_again_it_tells_where_the_message_stands(desk: Desk) -> None:
    first = await desk.post()
    desk.forget()

    assert await desk.post() == first
    assert len(await desk.posted()) == 1


async def test_a_lost_answer_is_found_by_the_next_try(desk: Desk) -> None:
    faults = {"route": "POST /channels/*/messages", "status": 503, "after_effect": True, "times": 1}
    await desk.community.post("/sandbox/faults", **faults)
    with pytest.raises(RetryLater):
        await desk.post()
    desk.forget()

    await desk.post()

    assert len(await desk.posted()) == 1


async def test_two_keys_are_two_messages(desk: Desk) -> None:
    await desk.post()
    desk.key = type(desk.key)(desk.key.guild_id, desk.key.kind, "2")

    await desk.post()

    assert len(await desk.posted()) == 2


async def test_what_is_not_wanted_any_more_is_recorded_with_the_reason(desk: Desk) -> None:
    await dies(desk, "outbox.sending")

    assert await desk.post(unless="late") is None

    assert (await desk.posted(), await desk.record()) == ([], ("skipped", "late"))
    assert await desk.post() is None, "and it stays so"


async def test_what_is_not_wanted_any_more_but_there_already_is_recorded_as_sent(desk: Desk) -> None:
    await dies(desk, "outbox.posted")

    assert await desk.post(unless="late") is not None

    assert await desk.record() == ("sent", None)


async def test_dropped_before_or_after_an_attempt(desk: Desk) -> None:
    await desk.outbox.drop(desk.key, "mended")
    assert await desk.record() == ("skipped", "mended")

    desk.key = type(desk.key)(desk.key.guild_id, desk.key.kind, "2")
    await dies(desk, "outbox.sending")
    await desk.outbox.drop(desk.key, "mended")

    records = await desk.outbox.entries(desk.key.guild_id, desk.key.kind)
    assert {key: entry.state for key, entry in records.items()} == {
        "1": OutboxState.SKIPPED,
        "2": OutboxState.UNKNOWN,
    }


async def test_a_channel_that_was_deleted_meanwhile_is_replaced(desk: Desk) -> None:
    await dies(desk, "outbox.posted")
    staff = await desk.community.app.server.channel_named(desk.community.guild_id, "staff")
    await desk.community.discord("olivia", "DELETE", f"/channels/{staff}")
    await make(desk, "staff")

    await desk.post()

    assert len(await desk.posted()) == 1


async def make(desk: Desk, name: str) -> None:
    """Olivia makes a channel, and the bot hears of it."""
    guild = desk.community.guild_id
    made = await desk.community.discord(
        "olivia", "POST", f"/guilds/{guild}/channels", {"name": name, "type": 0}
    )
    while await desk.community.app.server.channel_named(guild, name) != int(made["id"]):
        await desk.community.settled()


@pytest.mark.parametrize(
    "setting, finding",
    [
        (ChannelSetting.STAFF, "staff-channel-missing"),
        (ChannelSetting.EVENTS, "events-channel-missing"),
    ],
)
async def test_a_missing_channel_names_the_setting_and_heals(
    tmp_path: Path, setting: ChannelSetting, finding: str
) -> None:
    name = setting.rpartition(".")[2]
    async with opened(tmp_path, **{f"COMMUNITY__{name.upper()}": "bulletin"}) as desk:
        with pytest.raises(NeedsAction) as missing:
            await desk.post(to=setting)
        assert missing.value.finding == finding
        assert "#bulletin" in missing.value.detail and f"set {setting} to" in missing.value.detail
        assert await desk.records() == 0, "nothing was begun"
        await make(desk, "bulletin")

        await desk.post(to=setting)

        assert len(await desk.posted("bulletin")) == 1
