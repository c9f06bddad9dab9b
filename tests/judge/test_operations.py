"""The table of operations is what the sandbox's routes and Discord's description say."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.judge import operations
from tests.judge.description import Description

if "LYCEUM_SHARED" not in os.environ:
    pytest.skip("needs Discord's description in the folder LYCEUM_SHARED", allow_module_level=True)


@pytest.fixture(scope="module")
def description() -> Description:
    return Description.read(Path(os.environ["LYCEUM_SHARED"]) / "discord" / "openapi.json")


def test_the_table_is_up_to_date(description: Description) -> None:
    text = operations.FILE.read_text("utf-8")

    fresh = operations.table(description, operations.marks(text))

    assert text == fresh, 'run `python3 -m tests -m "" --operations`'


def test_a_mark_survives_and_one_that_nobody_made_is_found(description: Description) -> None:
    made = {"GET /users/@me": {"judge", "hikari"}}

    read = operations.marks(operations.table(description, made))

    assert read["GET /users/@me"] == {"judge", "hikari"}
    assert operations.unseen(read, {"GET /users/@me": {"judge"}}) == ["GET /users/@me by hikari"]


def test_what_every_bot_needs_is_built(description: Description) -> None:
    built = {
        operations.key(operation) for operation in description.operations() if operations.built(operation)
    }

    assert {
        "GET /gateway/bot",
        "POST /channels/{channel_id}/messages",
        "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original",
        "PUT /guilds/{guild_id}/members/{user_id}/roles/{role_id}",
    } <= built
    assert "POST /guilds/{guild_id}/soundboard-sounds" not in built
