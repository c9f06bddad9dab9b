"""What buttons on access ask for."""

from __future__ import annotations

from enum import StrEnum

from bot.actions import NUMBER, ButtonAction, arguments, blank_as, one_of


class Scope(StrEnum):
    """For whom."""

    ALL = "all"


REPAIR_ROLES = ButtonAction("access.repair", arguments(one_of(Scope)))
RETRY_ROLES = ButtonAction("access.retry", arguments(blank_as("all", NUMBER)))
"""The work that posted the card: it marks which card it is. Older cards say "all"."""
