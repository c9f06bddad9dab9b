"""A whole pytest session under the judge, as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.judge import samples

ROOT = Path(__file__).resolve().parents[2]
SHARED = os.environ.get("LYCEUM_SHARED")

_RECORDS = """
import os, pytest

{mark}
def test_a_bot_asks() -> None:
    name = os.environ.get("LYCEUM_SANDBOX__RECORD")
    if name:
        with open(name, "a", encoding="utf-8") as record:
            record.write({line!r})
"""


def session(
    folder: Path, row: dict[str, Any], *, mark: str = "", shared: str | None = SHARED
) -> tuple[int, str]:
    """Exit status and output of a session with one test that records this request."""
    test = folder / "test_one.py"
    test.write_text(_RECORDS.format(line=json.dumps(row) + "\n", mark=mark), "utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LYCEUM_")}
    if shared:
        environment["LYCEUM_SHARED"] = shared
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "tests.judge.plugin",
            "-c",
            os.devnull,
            "--rootdir",
            str(folder),
            str(test),
        ],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.skipif(not SHARED, reason="needs Discord's description in the folder LYCEUM_SHARED")
def test_a_good_session_passes_and_says_its_figures(tmp_path: Path) -> None:
    status, said = session(tmp_path, samples.message())

    assert status == 0
    assert "discord contract: 1 requests, 1 answers, 1 operations, 0 exceptions used, 0 violations" in said


@pytest.mark.skipif(not SHARED, reason="needs Discord's description in the folder LYCEUM_SHARED")
def test_one_violation_fails_a_session_whose_tests_pass(tmp_path: Path) -> None:
    status, said = session(tmp_path, samples.message() | {"path": "/api/v10/channels/1/mesages"})

    assert status == 1
    assert "1 passed" in said
    assert "1 violations" in said
    assert "1 × POST /api/v10/channels/1/mesages: request is none that Discord describes" in said


@pytest.mark.skipif(not SHARED, reason="needs Discord's description in the folder LYCEUM_SHARED")
def test_a_test_that_is_wrong_on_purpose_is_not_recorded(tmp_path: Path) -> None:
    wrong = samples.message() | {"path": "/nowhere"}

    status, said = session(tmp_path, wrong, mark="@pytest.mark.not_judged('shows what a wrong path does')")

    assert status == 0
    assert "0 requests" in said
    assert "1 tests send wrong requests on purpose" in said


def test_without_the_description_it_says_that_it_did_not_judge(tmp_path: Path) -> None:
    status, said = session(tmp_path, samples.message(), shared=None)

    assert status == 0
    assert "discord contract: not judged, because LYCEUM_SHARED is unset" in said
