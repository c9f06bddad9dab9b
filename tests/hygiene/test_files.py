"""What no file of the project may hold, and how long one may be."""

from __future__ import annotations

import re
import subprocess

import pytest

from bot.bootstrap.environment import ROOT
from tests.hygiene.tree import place, text_of, tracked

# Put together here, because this file is looked at too.
REGISTRIES = [
    "pypi" + ".org",
    "python" + "hosted.org",
    "npm" + "js.org",
    "npm" + "js.com",
    "yarn" + "pkg.com",
]
PLACES = ["work", "root", "opt/wheels", "opt/pypi"]

LONGEST = 400
LONGER_WITH_REASON = {
    "bot/demo/scenario.py": "data: everything that is said and done in the demo's month",
    "tests/sandbox/test_malformed.py": "data: a valid body of every kind, to be spoilt",
    "migrations/versions/0001_first.py": "one revision makes all tables; Alembic writes it",
}


@pytest.mark.parametrize("host", REGISTRIES)
def test_no_file_names_a_package_registry(host: str) -> None:
    assert [place(file) for file in tracked() if host in text_of(file).lower()] == []


@pytest.mark.parametrize("folder", PLACES)
def test_no_file_names_a_place_on_the_machine_it_was_written_on(folder: str) -> None:
    named = re.compile(rf"(?<![\w.*}}/-])/{folder}(?=/)")

    assert [place(file) for file in tracked() if named.search(text_of(file))] == []


@pytest.mark.parametrize(
    "name", ["uv.lock", ".venv/bin/python", "config.toml", "data/lyceum.db", "secrets/token"]
)
def test_git_ignores_what_belongs_to_one_machine(name: str) -> None:
    tracked()  # skips outside a checkout

    ignored = subprocess.run(["git", "check-ignore", "--quiet", name], cwd=ROOT, check=False)

    assert ignored.returncode == 0


def test_no_file_gets_a_second_subject() -> None:
    lengths = {place(file): text_of(file).count("\n") for file in tracked(".py", ".js", ".css", ".html")}

    assert {
        name: length
        for name, length in lengths.items()
        if length > LONGEST and name not in LONGER_WITH_REASON
    } == {}


def test_every_reason_for_a_long_file_still_stands() -> None:
    assert [name for name in LONGER_WITH_REASON if text_of(ROOT / name).count("\n") <= LONGEST] == []


def test_no_file_is_a_drawer_for_everything() -> None:
    drawers = {"utils.py", "util.py", "helpers.py", "helper.py", "manager.py", "common.py", "misc.py"}

    assert [place(file) for file in tracked(".py") if file.name in drawers] == []
