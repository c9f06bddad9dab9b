"""The actions of a member's own buttons and lists: buying, changing, ending a membership."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.actions import NUMBER, WORD, ButtonAction, Part, SelectAction, arguments, optional


@dataclass(frozen=True)
class OfTier:
    """A tier to buy; its price is chosen next."""

    tier_id: int


@dataclass(frozen=True)
class AtPrice:
    """A price to buy a tier at."""

    price_id: int


@dataclass(frozen=True)
class ChangeDraft:
    """The part of a quote that a button carries."""

    entitlement_id: int
    price_id: int
    now: bool
    at: datetime
    due: int
    extra: int


def _write_choice(choice: OfTier | AtPrice) -> str:
    return f"p{choice.price_id}" if isinstance(choice, AtPrice) else str(choice.tier_id)


def _read_choice(text: str) -> OfTier | AtPrice:
    return AtPrice(NUMBER.read(text[1:])) if text.startswith("p") else OfTier(NUMBER.read(text))


def _write_draft(draft: ChangeDraft) -> str:
    numbers = (draft.entitlement_id, draft.price_id, int(draft.at.timestamp()), draft.due, draft.extra)
    return ".".join(["n" if draft.now else "l", *(f"{number:x}" for number in numbers)])


def _read_draft(text: str) -> ChangeDraft:
    parts = re.fullmatch(r"([nl])" + r"\.([0-9a-f]{1,16})" * 5, text)
    if parts is None:
        raise ValueError(text)
    entitlement_id, price_id, at, due, extra = (int(part, 16) for part in parts.groups()[1:])
    return ChangeDraft(
        entitlement_id, price_id, parts[1] == "n", datetime.fromtimestamp(min(at, 2**32), UTC), due, extra
    )


BUY = ButtonAction(
    "membership.buy", arguments(Part[OfTier | AtPrice](_write_choice, _read_choice), optional(WORD))
)
"""What is bought, and the provider if it was chosen already."""
CHECK_ORDER = ButtonAction("membership.check", arguments(NUMBER))
SHOW_OPTIONS = ButtonAction("membership.options", arguments(NUMBER))
"""The entitlement to change."""
CHANGE = ButtonAction("membership.change", arguments(NUMBER, NUMBER, separator="."))
"""The entitlement to change, and the new price."""
PICK_CHANGE = SelectAction("pick.membership_change", arguments(NUMBER, NUMBER, separator="."))
"""As `CHANGE`."""
CONFIRM_CHANGE = ButtonAction(
    "membership.confirm", arguments(Part[ChangeDraft](_write_draft, _read_draft), optional(WORD))
)
"""The quote that was shown, and the provider if it was chosen already."""
UNDO_CHANGE = ButtonAction("membership.undo", arguments(NUMBER))
STOP_RENEWAL = ButtonAction("membership.stop", arguments(NUMBER))
KEEP_RENEWAL = ButtonAction("membership.keep", arguments(NUMBER))
OPEN_PORTAL = ButtonAction("membership.portal", arguments(NUMBER))
TURN_PLANS = ButtonAction("membership.plans", arguments(NUMBER))
"""Another page of /membership plans."""
TURN_SHOP = ButtonAction("membership.shop", arguments(NUMBER))
"""Another page of a shop card."""
TURN_STATUS = ButtonAction("membership.status", arguments(NUMBER))
TURN_ENDINGS = ButtonAction("membership.endings", arguments(NUMBER))
TOGGLE_REMINDERS = ButtonAction("membership.remind", arguments())
