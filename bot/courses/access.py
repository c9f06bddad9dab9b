"""Who may open a course: asked of the memberships, which know the tiers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from bot.cards import plain
from bot.errors import UserError
from bot.names import means


class Plan(Protocol):
    """A tier, as far as courses need it."""

    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...


class CourseAccess(Protocol):
    """bot/memberships, as far as courses need it."""

    async def tiers_of(self, guild_id: int, user_id: int) -> frozenset[int]:
        """The ids of the tiers that a member has now."""
        ...

    async def plans(self, guild_id: int) -> Sequence[Plan]:
        """Every tier that is on sale."""
        ...


async def plan_names(access: CourseAccess, guild_id: int) -> dict[int, str]:
    """The names of what is on sale, by id."""
    return {plan.id: plan.name for plan in await access.plans(guild_id)}


def is_locked(tier_ids: Collection[int], open_tiers: frozenset[int], *, staff: bool) -> bool:
    """A course that names tiers is locked unless one of them is open; staff open everything."""
    return bool(tier_ids) and not staff and open_tiers.isdisjoint(tier_ids)


def tier_ids(names: Mapping[int, str], wanted: Iterable[str]) -> list[int]:
    """The ids of these tiers, each given by its name or its id. UserError for one that is not there."""
    found: list[int] = []
    for word in wanted:
        meant = [id_ for id_, name in names.items() if means(word, id_, name)]
        if not meant:
            raise UserError(
                "There is no tier “{tier}” here. Create it with /tier create first, or name another one.",
                tier=plain(word, 60),
            )
        found.append(meant[0])
    return found


def locked_sentence(title: str, names: Iterable[str]) -> UserError:
    """Which plan opens it, and how to get that."""
    plans = " / ".join(plain(name, 60) for name in names)
    if not plans:
        return UserError(
            "“{course}” is locked, and its plan is no longer for sale. Ask the owner to open it.",
            course=plain(title, 100),
        )
    return UserError(
        "“{course}” opens with {plans}. Get it with /membership buy, then come back.",
        course=plain(title, 100),
        plans=plans,
    )
