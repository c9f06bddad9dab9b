"""What a seed means: how many faults of which kind one schedule may have. Printed when it fails."""

from __future__ import annotations

import random
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Options:
    """One schedule. Rates are probabilities for each call; `kills` is how often the process dies.

    With `reconciler` whole-guild reconciliation runs at every start and now and then, and people change roles by
    hand; without it only the direct way from event to role is there, which it would otherwise hide. `often`: what
    people do five times as often as usual.
    """

    seed: int
    reconciler: bool
    members: int
    actions: int
    kills: int
    discord_5xx: float
    provider_5xx: float
    lost_webhooks: float
    double_webhooks: float
    late_webhooks: float
    forbidden: bool
    polling: bool
    away: float
    often: tuple[str, ...] = ()


@dataclass(kw_only=True)
class Tally:
    """What really happened, over all schedules: a fault that never comes proves nothing."""

    schedules: int = 0
    kills: int = 0
    duplicates: int = 0
    lost: int = 0
    errors_5xx: int = 0
    refused_403: int = 0
    reorderings: int = 0
    payments: int = 0
    refunds: int = 0
    failed_refunds: int = 0
    disputes: int = 0
    appeals: int = 0
    renewals: int = 0
    trials: int = 0
    changes: int = 0
    together: int = 0
    items: int = 0
    endings: int = 0
    grants: int = 0
    revocations: int = 0
    deletions: int = 0
    notices: int = 0
    away: int = 0
    given_up: int = 0
    hours: float = 0.0
    points: dict[str, int] = field(default_factory=dict[str, int])

    def add(self, other: Tally) -> None:
        """The sum of both."""
        for name, value in vars(other).items():
            if name == "points":
                for point, count in other.points.items():
                    self.points[point] = self.points.get(point, 0) + count
            else:
                setattr(self, name, getattr(self, name) + value)

    def line(self) -> str:
        """The figures in one line."""
        return (
            ", ".join(f"{name} {value:.0f}" for name, value in vars(self).items() if name != "points")
            + f", kill points {len(self.points)}"
        )


def options(seed: int, *, reconciler: bool) -> Options:
    """The schedule of a seed. About a quarter have no kills, a quarter a calm Discord."""
    dice = random.Random(f"{seed}:{reconciler}")
    calm = dice.random() < 0.25
    lost = dice.choice([0.0, 0.0, 0.3, 1.0])
    return Options(
        seed=seed,
        reconciler=reconciler,
        members=dice.randint(1, 3),
        actions=dice.randint(9, 19),
        kills=0 if dice.random() < 0.2 else dice.randint(1, 5),
        discord_5xx=0.0 if calm else dice.choice([0.1, 0.3, 0.6]),
        provider_5xx=0.0 if calm else dice.choice([0.1, 0.3, 0.6]),
        lost_webhooks=lost,
        double_webhooks=dice.choice([0.0, 0.5, 1.0, 1.0]),
        late_webhooks=dice.choice([0.0, 0.3, 0.8]),
        forbidden=not calm and dice.random() < 0.75,
        polling=lost > 0 or dice.random() < 0.5,  # what webhooks never tell, only polling finds
        away=dice.choice([0.0, 0.5, 1.0]),
    )
