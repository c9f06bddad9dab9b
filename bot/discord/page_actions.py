"""The actions of buttons on cards that belong to no domain."""

from __future__ import annotations

from bot.actions import NUMBER, ButtonAction, arguments

TURN_HELP = ButtonAction("help.page", arguments(NUMBER))
"""Another page of /help."""
