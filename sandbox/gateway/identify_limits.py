"""The limits for new sessions of an application: so many a day, and one at a time per group of shards.

The counts are stored with the application, so a restart of the sandbox forgets nothing. Time is the machine's own.
"""

from __future__ import annotations

import math
import time

from sandbox.wire import Json
from sandbox.world.world import World

DAY, TOTAL = 86_400.0, 1000
GUILDS_PER_SHARD = 2500


def limit_of(application: Json) -> Json:
    """Discord's session start limit object."""
    since, used = _used(application)
    total, left = application.get("_starts_total", TOTAL), 0.0
    if used:
        left = max(0.0, since + DAY - time.time())
    return {
        "total": total,
        "remaining": max(0, total - used),
        "reset_after": int(left * 1000),
        "max_concurrency": concurrency(application),
    }


def concurrency(application: Json) -> int:
    """The number of shards that may begin at once."""
    return int(application.get("_max_concurrency", 1))


def guilds_per_shard(application: Json) -> int:
    """The number of servers that one session can have."""
    return int(application.get("_guilds_per_shard", GUILDS_PER_SHARD))


def shards_for(application: Json, guilds: int) -> int:
    """The number of shards that Discord would recommend."""
    return int(application.get("_shards") or max(1, math.ceil(guilds / guilds_per_shard(application))))


def take(world: World, application: Json) -> bool:
    """Count one more start; False when no start is left."""
    since, used = _used(application)
    if used >= application.get("_starts_total", TOTAL):
        return False
    application["_starts"] = [since if used else time.time(), used + 1]
    world.keep("application", application["id"], application)
    return True


def _used(application: Json) -> tuple[float, int]:
    since, used = application.get("_starts") or (0.0, 0)
    return (since, used) if time.time() < since + DAY else (0.0, 0)


class Spacing:
    """One IDENTIFY in so many seconds for shards of equal `shard_id % max_concurrency`; 0 seconds: no limit."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._last: dict[tuple[str, int], float] = {}

    def may(self, application: Json, shard_id: int) -> bool:
        """May this shard begin now? A start that may is counted."""
        key, now = (application["id"], shard_id % concurrency(application)), time.monotonic()
        if now < self._last.get(key, -math.inf) + self._seconds:
            return False
        self._last[key] = now
        return True
