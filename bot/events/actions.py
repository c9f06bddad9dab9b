"""What buttons on events ask for."""

from __future__ import annotations

from bot.actions import NUMBER, ButtonAction, arguments, optional

GOING = ButtonAction("event.going", arguments(NUMBER, optional(NUMBER)))
"""The event; on a reminder also how many minutes before the beginning it was posted."""
CANNOT = ButtonAction("event.cant", arguments(NUMBER))
"""The event."""
