"""How much of each fault a run must have had: schedules in which nothing goes wrong prove nothing."""

from __future__ import annotations

from tests.simulation.options import Tally

PER_HUNDRED = {
    "kills": 100,
    "duplicates": 50,
    "lost": 40,
    "errors_5xx": 100,
    "refused_403": 20,
    "reorderings": 40,
    "payments": 120,
    "refunds": 30,
    "disputes": 10,
    "renewals": 10,
    "trials": 8,
    "changes": 6,
    "together": 5,
    "items": 15,
    "endings": 1,
    "grants": 15,
    "revocations": 4,
    "notices": 20,
    "away": 50,
}


def enough(tally: Tally, *, schedules: int) -> None:
    """AssertionError names the fault that came too rarely."""
    assert tally.schedules == schedules
    for name, least in PER_HUNDRED.items():
        wanted = least * schedules // 100
        assert getattr(tally, name) >= wanted, f"only {getattr(tally, name)} {name}, wanted {wanted}"
    if tally.deletions:  # only with the reconciler: without it nobody would hear of them
        assert tally.deletions >= schedules // 20
    assert len(tally.points) >= min(12, schedules // 2), f"died at too few places: {sorted(tally.points)}"
