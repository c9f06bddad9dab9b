"""The settings of selling, as the parts of this domain take them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.memberships.departures.departure import Cause, DepartureAction
from bot.memberships.orders.settlement import Policy


@dataclass(frozen=True, kw_only=True)
class SellingConfig:
    """The settings of selling: how long a checkout link is valid, how often open orders are polled, where keys are kept.

    `address()` is the URL under which receipts can be read, "" while there is none.
    """

    link_minutes: int
    poll_seconds: float
    folder: Path
    remind_days: tuple[int, ...] = (7, 1)
    policy: Policy = field(default_factory=Policy)
    departures: Mapping[Cause, DepartureAction] = field(
        default_factory=lambda: dict.fromkeys(Cause, DepartureAction.END)
    )
    address: Callable[[], str] = lambda: ""
