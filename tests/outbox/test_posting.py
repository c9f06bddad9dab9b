"""A message to a channel is posted exactly once, wherever Lyceum dies, or recorded as not posted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import NeedsAction, RetryLater
from bot.outbox import ChannelSetting, OutboxState
from tests.memberships.reading import Killed, killed_at
from tests.outbox.harness import OutboxHarness, blind, drawn, opened

POINTS = ["outbox.sending", "outbox.posted", "outbox.sent"]


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[OutboxHarness]:
    async with opened(tmp_path) as harness:
        yield harness


async def dies(harness: OutboxHarness, name: str) -> None:
    """Posting, and Lyceum dies there, so long ago that Discord recognises no nonce any more."""
    with killed_at(name), pytest.raises(Killed):
        await harness.post()
    harness.forget()


@pytest.mark.parametrize("name", POINTS)
async def test_killed_there_it_is_posted_once(harness: OutboxHarness, name: str) -> None:
    await dies(harness, name)

    place = await harness.post()

    assert place is not None
    assert await harness.posted() == [place.message_id]
    assert await harness.record() == ("sent", None)


async def test_killed_at_one_point_after_the_other_it_is_posted_once(harness: OutboxHarness) -> None:
    for name in POINTS:
        await dies(harness, name)

    await harness.post()

    assert len(await harness.posted()) == 1


async def test_control_without_the_look_it_is_posted_twice(harness: OutboxHarness) -> None:
    await dies(harness, "outbox.posted")

    await harness.post(blind(harness))

    assert len(await harness.posted()) == 2


async def test_asked_for_again_it_tells_where_the_message_stands(harness: OutboxHarness) -> None:
    first = await harness.post()
    harness.forget()

    assert await harness.post() == first
    assert len(await harness.posted()) == 1


async def test_a_lost_answer_is_found_by_the_next_try(harness: OutboxHarness) -> None:
    faults = {"route": "POST /channels/*/messages", "status": 503, "after_effect": True, "times": 1}
    await harness.community.post("/sandbox/faults", **faults)
    with pytest.raises(RetryLater):
        await harness.post()
    harness.forget()

    await harness.post()

    assert len(await harness.posted()) == 1


async def test_two_keys_are_two_messages(harness: OutboxHarness) -> None:
    await harness.post()
    harness.key = type(harness.key)(harness.key.guild_id, harness.key.kind, "2")

    await harness.post()

    assert len(await harness.posted()) == 2


async def test_what_is_not_wanted_any_more_is_recorded_with_the_reason(harness: OutboxHarness) -> None:
    await dies(harness, "outbox.sending")

    assert await harness.post(unless="late") is None

    assert (await harness.posted(), await harness.record()) == ([], ("skipped", "late"))
    assert await harness.post() is None, "and it stays so"


async def test_what_is_not_wanted_any_more_but_there_already_is_recorded_as_sent(
    harness: OutboxHarness,
) -> None:
    await dies(harness, "outbox.posted")

    assert await harness.post(unless="late") is not None

    assert await harness.record() == ("sent", None)


async def test_dropped_before_or_after_an_attempt(harness: OutboxHarness) -> None:
    await harness.outbox.drop(harness.key, "mended")
    assert await harness.record() == ("skipped", "mended")

    harness.key = type(harness.key)(harness.key.guild_id, harness.key.kind, "2")
    await dies(harness, "outbox.sending")
    await harness.outbox.drop(harness.key, "mended")

    records = await harness.outbox.entries(harness.key.guild_id, harness.key.kind)
    assert {key: entry.state for key, entry in records.items()} == {
        "1": OutboxState.SKIPPED,
        "2": OutboxState.UNKNOWN,
    }


async def test_a_channel_that_was_deleted_meanwhile_is_replaced(harness: OutboxHarness) -> None:
    await dies(harness, "outbox.posted")
    staff = await harness.community.app.server.channel_named(harness.community.guild_id, "staff")
    await harness.community.discord("olivia", "DELETE", f"/channels/{staff}")
    await make(harness, "staff")

    await harness.post()

    assert len(await harness.posted()) == 1


async def make(harness: OutboxHarness, name: str) -> None:
    """Olivia makes a channel, and the bot hears of it."""
    guild = harness.community.guild_id
    made = await harness.community.discord(
        "olivia", "POST", f"/guilds/{guild}/channels", {"name": name, "type": 0}
    )
    while await harness.community.app.server.channel_named(guild, name) != int(made["id"]):
        await harness.community.settled()


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
    async with opened(tmp_path, **{f"COMMUNITY__{name.upper()}": "bulletin"}) as harness:
        with pytest.raises(NeedsAction) as missing:
            await harness.post(to=setting)
        assert missing.value.finding == finding
        assert "#bulletin" in missing.value.detail and f"set {setting} to" in missing.value.detail
        assert await harness.records() == 0, "nothing was started"
        await make(harness, "bulletin")

        await harness.post(to=setting)

        assert len(await harness.posted("bulletin")) == 1


async def test_a_message_that_nobody_tries_again_is_recorded_when_it_fails(harness: OutboxHarness) -> None:
    faults = {"route": "POST /channels/*/messages", "status": 403, "code": 50013, "times": 1}
    await harness.community.post("/sandbox/faults", **faults)

    with pytest.raises(NeedsAction):
        async with harness.outbox.single(harness.key):
            await harness.outbox.post(harness.key, drawn(), to=ChannelSetting.STAFF, marker=None)

    entries = await harness.outbox.entries(harness.key.guild_id, harness.key.kind)
    assert [entry.state for entry in entries.values()] == [OutboxState.UNKNOWN]
