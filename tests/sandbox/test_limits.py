"""Rate limits: as Discord announces and enforces them."""

from __future__ import annotations

import pytest

from tests.sandbox.people import Bot, Control
from tests.sandbox.raw import BOT, raw


async def test_every_answer_says_what_is_left_of_its_bucket(control: Control) -> None:
    path = f"/channels/{await control.channel_id('general')}/messages"

    answers = [await raw(control)("POST", path, {"content": f"{n}"}, who=BOT) for n in range(6)]

    assert [a.status for a in answers] == [200] * 5 + [429]
    assert [a.headers["X-RateLimit-Remaining"] for a in answers] == ["4", "3", "2", "1", "0", "0"]
    assert len({a.headers["X-RateLimit-Bucket"] for a in answers}) == 1
    assert {a.headers["X-RateLimit-Limit"] for a in answers} == {"5"}
    refused = answers[-1]
    assert (refused.headers["X-RateLimit-Scope"], refused.json["global"]) == ("user", False)
    assert 0 < refused.json["retry_after"] <= 5
    assert float(refused.headers["X-RateLimit-Reset-After"]) == pytest.approx(
        refused.json["retry_after"], abs=0.01
    )
    assert 1 <= int(refused.headers["Retry-After"]) <= 5


async def test_another_channel_and_another_bot_have_buckets_of_their_own(control: Control) -> None:
    here, there = [await control.channel_id(name) for name in ("general", "help")]
    for n in range(5):
        await raw(control)("POST", f"/channels/{here}/messages", {"content": f"{n}"}, who=BOT)

    other_place = await raw(control)("POST", f"/channels/{there}/messages", {"content": "x"}, who=BOT)
    other_bot = await raw(control)(
        "POST", f"/channels/{here}/messages", {"content": "x"}, who="Bot sandbox.other"
    )

    assert (other_place.status, other_bot.status) == (200, 200)


async def test_fifty_requests_a_second_and_no_more(control: Control) -> None:
    members = [member["user"]["id"] for member in (await control.get("world"))["members"]][:80]
    rooms = [channel["id"] for channel in (await control.get("world"))["channels"]]
    paths = [f"/users/{member}" for member in members[:15]] + [f"/channels/{room}" for room in rooms] * 8

    answers = [await raw(control)("GET", path, who=BOT) for path in paths]
    refused = [answer for answer in answers if answer.status == 429]

    assert refused, f"{len(paths)} requests took more than a second"
    assert {answer.headers["X-RateLimit-Scope"] for answer in refused} == {"global"}
    assert {answer.headers["X-RateLimit-Global"] for answer in refused} == {"true"}
    assert all(answer.json["global"] for answer in refused)


async def test_discord_py_waits_by_itself_and_meets_no_429(bot: Bot, control: Control) -> None:
    room = bot.room("general")
    for n in range(7):
        await room.send(f"{n}")
    log = await control.get("log", after=0)
    assert [entry["status"] for entry in log if entry["path"].endswith("/messages")] == [200] * 7


async def test_people_who_administer_are_not_limited(control: Control) -> None:
    path = f"/channels/{await control.channel_id('general')}/messages"
    answers = [await raw(control)("POST", path, {"content": f"{n}"}) for n in range(8)]
    assert {answer.status for answer in answers} == {200}


async def test_switched_off_there_are_no_limits_and_no_headers(unlimited: Control) -> None:
    path = f"/channels/{await unlimited.channel_id('general')}/messages"
    answers = [await raw(unlimited)("POST", path, {"content": f"{n}"}, who=BOT) for n in range(60)]
    assert {answer.status for answer in answers} == {200}
    assert "X-RateLimit-Limit" not in answers[0].headers
