"""Nothing is patched: tests hand objects what they need, or use what ships with the product."""

from __future__ import annotations

import pytest

from bot.bootstrap.environment import ROOT
from tests.hygiene.patches import patches
from tests.hygiene.tree import place, text_of, tracked

ALLOWED = {
    "tests/clients/bot_discordpy.py": "a program of its own: so does a bot of discord.py come to a sandbox",
    "tests/faults/test_gateway.py": "discord.py takes a silence for a death after a minute; only who makes a client may say less",
    "tests/memberships/test_adversary.py": "its control puts the old rules into a whole shop, to see that they are caught",
    "tests/mutations/turned_back.py": "rules of the product read as they once did, to see that a property fails",
    "tests/simulation/mutations.py": "its bugs are put into a whole shop, to see that they are caught",
}


def found(name: str) -> list[str]:
    """All patches of a file, by its name from the root."""
    return list(patches(text_of(ROOT / name)))


def test_nothing_is_patched_in_tests() -> None:
    files = [place(file) for file in tracked(".py") if place(file).startswith("tests/")]

    assert {name: found(name) for name in files if found(name) and name not in ALLOWED} == {}


def test_whoever_may_patch_does() -> None:
    assert [name for name in ALLOWED if not found(name)] == []


@pytest.mark.parametrize(
    "patch",
    [
        "from unittest import mock",
        "import unittest.mock",
        "from unittest.mock import AsyncMock",
        "from bot.insight import charts\nmonkeypatch.setattr(charts, 'FONTS', ())",
        "monkeypatch.setattr('tests.tour.steps.TOUR', path)",
        "import bot.app\nmonkeypatch.setitem(bot.app.PAGES, 'x', 1)",
        "from bot.db import migrate as module\nmodule.ROOT = path",
        "from discord.http import Route\nRoute.BASE, count = url, 1",
        "from bot.money import DIGITS\nDIGITS['JPY'] = 2",
        "from sandbox.app import Sandbox\ndel Sandbox.url",
        "async def test(door):\n    door.intake._settle = broken",
        "async def test(bot):\n    bot._connection.dispatch = note",
        "async def test(community):\n    setattr(community.app, 'worker', None)",
    ],
)
def test_control_every_way_to_patch_is_seen(patch: str) -> None:
    assert len(list(patches(patch))) == 1


@pytest.mark.parametrize(
    "good",
    [
        "monkeypatch.setenv('LYCEUM_DATA', '/x')",
        "monkeypatch.chdir(path)",
        "import sys\nmonkeypatch.setattr(sys, 'argv', [])",
        "import os\nos.environ['LYCEUM_DATA'] = '/x'",
        "async def test(server):\n    server.forbidden = True",
        "class Server:\n    def __init__(self):\n        self._held = {}\n        self.rooms[1] = 2",
    ],
)
def test_what_is_meant_to_be_set_may_be_set(good: str) -> None:
    assert list(patches(good)) == []
