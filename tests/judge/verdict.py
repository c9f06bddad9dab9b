"""The sum over a whole record: what was asked, what was excused, what was wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.judge.answers import Answers
from tests.judge.description import Description
from tests.judge.exceptions import exception_for
from tests.judge.exchange import Exchange
from tests.judge.findings import Finding
from tests.judge.requests import Requests

_SHAPES_EACH = 50
"""So many different answers of one operation and status are looked at; requests are looked at all."""


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


@dataclass
class Verdict:
    """The result of judging a record. `violations` counts what fails the tests."""

    requests: int = 0
    operations: set[str] = field(default_factory=set[str])
    exceptions: Counter[str] = field(default_factory=Counter[str])
    wrong: Tally = field(default_factory=Tally)
    answers: int = 0
    answers_wrong: Tally = field(default_factory=Tally)

    @property
    def violations(self) -> int:
        """How many requests' mistakes no exception covers."""
        return self.wrong.count.total()

    def summary(self) -> str:
        """One line of figures."""
        return (
            f"discord contract: {self.requests} requests, {len(self.operations)} operations, "
            f"{len(self.exceptions)} exceptions used, {self.violations} violations"
        )

    def answers_summary(self) -> str:
        """The same for the answers."""
        wrong = self.answers_wrong
        return f"answers: {self.answers} looked at, {len(wrong.count)} kinds of difference (only a report)"


class Judge:
    """Judges exchanges one by one and sums up. Exchanges of the same shape are looked at once."""

    def __init__(self, description: Description) -> None:
        self.verdict = Verdict()
        self._requests = Requests(description)
        self._answers = Answers()
        self._seen: dict[bytes, tuple[list[Finding], Counter[str]]] = {}
        self._shapes: dict[tuple[str, int], set[bytes]] = {}

    def judge(self, exchange: Exchange) -> list[Finding]:
        """Count one exchange; answer what is wrong with its request and not excused."""
        match = self._requests.match(exchange)
        shape = exchange.request_shape()
        if shape not in self._seen:
            found = {finding: exception_for(finding) for finding in self._requests.findings(exchange, match)}
            self._seen[shape] = (
                [finding for finding, allowed in found.items() if allowed is None],
                Counter({allowed.name for allowed in found.values() if allowed is not None}),
            )
        wrong, excused = self._seen[shape]
        self.verdict.requests += 1
        self.verdict.wrong.add(wrong)
        self.verdict.exceptions += excused
        if match is not None:
            self.verdict.operations.add(match.operation.name)
            shapes = self._shapes.setdefault((match.operation.name, exchange.status), set())
            if len(shapes) < _SHAPES_EACH and (answer := exchange.answer_shape()) not in shapes:
                shapes.add(answer)
                self.verdict.answers += 1
                self.verdict.answers_wrong.add(self._answers.findings(match.operation, exchange))
        return wrong

    def judge_file(self, record: Path) -> Verdict:
        """Judge every line of a record; a file that was never written holds no requests."""
        if record.exists():
            with record.open("rb") as lines:
                for number, line in enumerate(lines, 1):
                    try:
                        exchange = Exchange.parse(line)
                    except (ValueError, KeyError) as error:
                        what = f"cannot be read: {error!r}"
                        self.verdict.wrong.add([Finding("record", f"line {number}", "unreadable", what)])
                    else:
                        self.judge(exchange)
        return self.verdict
