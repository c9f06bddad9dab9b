"""Our own 64-bit ids: sortable by time, made by the app, so that rows can be named before they are stored."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

DISCORD_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
_RANDOM_BITS = 22


def new_id(now: datetime) -> int:
    """A fresh positive 63-bit id: milliseconds since 2015 above 22 random bits.

    Two ids of one millisecond collide once in four million; primary keys refuse the second.
    """
    milliseconds = (now - DISCORD_EPOCH) // timedelta(milliseconds=1)
    return milliseconds << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)


def snowflake_time(snowflake: int) -> datetime:
    """When Discord made this id (Discord's documentation, "Snowflakes"): aware UTC."""
    return DISCORD_EPOCH + timedelta(milliseconds=snowflake >> 22)


def snowflake_at(moment: datetime) -> int:
    """The smallest Discord id of that moment: for "after this time" queries on ids."""
    return ((moment - DISCORD_EPOCH) // timedelta(milliseconds=1)) << 22
