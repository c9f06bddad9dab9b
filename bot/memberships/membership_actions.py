"""What buttons and lists on a member's own business ask for: buying, changing, ending."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.actions import NUMBER, WORD, ButtonAction, Part, SelectAction, arguments, optional


@dataclass(frozen=True)
class OfTier:
    """A tier; at which of its prices is asked next."""

    tier_id: int


@dataclass(frozen=True)
class AtPrice:
    """A tier at one of its prices."""

    price_id: int


@dataclass(frozen=True)
class ChangeDraft:
    """A quote as a button remembers it."""

    entitlement_id: int
    price_id: int
    now: bool
    at: datetime
    due: int
    extra: int


def _write_wanted(wanted: OfTier | AtPrice) -> str:
    return f"p{wanted.price_id}" if isinstance(wanted, AtPrice) else str(wanted.tier_id)


def _read_wanted(text: str) -> OfTier | AtPrice:
    return AtPrice(NUMBER.read(text[1:])) if text.startswith("p") else OfTier(NUMBER.read(text))


def _write_draft(draft: ChangeDraft) -> str:
    numbers = (draft.entitlement_id, draft.price_id, int(draft.at.timestamp()), draft.due, draft.extra)
    return ".".join(["n" if draft.now else "l", *(f"{number:x}" for number in numbers)])


def _read_draft(text: str) -> ChangeDraft:
    parts = re.fullmatch(r"([nl])" + r"\.([0-9a-f]{1,16})" * 5, text)
    if parts is None:
        raise ValueError(text)
    right_id, price_id, at, due, extra = (int(part, 16) for part in parts.groups()[1:])
    return ChangeDraft(
        right_id, price_id, parts[1] == "n", datetime.fromtimestamp(min(at, 2**32), UTC), due, extra
    )


BUY = ButtonAction(
    "membership.buy", arguments(Part[OfTier | AtPrice](_write_wanted, _read_wanted), optional(WORD))
)
"""What is bought, and through which provider once that was asked."""
CHECK_ORDER = ButtonAction("membership.check", arguments(NUMBER))
SHOW_OPTIONS = ButtonAction("membership.options", arguments(NUMBER))
"""The entitlement that is to change."""
CHANGE = ButtonAction("membership.change", arguments(NUMBER, NUMBER, separator="."))
"""The entitlement, and the price that takes its place."""
PICK_CHANGE = SelectAction("pick.membership_change", arguments(NUMBER, NUMBER, separator="."))
"""As `CHANGE`."""
CONFIRM_CHANGE = ButtonAction(
    "membership.confirm", arguments(Part[ChangeDraft](_write_draft, _read_draft), optional(WORD))
)
"""What was shown, and through which provider once that was asked."""
UNDO_CHANGE = ButtonAction("membership.undo", arguments(NUMBER))
STOP_RENEWAL = ButtonAction("membership.stop", arguments(NUMBER))
KEEP_RENEWAL = ButtonAction("membership.keep", arguments(NUMBER))
OPEN_PORTAL = ButtonAction("membership.portal", arguments(NUMBER))
TOGGLE_REMINDERS = ButtonAction("membership.remind", arguments())
