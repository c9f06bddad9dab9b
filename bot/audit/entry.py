"""One line of the audit log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

LYCEUM: Final = 0
"""The actor of what Lyceum did by itself. Every other actor is a member's id."""

Detail = str | int | Sequence[str] | None
"""The value of a detail. Ids are texts: many JSON readers would round them."""


@dataclass(frozen=True)
class Entry:
    """Who did what to which order, tier, entitlement, event, course or member.

    `what` is the stored word: an AuditAction, or one that this version does not know.
    """

    at: datetime
    actor: int
    what: str
    subject: int
    detail: Mapping[str, Any]
