"""Our own 64-bit ids: sortable by time, and made by the app, so that a row has its id before it is stored."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Generator
from datetime import UTC, datetime, timedelta

from bot.clock import real_now

DISCORD_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
_RANDOM_BITS = 22


_last = 0


@contextlib.contextmanager
def own_time() -> Generator[None]:
    """For a block with a simulated clock: its ids need not be larger than earlier ones, nor later ones larger than its."""
    global _last
    before, _last = _last, 0
    try:
        yield
    finally:
        _last = before


def new_id() -> int:
    """A fresh positive 63-bit id: real milliseconds since 2015 above 22 random bits, larger than any before.

    Real time, because the community's clock may stand still in the sandbox while thousands of rows are made.
    """
    global _last
    milliseconds = (real_now() - DISCORD_EPOCH) // timedelta(milliseconds=1)
    _last = max(_last + 1, milliseconds << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS))
    return _last


def snowflake_time(snowflake: int) -> datetime:
    """When Discord made this id (Discord's documentation, "Snowflakes"): aware UTC."""
    return DISCORD_EPOCH + timedelta(milliseconds=snowflake >> 22)


def snowflake_at(moment: datetime) -> int:
    """The smallest Discord id of that moment: for "after this time" queries on ids."""
    return ((moment - DISCORD_EPOCH) // timedelta(milliseconds=1)) << 22
