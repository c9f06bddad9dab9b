"""What the gateway tells is held against discord-api-types: one field broken is seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.judge import tsc
from tests.judge.dispatches import Dispatches
from tests.judge.findings import Finding

Json = dict[str, Any]

if reason := tsc.available():
    pytest.skip(f"needs the TypeScript compiler: {reason}", allow_module_level=True)

REACTION: Json = {
    "user_id": "100000000000000001",
    "channel_id": "100000000000000002",
    "message_id": "100000000000000003",
    "guild_id": "100000000000000004",
    "emoji": {"id": None, "name": "👋"},
    "message_author_id": "100000000000000005",
    "burst": False,
    "type": 0,
}


def judged(folder: Path, kind: str, *told: Json) -> list[Finding]:
    dispatches = Dispatches()
    for data in told:
        dispatches.add(kind, data)
    return list(tsc.findings(dispatches, folder))


def test_a_dispatch_as_discord_sends_it_passes(tmp_path: Path) -> None:
    assert judged(tmp_path, "MESSAGE_REACTION_ADD", REACTION) == []


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ({"user_id": 100000000000000001}, "Type 'number' is not assignable to type 'string'"),
        ({"burst": "no"}, "Type 'string' is not assignable to type 'boolean'"),
        ({"type": 7}, "Type '7' is not assignable"),
        ({"emoij": {}}, "'emoij' does not exist"),
    ],
    ids=["an id as number", "a text for a boolean", "an unknown type", "an unknown field"],
)
def test_one_field_broken_is_one_finding(tmp_path: Path, broken: Json, says: str) -> None:
    (finding,) = judged(tmp_path, "MESSAGE_REACTION_ADD", REACTION, REACTION | broken)

    assert finding.operation == "MESSAGE_REACTION_ADD"
    assert says in str(finding).replace('"', "'").replace("''", "'")


def test_one_field_missing_is_one_finding(tmp_path: Path) -> None:
    (finding,) = judged(tmp_path, "MESSAGE_REACTION_ADD", {k: v for k, v in REACTION.items() if k != "emoji"})

    assert "Property 'emoji' is missing" in str(finding)


def test_a_kind_that_discord_does_not_know_is_found(tmp_path: Path) -> None:
    (finding,) = judged(tmp_path, "MESSAGE_REACTION_ADED", REACTION)

    assert finding.operation == "MESSAGE_REACTION_ADED"


def test_texts_of_an_enum_and_sums_of_flags_pass(tmp_path: Path) -> None:
    presence: Json = {
        "guild_id": "100000000000000004",
        "user": {"id": "100000000000000001", "public_flags": 96},
        "status": "idle",
        "activities": [],
        "client_status": {"web": "idle"},
    }

    assert judged(tmp_path, "PRESENCE_UPDATE", presence) == []
    (finding,) = judged(tmp_path, "PRESENCE_UPDATE", presence | {"status": "asleep"})
    assert "asleep" in str(finding)


def test_the_like_is_written_once_and_lists_are_kept_short() -> None:
    dispatches = Dispatches()
    for number in range(3):
        ids = [str(10**17 + entry) for entry in range(number + 1)]
        dispatches.add("MESSAGE_DELETE_BULK", {"ids": ids, "channel_id": "100000000000000002"})

    assert (dispatches.kinds, len(dispatches)) == (1, 1)
    assert dispatches.typescript().count("100000000000000000") == 1
