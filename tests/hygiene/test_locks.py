"""The lock files hold exact versions and hashes, no addresses, and what pyproject.toml asks for."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

import pytest
from packaging.requirements import Requirement

from bot.bootstrap.environment import ROOT, plain_name

LOCKS = ["requirements.lock", "requirements-dev.lock"]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
RUN: list[str] = PROJECT["project"]["dependencies"]
DEV: list[str] = PROJECT["dependency-groups"]["dev"]


def entries(lock: str) -> list[str]:
    """Each pinned requirement of the lock with its hashes, on one line."""
    joined = (ROOT / lock).read_text("utf-8").replace("\\\n", " ")
    return [line for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def pins(lock: str) -> dict[str, set[str]]:
    """The versions pinned for each package; two where they differ by Python."""
    found: dict[str, set[str]] = {}
    for line in entries(lock):
        wanted = Requirement(line.partition("--hash")[0].strip())
        (specifier,) = wanted.specifier
        assert specifier.operator == "=="
        found.setdefault(plain_name(wanted.name), set()).add(specifier.version)
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_every_entry_is_pinned_with_hashes(lock: str) -> None:
    unhashed = [line for line in entries(lock) if not re.search(r"--hash=sha256:[0-9a-f]{64}", line)]

    assert unhashed == []
    assert len(pins(lock)) > 20


@pytest.mark.parametrize("lock", LOCKS)
def test_no_entry_names_an_address(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")

    assert re.findall(r"https?:|file:|^-.*", text, re.MULTILINE) == []


@pytest.mark.parametrize(
    "lock, wanted",
    [("requirements.lock", RUN), ("requirements-dev.lock", RUN + DEV)],
    ids=["to run", "to test"],
)
def test_lock_holds_what_pyproject_asks_for(lock: str, wanted: list[str]) -> None:
    pinned = pins(lock)

    missing = [
        text
        for text in wanted
        for asked in [Requirement(text)]
        for versions in [pinned.get(plain_name(asked.name), set[str]())]
        if not versions or not all(asked.specifier.contains(version) for version in versions)
    ]

    assert missing == []


def test_tests_run_with_the_versions_that_people_run() -> None:
    assert pins("requirements.lock").items() <= pins("requirements-dev.lock").items()


def test_pyproject_compares_only_as_the_start_understands() -> None:
    signs = {specifier.operator for text in RUN + DEV for specifier in Requirement(text).specifier}

    assert signs <= {">=", "<", "=="}


def test_what_comes_from_npm_is_pinned_with_hashes_and_without_addresses() -> None:
    lock = json.loads((ROOT / "tests" / "clients" / "package-lock.json").read_text("utf-8"))
    packages: dict[str, dict[str, Any]] = {name: entry for name, entry in lock["packages"].items() if name}

    assert [name for name, entry in packages.items() if not entry["integrity"].startswith("sha512-")] == []
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert len(packages) > 20
