"""What was answered or told is on disk: the sandbox is killed under traffic, and nothing of it is lost."""

from __future__ import annotations

import asyncio
import contextlib
import random
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest

ROLE = "Expert"


@dataclass(kw_only=True)
class Seen:
    """What somebody outside knows to have happened."""

    said: dict[str, str] = field(default_factory=dict[str, str])  # message id → words, answered
    told: dict[str, str] = field(default_factory=dict[str, str])  # the same, dispatched
    deleted: set[str] = field(default_factory=set[str])
    doubtful: set[str] = field(default_factory=set[str])  # a deletion was asked for, and no answer came
    reacted: set[str] = field(default_factory=set[str])
    threads: set[str] = field(default_factory=set[str])
    roles: dict[str, bool | None] = field(default_factory=dict[str, bool | None])  # None: no answer came

    @property
    def answers(self) -> int:
        return len(self.said) + len(self.deleted) + len(self.reacted) + len(self.threads)


async def _started(folder: Path) -> tuple[asyncio.subprocess.Process, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "sandbox",
        "--port",
        "0",
        "--data",
        str(folder),
        "--no-limits",
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    return process, (await process.stdout.readline()).decode().split()[2]


class Person:
    """Somebody who writes, reacts, deletes, opens threads and hands out roles as fast as they are answered."""

    def __init__(
        self, name: str, session: aiohttp.ClientSession, seen: Seen, channel: str, guild: str
    ) -> None:
        self._name, self._session, self._seen = name, session, seen
        self._messages = f"/api/v10/channels/{channel}/messages"
        self._members = f"/api/v10/guilds/{guild}/members"

    async def _ask(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Person {self._name}"}
        async with self._session.request(method, path, json=body, headers=headers) as answer:
            text = await answer.read()
            assert answer.status < 300, text
            return await answer.json() if text else None

    async def live(self, dice: random.Random, members: list[str], role: str) -> None:
        seen = self._seen
        for n in range(1_000_000):
            words = f"{self._name} {n}"
            message = (await self._ask("POST", self._messages, {"content": words}))["id"]
            seen.said[message] = words
            match dice.randrange(8):
                case 0:
                    await self._ask("PUT", f"{self._messages}/{message}/reactions/%F0%9F%8E%89/@me")
                    seen.reacted.add(message)
                case 1:
                    del seen.said[message]
                    seen.doubtful.add(message)
                    await self._ask("DELETE", f"{self._messages}/{message}")
                    seen.deleted.add(message)
                case 2:
                    await self._ask("POST", f"{self._messages}/{message}/threads", {"name": words})
                    seen.threads.add(message)
                case 3:
                    member, give = dice.choice(members), dice.random() < 0.5
                    seen.roles[member] = None
                    path = f"{self._members}/{member}/roles/{role}"
                    await self._ask("PUT" if give else "DELETE", path)
                    seen.roles[member] = give
                case _:
                    pass


async def _listen(url: str, session: aiohttp.ClientSession, seen: Seen) -> None:
    async with session.ws_connect(url.replace("http", "ws", 1) + "/gateway/", max_msg_size=0) as socket:
        await socket.send_json({"op": 2, "d": {"token": "sandbox.ear", "intents": 1 | 1 << 9 | 1 << 15}})
        async for message in socket:
            frame = message.json()
            if frame["t"] == "MESSAGE_CREATE":
                seen.told[frame["d"]["id"]] = frame["d"]["content"]


async def _life(url: str, seen: Seen, process: asyncio.subprocess.Process, seconds: float, seed: int) -> None:
    """Traffic until the kill."""
    async with aiohttp.ClientSession(url) as session:
        async with session.get("/sandbox/world") as answer:
            world = await answer.json()
        channel = next(c["id"] for c in world["channels"] if c["name"] == "general")
        role = next(r["id"] for r in world["roles"] if r["name"] == ROLE)
        ids = {m["user"]["username"]: m["user"]["id"] for m in world["members"]}
        ear = asyncio.create_task(_listen(url, session, seen))
        busy = [
            asyncio.create_task(
                # the owner may do all; each has members of their own, so that no answer is overtaken
                Person("olivia", session, seen, channel, world["guild"]["id"]).live(
                    random.Random(f"{seed}/{n}"), list(ids.values())[n * 10 + 5 : n * 10 + 15], role
                )
            )
            for n in range(4)
        ]
        await asyncio.sleep(seconds)
        process.kill()
        await process.wait()
        for task in (ear, *busy):
            with contextlib.suppress(aiohttp.ClientError, ConnectionError):
                await task


async def _check(url: str, seen: Seen) -> None:
    """Everything that is known to have happened is there."""
    async with aiohttp.ClientSession(url) as session:
        async with session.get("/sandbox/world") as answer:
            world = await answer.json()
        channel = next(c["id"] for c in world["channels"] if c["name"] == "general")
        role = next(r["id"] for r in world["roles"] if r["name"] == ROLE)
        there: dict[str, Any] = {}
        before = ""
        while True:
            path = f"/api/v10/channels/{channel}/messages?limit=100{before}"
            async with session.get(path, headers={"Authorization": "Person olivia"}) as answer:
                page = await answer.json()
            there |= {m["id"]: m for m in page}
            if not page:
                break
            before = f"&before={page[-1]['id']}"
    lost = {i: words for i, words in seen.said.items() if there.get(i, {}).get("content") != words}
    assert not lost, f"{len(lost)} answered messages are lost"
    words = {m["id"]: m["content"] for m in there.values()}
    sure = seen.told.keys() - seen.deleted - seen.doubtful
    unknown = {i for i in sure if words.get(i) != seen.told[i]}
    assert not unknown, "messages that the gateway told are lost"
    assert not seen.deleted & there.keys(), "deleted messages are back"
    assert all(there[i].get("reactions") for i in seen.reacted if i in seen.said), "reactions are lost"
    assert seen.threads <= {c["id"] for c in world["channels"]}, "threads are lost"
    holders = {m["user"]["id"] for m in world["members"] if role in m["roles"]}
    wrong = {i for i, given in seen.roles.items() if given is not None and (i in holders) != given}
    assert not wrong, "roles are not as they were answered"


async def _kill(folder: Path, times: int) -> Seen:
    seen, dice = Seen(), random.Random(3)
    process, url = await _started(folder)
    for n in range(times):
        before = seen.answers
        await _life(url, seen, process, dice.uniform(0.15, 0.6), n)
        assert seen.answers > before, "nothing happened before the kill"
        process, url = await _started(folder)
        await _check(url, seen)
    process.terminate()
    await process.wait()
    return seen


async def test_three_kills_lose_nothing_that_was_answered(tmp_path: Path) -> None:
    seen = await _kill(tmp_path, 3)
    assert len(seen.said) > 20


@pytest.mark.thorough
async def test_thirty_kills_lose_nothing_that_was_answered(tmp_path: Path) -> None:
    seen = await _kill(tmp_path, 30)
    print(f"{seen.answers} answers, {len(seen.told)} messages told, 30 kills, nothing lost")
    assert len(seen.said) > 200


async def test_the_check_sees_a_loss(tmp_path: Path) -> None:
    process, url = await _started(tmp_path)
    with pytest.raises(AssertionError, match="1 answered messages are lost"):
        await _check(url, Seen(said={"1": "never said"}))
    with pytest.raises(AssertionError, match="roles"):
        await _check(url, Seen(roles={"1": True}))
    process.terminate()
    await process.wait()


async def test_no_id_is_given_twice_after_a_deletion_and_a_restart(tmp_path: Path) -> None:
    process, url = await _started(tmp_path)
    headers = {"Authorization": "Person olivia"}
    async with aiohttp.ClientSession(url) as session:
        async with session.get("/sandbox/world") as answer:
            general = next(c["id"] for c in (await answer.json())["channels"] if c["name"] == "general")
        path = f"/api/v10/channels/{general}/messages"
        async with session.post(path, json={"content": "Gone"}, headers=headers) as answer:
            gone = (await answer.json())["id"]
        async with session.delete(f"{path}/{gone}", headers=headers) as answer:
            assert answer.status == 204
    process.kill()
    await process.wait()

    process, url = await _started(tmp_path)
    async with (
        aiohttp.ClientSession(url) as session,
        session.post(path, json={"content": "New"}, headers=headers) as answer,
    ):
        assert int((await answer.json())["id"]) > int(gone)
    process.terminate()
    await process.wait()
