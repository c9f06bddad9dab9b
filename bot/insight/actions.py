"""What buttons and lists on weekly cards ask for."""

from __future__ import annotations

from bot.actions import WORD, ButtonAction, Part, SelectAction, arguments
from bot.insight.weeks import Week

WEEK = Part[Week](str, Week.parse)

EXPLAIN_WEEK = ButtonAction("stats.explain", arguments(WEEK))
PICK_FIGURE = SelectAction("pick.figure", arguments(WORD, WEEK))
"""The metric, and the week that is shown."""
