"""The order in which a member's paid times are given: those of one tier one after the other, a planned change after what it follows. Pure.

Only what is live takes a place. What has begun keeps its place as long as nothing older comes back before it; then it
waits with the days that it has left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.memberships.access.judging import later
from bot.memberships.model import Entitlement, EntitlementStatus


def laid_out(of_member: Sequence[Entitlement], now: datetime) -> list[Entitlement]:
    """The entitlements whose dates change when each begins at the end of the one before it. None loses or gains a day."""
    placed = {entitlement.id: entitlement for entitlement in of_member}
    queue = sorted(
        (entitlement for entitlement in of_member if _waits_its_turn(entitlement, now)),
        key=lambda one: (one.starts_at > now, one.id if one.starts_at <= now else 0, one.starts_at, one.id),
    )
    done: set[int] = set()
    changed: list[Entitlement] = []
    for entitlement in queue:
        begins = max(
            [
                now,
                *(
                    other.ends_at
                    for other in _before(entitlement, placed, done, {one.id for one in queue}, now)
                ),
            ]
        )
        done.add(entitlement.id)
        if begins == entitlement.starts_at or (begins == now and entitlement.starts_at <= now):
            continue
        left = entitlement.ends_at - max(entitlement.starts_at, now)
        ends = later(begins, left)
        moved = replace(
            entitlement,
            starts_at=begins,
            ends_at=ends,
            held_until=later(ends, entitlement.held_until - entitlement.ends_at),
        )
        placed[entitlement.id] = moved
        changed.append(moved)
    return changed


def _waits_its_turn(entitlement: Entitlement, now: datetime) -> bool:
    """Is it a time that was bought at once, and not over? Subscriptions, gifts and what is for ever stay where they are."""
    return (
        entitlement.status is EntitlementStatus.LIVE
        and entitlement.length is not None
        and entitlement.ends_at > now
        and not entitlement.forever
    )


def _before(
    entitlement: Entitlement,
    placed: Mapping[int, Entitlement],
    done: set[int],
    queue: set[int],
    now: datetime,
) -> Iterable[Entitlement]:
    """What has to end before this one begins."""
    for other in placed.values():
        if other.id == entitlement.id or other.forever or other.ends_at <= now:
            continue
        same = other.tier.id == entitlement.tier.id
        if other.status is EntitlementStatus.LIVE:
            older = other.id in done if other.id in queue else other.id < entitlement.id
            if other.id == entitlement.follows or (same and older):
                yield other
        elif (
            # An upgrade took its place: what was bought behind it stays there.
            other.status is EntitlementStatus.REPLACED
            and same
            and other.id < entitlement.id
            and entitlement.starts_at >= other.ends_at
        ):
            yield other
