"""The pytest side of the judge: record during the session, judge at its end, fail it on a violation.

A test that sends wrong requests on purpose says so with `@pytest.mark.not_judged("why")`: sandboxes that
it starts do not record.

Under pytest-xdist the workers record into the file of the controller, and only the controller judges.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest

from tests.judge import operations
from tests.judge.description import Description
from tests.judge.exceptions import EXCEPTIONS
from tests.judge.verdict import Judge, Verdict

RECORD = "LYCEUM_SANDBOX__RECORD"
SHARED = "LYCEUM_SHARED"


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--operations`."""
    parser.addoption("--operations", action="store_true", help="write sandbox/OPERATIONS.md from this run")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known and have every sandbox of this session record."""
    config.addinivalue_line(
        "markers", "not_judged(reason): this test's requests to the sandbox are wrong on purpose"
    )
    told: dict[str, object] | None = getattr(config, "workeroutput", None)
    config.pluginmanager.register(_Worker(told) if told is not None else _Session(), "lyceum-judge")


class _Recording:
    """Lets the sandboxes of a test record, or not."""

    def __init__(self) -> None:
        self.unjudged: set[str] = set()

    @pytest.fixture(autouse=True)
    def _judged(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
        marker = request.node.get_closest_marker("not_judged")
        if marker is not None:
            if not marker.args:
                raise pytest.UsageError("not_judged needs its reason: @pytest.mark.not_judged('why')")
            self.unjudged.add(request.node.nodeid)
            monkeypatch.delenv(RECORD, raising=False)


class _Worker(_Recording):
    """A worker of pytest-xdist: the environment names the controller's record."""

    def __init__(self, told: dict[str, object]) -> None:
        super().__init__()
        self._told = told

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Tell the controller which tests are not judged."""
        self._told["unjudged"] = sorted(self.unjudged)


class _Session(_Recording):
    """One pytest session's record and verdict."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = Path(tempfile.mkdtemp(prefix="lyceum-judge-"))
        self._record = self._folder / "requests.jsonl"
        self._verdict: Verdict | None = None
        self._stale: list[str] = []
        os.environ[RECORD] = str(self._record)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A worker of pytest-xdist has ended: what it told."""
        self.unjudged.update(getattr(node, "workeroutput", {}).get("unjudged", ()))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Judge once every fixture of the session is closed, before the summary is written."""
        os.environ.pop(RECORD, None)
        shared = os.environ.get(SHARED)
        if not shared:
            return
        description = Description.read(Path(shared) / "discord" / "openapi.json")
        judge = Judge(description)
        self._verdict = judge.judge_file(self._record)
        judge.compile(self._folder / "gateway")
        self._look_at_table(session.config, description, self._verdict)
        if self._verdict.violations and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _look_at_table(self, config: pytest.Config, description: Description, verdict: Verdict) -> None:
        """Write the table of operations if that is asked for; else note what a run of everything (`-m ""`) did not see.

        Only noted: which requests a run makes depends a little on timing, and a table is no promise of the bot.
        """
        markers = str(config.getoption("markexpr", ""))
        if config.getoption("--operations"):
            operations.FILE.write_text(operations.table(description, verdict.seen.by), "utf-8")
        elif config.args == config.getini("testpaths") and not (config.getoption("keyword") or markers):
            claimed = operations.marks(operations.FILE.read_text("utf-8"))
            self._stale = operations.unseen(claimed, verdict.seen.by)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say the figures, then each distinct mistake once."""
        say = terminalreporter.write_line
        verdict = self._verdict
        if verdict is None:
            say(f"discord contract: not judged, because {SHARED} is unset")
            return
        say(verdict.summary(), red=verdict.violations > 0, bold=verdict.violations > 0)
        say(verdict.gateway_summary())
        if self._stale:
            claims = ", ".join(self._stale[:5])
            say(
                f"sandbox/OPERATIONS.md: {len(self._stale)} marks were not seen in this run ({claims}); write it anew"
            )
        for line in verdict.wrong.lines():
            say("  " + line, red=True)
        if verdict.violations:
            say(f"  the whole record: {self._record}")
        for allowed in EXCEPTIONS:
            if verdict.exceptions[allowed.name]:
                say(f"  excused {verdict.exceptions[allowed.name]} × {allowed.name}")
        for name, count in verdict.dispatches.exceptions.items():
            say(f"  excused {count} × {name}")
        if self.unjudged:
            say(f"  {len(self.unjudged)} tests send wrong requests on purpose and were not judged")
        if verdict.ordered:
            say(f"  {verdict.ordered} answers were faults that a test had ordered and were not judged")

    def pytest_unconfigure(self) -> None:
        """Forget the record, unless it shows a violation."""
        if self._verdict is None or not self._verdict.violations:
            shutil.rmtree(self._folder, ignore_errors=True)
