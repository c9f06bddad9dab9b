"""Killed at every named point between the command, the money and the role, and on the way back: it always ends the same.

The names are read from the source; `journeys.py` says who passes them. docs/threats.md lists which point stands for
which of the crash points of the fault matrix.
"""

from __future__ import annotations

import ast
import asyncio
import random
from itertools import groupby
from pathlib import Path

import aiohttp
import pytest

from tests.community import ROOT
from tests.payments.journeys import BOUGHT, ELSEWHERE, Journey, buy, until, way
from tests.payments.lane import Lane, opened

PARTS = ("bot/payments", "bot/memberships", "bot/outbox", "bot/work", "bot/web")
LANES = 2


def points() -> list[str]:
    """Every named point of memberships, payments and durable work, read from the source."""
    found: set[str] = set()
    for folder in PARTS:
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "point":
                    [name] = node.args
                    assert isinstance(name, ast.Constant), f"{path}:{node.lineno} has no plain name"
                    found.add(str(name.value))
    return sorted(found)


def on_the_way() -> list[str]:
    """Those that a journey passes."""
    return [name for name in points() if not name.startswith(ELSEWHERE)]


async def live(folder: Path, deaths: list[str], journey: Journey | None = None) -> list[str]:
    """Journeys until every death has been died; one in which nobody died is one too many."""
    async with opened(folder, deaths) as lane:
        for number in range(len(deaths)):
            before = len(lane.deaths)
            await three(lane, journey or way(lane.deaths[0].partition(":")[0]), number)
            if not lane.deaths:
                break
            assert len(lane.deaths) < before, f"the point was never passed: {lane.deaths[0]}"
        return lane.died_at


async def three(lane: Lane, journey: Journey, number: int) -> None:
    """As many go this way as it takes to pass a point for the third time."""
    count = int(lane.deaths[0].partition(":")[2])
    for who in ("ann", "bob", "cid")[:count]:
        await journey(lane, f"{who}{number}")


async def all_deaths(folder: Path, names: list[str], occurrences: tuple[int, ...]) -> None:
    """Each point at these occurrences, dealt to two lanes."""
    deaths = [f"{name}:{count}" for name in names for count in occurrences]
    hands = [deaths[lane::LANES] for lane in range(LANES)]

    lanes = await asyncio.gather(*(live(folder / str(n), list(hand)) for n, hand in enumerate(hands)))

    assert lanes == hands
    print(f"\ncrash points: {len(names)}, deaths: {len(deaths)}, all recovered")


DANGEROUS = ["webhook.committed", "settle.before_commit", "role.after_put", "refund.after_call"]
"""Where money or a role has moved and Lyceum has not yet written so, or has, and nobody was told."""


async def test_killed_where_it_is_most_dangerous_it_ends_the_same(tmp_path: Path) -> None:
    await all_deaths(tmp_path, DANGEROUS, (1,))


@pytest.mark.thorough
async def test_killed_at_every_point_it_ends_the_same(tmp_path: Path) -> None:
    await all_deaths(tmp_path, on_the_way(), (1,))


@pytest.mark.long
async def test_killed_at_every_point_the_second_and_third_time_it_ends_the_same(tmp_path: Path) -> None:
    await all_deaths(tmp_path, on_the_way(), (2, 3))


@pytest.mark.thorough
async def test_killed_while_the_role_is_given_and_the_answer_on_its_way_and_in_half_a_webhook(
    tmp_path: Path,
) -> None:
    """In the middle of Discord's answer and of a webhook's body: moments that no line of the bot's own code can name."""
    async with opened(tmp_path / "world", []) as lane:
        await half_a_webhook(lane)
        await lane.people.post(
            "/sandbox/faults", route="PUT /guilds/*/members/*/roles/*", delay=8, after_effect=True, times=1
        )
        id_ = int((await lane.people.join("ann0"))["user"]["id"])
        link = await lane.persist(lambda: lane.buy("ann0"))
        paying = asyncio.ensure_future(lane.pay(link))  # its browser may wait longer than the role takes
        while not await lane.held("ann0"):  # noqa: ASYNC110 # another process's doing
            await asyncio.sleep(0.01)
        assert lane.rows("SELECT given_at FROM grant WHERE user_id = ?", id_) == [(None,)]
        await die(lane)
        await asyncio.gather(paying, return_exceptions=True)

        await until(lane, "ann0", id_, BOUGHT)


async def half_a_webhook(lane: Lane) -> None:
    """The bot dies while it reads one. Nothing is stored."""
    port = int(lane.bot.web.rpartition(":")[2])
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b'POST /hooks/till HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{"id": "evt_')
    await writer.drain()
    await asyncio.sleep(0.05)
    await die(lane)
    writer.close()
    assert lane.rows("SELECT event_id FROM inbox") == []


async def die(lane: Lane) -> None:
    """SIGKILL now, and the next one starts."""
    lane.bot.kill()
    assert await lane.bot.died()
    await lane.bot.start()


@pytest.mark.thorough
async def test_killed_at_any_moment_after_the_payment_it_ends_the_same(tmp_path: Path) -> None:
    """Inside COMMIT, and whatever else has no name: a random moment of the quarter second after the money."""
    dice = random.Random(4)
    async with opened(tmp_path / "world", []) as lane:
        for number in range(30):
            name = f"ann{number}"
            id_ = int((await lane.people.join(name))["user"]["id"])
            link = await lane.persist(lambda name=name: lane.buy(name))  # type: ignore[misc]
            paying = asyncio.ensure_future(lane.pay(link))
            await asyncio.sleep(dice.random() / 4)
            await die(lane)
            try:
                await paying
            except (aiohttp.ClientError, OSError, AssertionError):
                await lane.persist(lambda link=link: lane.pay(link))  # type: ignore[misc]
            await until(lane, name, id_, BOUGHT)


def test_every_point_lies_on_a_way() -> None:
    """From the command to the role, back, to the end, and to the last word about it."""
    ways = {
        journey.__name__: sorted(names)
        for journey, names in groupby(sorted(on_the_way(), key=lambda name: way(name).__name__), key=way)
    }

    assert set(ways) == {"buy", "refund", "expiry", "reminders", "shop_card"}
    assert {
        "webhook.verified",
        "webhook.stored",
        "webhook.committed",
        "webhook.answered",
        "settle.before_commit",
        "settle.committed",
        "work.claimed",
        "work.leased",
        "work.before_done",
        "work.done",
        "role.before_put",
        "role.after_put",
    } <= set(ways["buy"])


@pytest.mark.thorough
async def test_control_a_point_that_is_never_passed_fails_the_run(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="never passed"):
        await live(tmp_path / "lane", ["no.such_point:1"], buy)
