"""The actions of buttons on access cards."""

from __future__ import annotations

from enum import StrEnum

from bot.actions import NUMBER, ButtonAction, arguments, blank_as, one_of


class Scope(StrEnum):
    """Whose roles are repaired."""

    ALL = "all"


TURN_EXPLANATION = ButtonAction("access.page", arguments(NUMBER, NUMBER))
"""The member, and another page of /access explain."""
TURN_LOG = ButtonAction("access.log", arguments(blank_as("all", NUMBER), NUMBER))
"""The member, if it is the log of one, and another page of it."""
REPAIR_ROLES = ButtonAction("access.repair", arguments(one_of(Scope)))
RETRY_ROLES = ButtonAction("access.retry", arguments(blank_as("all", NUMBER)))
"""The id of the work that posted the card: it identifies the card. Older cards say "all"."""
