"""The actions of buttons and selects on weekly cards."""

from __future__ import annotations

from bot.actions import WORD, ButtonAction, Part, SelectAction, arguments
from bot.insight.weeks import Week

WEEK = Part[Week](str, Week.parse)

EXPLAIN_WEEK = ButtonAction("stats.explain", arguments(WEEK))
PICK_FIGURE = SelectAction("pick.figure", arguments(WORD, WEEK))
"""Arguments: the key of the metric, the week that is shown."""
