"""What buttons on access ask for."""

from __future__ import annotations

from enum import StrEnum

from bot.actions import ButtonAction, arguments, one_of


class Scope(StrEnum):
    """For whom."""

    ALL = "all"


REPAIR_ROLES = ButtonAction("access.repair", arguments(one_of(Scope)))
RETRY_ROLES = ButtonAction("access.retry", arguments(one_of(Scope)))
