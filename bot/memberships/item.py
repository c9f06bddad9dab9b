"""What can be sold on its own, beside memberships."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ItemKind(StrEnum):
    """What can be sold on its own. Each kind belongs to a domain that memberships do not know."""

    COURSE = "course"


@dataclass(frozen=True)
class Item:
    """One thing that is sold on its own: its kind, and its id in the domain that owns it."""

    kind: ItemKind
    id: int
