"""The sum over a whole record: what was asked, what was excused, what was wrong."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.judge import tsc
from tests.judge.answers import Answers
from tests.judge.description import Description
from tests.judge.dispatches import Dispatches
from tests.judge.exceptions import exception_for
from tests.judge.exchange import Exchange
from tests.judge.findings import Finding
from tests.judge.requests import Requests
from tests.judge.seen import Seen


@dataclass
class Tally:
    """Findings of one sort: how many exchanges showed each, with the first as its example."""

    count: Counter[tuple[str, str, str]] = field(default_factory=Counter[tuple[str, str, str]])
    examples: dict[tuple[str, str, str], Finding] = field(default_factory=dict[tuple[str, str, str], Finding])

    def add(self, findings: Iterable[Finding]) -> None:
        """Count the findings of one exchange; the same mistake at several places of it counts once."""
        for kind, finding in {finding.kind: finding for finding in findings}.items():
            self.count[kind] += 1
            self.examples.setdefault(kind, finding)

    def lines(self, limit: int | None = None) -> Iterator[str]:
        """Each distinct finding once, the most frequent first."""
        for kind, count in self.count.most_common(limit):
            yield f"{count} × {self.examples[kind]}"


@dataclass(kw_only=True)
class Verdict:
    """The result of judging a record. `violations` counts what fails the tests, `ordered` answers that a fault made."""

    requests: int = 0
    answers: int = 0
    ordered: int = 0
    operations: set[str] = field(default_factory=set[str])
    exceptions: Counter[str] = field(default_factory=Counter[str])
    wrong: Tally = field(default_factory=Tally)
    seen: Seen = field(default_factory=Seen)
    dispatches: Dispatches = field(default_factory=Dispatches)
    not_compiled: str | None = "nobody asked for it"

    @property
    def violations(self) -> int:
        """How many mistakes of requests, answers and dispatches no exception covers."""
        return self.wrong.count.total()

    def summary(self) -> str:
        """One line of figures."""
        return (
            f"discord contract: {self.requests} requests, {self.answers} answers, "
            f"{len(self.operations)} operations, {len(self.exceptions)} exceptions used, "
            f"{self.violations} violations"
        )

    def gateway_summary(self) -> str:
        """The same for what the gateway told."""
        checked = f"not checked: {self.not_compiled}" if self.not_compiled else "checked by tsc --strict"
        kinds, constants = self.dispatches.kinds, len(self.dispatches)
        return f"discord gateway: {kinds} kinds of dispatch, {constants} constants, {checked}"


class Judge:
    """Judges exchanges one by one and sums up. Exchanges of the same shape are looked at once."""

    def __init__(self, description: Description) -> None:
        self.verdict = Verdict()
        self._requests = Requests(description)
        self._answers = Answers()
        self._seen: dict[bytes, tuple[list[Finding], Counter[str]]] = {}

    def judge(self, exchange: Exchange) -> list[Finding]:
        """Count one exchange; answer what is wrong with its request or its answer and not excused."""
        match = self._requests.match(exchange)
        wrong = self._once(exchange.request_shape(), lambda: self._requests.findings(exchange, match))
        self.verdict.requests += 1
        if match is None:
            return wrong
        self.verdict.operations.add(match.operation.name)
        if exchange.ordered:
            self.verdict.ordered += 1
            return wrong
        self.verdict.answers += 1
        shape = exchange.answer_shape(match.operation.name)
        wrong = wrong + self._once(shape, lambda: self._answers.findings(match.operation, exchange))
        if not wrong:
            self.verdict.seen.add(match.operation.method, match.operation.path, exchange)
        return wrong

    def _once(self, shape: bytes, findings: Callable[[], Iterator[Finding]]) -> list[Finding]:
        if shape not in self._seen:
            found = {finding: exception_for(finding) for finding in findings()}
            self._seen[shape] = (
                [finding for finding, allowed in found.items() if allowed is None],
                Counter({allowed.name for allowed in found.values() if allowed is not None}),
            )
        wrong, excused = self._seen[shape]
        self.verdict.wrong.add(wrong)
        self.verdict.exceptions += excused
        return wrong

    def judge_file(self, record: Path) -> Verdict:
        """Judge every line of a record; a file that was never written holds no requests."""
        if record.exists():
            with record.open("rb") as lines:
                for number, line in enumerate(lines, 1):
                    try:
                        self._line(json.loads(line))
                    except (ValueError, KeyError) as error:
                        what = f"cannot be read: {error!r}"
                        self.verdict.wrong.add([Finding("record", f"line {number}", "unreadable", what)])
        return self.verdict

    def compile(self, folder: Path) -> None:
        """Have the compiler judge all dispatches of the record, where there is one."""
        self.verdict.not_compiled = tsc.available()
        if self.verdict.not_compiled is None:
            for finding in tsc.findings(self.verdict.dispatches, folder):
                self.verdict.wrong.add([finding])

    def _line(self, row: dict[str, Any]) -> None:
        if "dispatch" in row:
            self.verdict.dispatches.add(row["dispatch"], row["data"])
        else:
            self.judge(Exchange.of(row))
