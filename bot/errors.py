"""The words for what can go wrong. Anything else is a defect and is reported as one.

UserError      the person asked for something that cannot be done; the text says what to do instead
RetryLater     the outside world did not answer; the same work may succeed later
NeedsAction    nobody but the owner can mend this; the work stays open until it heals
ConfigurationError   Lyceum cannot start like this; the process ends with `exit_code`
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any


class UserError(Exception):
    """A sentence for the person who asked: what is wrong and what to do.

    `message` is a source text of the catalogue with named placeholders, filled from `values`
    after translation. Values are shown as given; format money and dates before.
    """

    def __init__(self, message: str, **values: Any) -> None:
        super().__init__(message.format(**values) if values else message)
        self.message = message
        self.values = values


class RetryLater(Exception):
    """The outside world could not do it now. `after` is real time to wait; None leaves it to the backoff."""

    def __init__(self, reason: str, after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.after = after


class NeedsAction(Exception):
    """Only the owner can mend this: `finding` names the entry of docs/findings.md that says how."""

    def __init__(self, finding: str, detail: str) -> None:
        super().__init__(f"{finding}: {detail}")
        self.finding = finding
        self.detail = detail


class ConfigurationError(Exception):
    """Lyceum cannot start like this. 78 is EX_CONFIG, 75 EX_TEMPFAIL, 77 EX_NOPERM of sysexits.h."""

    def __init__(self, text: str, exit_code: int = 78) -> None:
        super().__init__(text)
        self.exit_code = exit_code
