"""The actions of buttons on events."""

from __future__ import annotations

from bot.actions import NUMBER, ButtonAction, arguments, optional

GOING = ButtonAction("event.going", arguments(NUMBER, optional(NUMBER)))
"""The event; on a reminder also the minutes between the reminder and the start."""
TURN_EVENTS = ButtonAction("event.page", arguments(NUMBER))
"""Another page of the coming events."""
CANNOT = ButtonAction("event.cant", arguments(NUMBER))
"""The event."""
