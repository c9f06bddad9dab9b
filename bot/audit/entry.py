"""One line of the audit log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

LYCEUM: Final = 0
"""The actor of what Lyceum did by itself; anybody else is a member's id."""

Detail = str | int | Sequence[str] | None
"""What a detail of an entry may be. Ids are texts: JSON readers round them otherwise."""


@dataclass(frozen=True)
class Entry:
    """Who did what to which order, tier, entitlement, event, course or member.

    `what` is the stored word: an Action, or one that this version does not know.
    """

    at: datetime
    actor: int
    what: str
    subject: int
    detail: Mapping[str, Any]
