"""The buttons of the card that tells staff of a departure."""

from __future__ import annotations

from bot.actions import NUMBER, ButtonAction, arguments

LOOK_AGAIN = ButtonAction("departure.look", arguments(NUMBER))
"""The notice: it identifies the card."""
END_DEPARTED = ButtonAction("departure.stop", arguments(NUMBER, NUMBER))
"""The notice, and the order whose subscription ends with its period."""
KEEP_DEPARTED = ButtonAction("departure.keep", arguments(NUMBER, NUMBER))
"""The notice, and the order whose subscription goes on."""
