"""The exceptions for what is expected to go wrong. Any other exception is a defect and is reported as one.

UserError      a person asked for something that cannot be done; the text says what to do instead
RetryLater     an outside service did not answer; the same work may succeed later
NeedsAction    only the owner can fix this; the work stays open and is retried until it succeeds
ConfigurationError   Lyceum cannot start like this; the process ends with `exit_code`
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any


@dataclass(frozen=True)
class Problem:
    """A problem that only the owner can fix, as it is stored: a finding, a source text of the catalogue, its values."""

    finding: str
    message: str
    values: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def sentence(self) -> str:
        """The text in the language of the source."""
        return self.message.format(**self.values) if self.values else self.message


class UserError(Exception):
    """A sentence for the person who asked: what is wrong and what to do.

    `message` is a source text of the catalogue with named placeholders, filled from `values`
    after translation. Values are shown as given; format money and dates first.
    """

    def __init__(self, message: str, **values: Any) -> None:
        super().__init__(message.format(**values) if values else message)
        self.message = message
        self.values = values


class RetryLater(Exception):
    """An outside service could not do it now. `after` is real time to wait; None leaves it to the backoff."""

    def __init__(self, reason: str, after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.after = after


class NeedsAction(Exception):
    """Only the owner can fix this: `finding` names the entry of docs/findings.md that says how.

    `message` and `values` as in UserError.
    """

    def __init__(self, finding: str, message: str, /, **values: Any) -> None:
        self.problem = Problem(finding, message, {name: str(value) for name, value in values.items()})
        super().__init__(f"{finding}: {self.problem.sentence}")
        self.finding = finding
        self.message = message
        self.values = self.problem.values

    @property
    def detail(self) -> str:
        """The sentence in the language of the source, for logs."""
        return self.problem.sentence


class ConfigurationError(Exception):
    """Lyceum cannot start like this. 78 is EX_CONFIG, 75 EX_TEMPFAIL, 77 EX_NOPERM of sysexits.h."""

    def __init__(self, text: str, exit_code: int = 78) -> None:
        super().__init__(text)
        self.exit_code = exit_code
