"""The nouns that cross this domain's borders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.memberships.state import State
from bot.money import Money


@dataclass(frozen=True)
class Tier:
    """What is for sale: a role for some days."""

    id: int
    guild_id: int
    name: str
    price: Money
    days: int
    role_id: int
    archived: bool


@dataclass(frozen=True)
class Order:
    """One purchase, with the price and the days as they were."""

    id: int
    guild_id: int
    user_id: int
    tier: Tier
    state: State
    provider: str
    ref: str | None
    price: Money
    days: int
    created_at: datetime
    expires_at: datetime


class Standing(StrEnum):
    """Where an entitlement stands."""

    LIVE = "live"
    ENDED = "ended"
    REVOKED = "revoked"


@dataclass(frozen=True)
class Entitlement:
    """What a member has from a tier, from when until when."""

    id: int
    guild_id: int
    user_id: int
    tier: Tier
    order_id: int | None
    source: str
    standing: Standing
    starts_at: datetime
    ends_at: datetime

    def holds(self, now: datetime) -> bool:
        """Does it give its role at this moment?"""
        return self.standing is Standing.LIVE and self.starts_at <= now < self.ends_at


@dataclass(frozen=True)
class PayCard:
    """A pay card that may still be edited: its interaction token, sealed. `made_at` is real time."""

    id: int
    locale: str
    sealed: str
    made_at: datetime
