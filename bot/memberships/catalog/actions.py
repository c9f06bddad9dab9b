"""The actions of buttons on tier cards."""

from __future__ import annotations

from bot.actions import NUMBER, WORD, ButtonAction, arguments

APPLY_TO_NEW = ButtonAction("tier.apply_new", arguments(NUMBER, NUMBER, NUMBER))
"""A draft of new terms: the tier, the version that was edited, the version that was drafted."""
APPLY_TO_ALL = ButtonAction("tier.apply_all", arguments(NUMBER, NUMBER, NUMBER))
"""As `APPLY_TO_NEW`."""
TURN_TIERS = ButtonAction("tier.page", arguments(NUMBER))
"""Another page of /tier list."""
DROP_DRAFT = ButtonAction("tier.cancel", arguments())
RECHECK_TIERS = ButtonAction("tier.recheck", arguments(WORD))
"""The key of the work that posted the card: it identifies the card."""
