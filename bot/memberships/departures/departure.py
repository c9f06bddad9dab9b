"""The nouns of departures, and the rule what becomes of a subscription. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.memberships.model import Entitlement, Order


class Cause(StrEnum):
    """How somebody left the server. Without the permission to see kicks, a kick counts as a leave."""

    LEAVE = "leave"
    KICK = "kick"
    BAN = "ban"

    def outranks(self, other: Cause) -> bool:
        """Does this cause tell more than the other? A ban is also heard of as a leave."""
        order = list(Cause)
        return order.index(self) > order.index(other)


class DepartureAction(StrEnum):
    """What becomes of a subscription when its payer leaves: end it with its period, keep it, or ask staff."""

    END = "end"
    KEEP = "keep"
    ASK = "ask"


@dataclass(frozen=True, kw_only=True)
class Departure:
    """A person was in the server and is not any more.

    `heard_at` is when the last event about it came, `settled_at` when it was decided what follows, `returned_at` when
    the person was back.
    """

    id: int
    guild_id: int
    user_id: int
    cause: Cause
    heard_at: datetime
    settled_at: datetime | None = None
    returned_at: datetime | None = None


@dataclass(frozen=True)
class RenewingOrder:
    """An order whose subscription will charge again: who pays it, and who has the membership."""

    order_id: int
    payer: int
    holder: int | None


@dataclass(frozen=True, kw_only=True)
class DepartedSubscription:
    """What becomes of one subscription after a departure.

    `notice` is the card in the staff channel that tells of it. `decided_by` is the staff member who decided, or the
    payer who let it go on, None when the setting did; `ended_at` is when the provider was told to end it.
    """

    guild_id: int
    departure_id: int
    order_id: int
    cause: Cause
    action: DepartureAction
    notice: int
    decided_by: int | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True)
class ToldSubscription:
    """One subscription on the card: what becomes of it, the order, and the membership that it pays for."""

    decided: DepartedSubscription
    order: Order
    entitlement: Entitlement | None


@dataclass(frozen=True)
class Notice:
    """What one card tells: who left, and what becomes of the subscriptions."""

    id: int
    departure: Departure
    subscriptions: tuple[ToldSubscription, ...]


def action_for(
    settings: Mapping[Cause, DepartureAction], cause: Cause, order: RenewingOrder
) -> DepartureAction:
    """What becomes of a subscription. Staff are asked when one person pays it and another has the membership."""
    if order.holder not in (None, order.payer):
        return DepartureAction.ASK
    return settings[cause]


def needs_decision(known: DepartedSubscription | None, cause: Cause) -> bool:
    """Is it still to be decided what becomes of a renewing subscription, or again because the cause is graver now?"""
    return known is None or cause.outranks(known.cause)
