"""Who may open a course. The memberships know which tiers a member has."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from bot.cards import plain
from bot.errors import UserError
from bot.names import means


class Plan(Protocol):
    """The part of a tier that courses use."""

    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...


class CourseAccess(Protocol):
    """The part of bot/memberships that courses use."""

    async def tiers_of(self, guild_id: int, user_id: int) -> frozenset[int]:
        """The ids of the tiers that a member has now."""
        ...

    async def plans(self, guild_id: int) -> Sequence[Plan]:
        """Every tier that is on sale."""
        ...


async def plan_names(access: CourseAccess, guild_id: int) -> dict[int, str]:
    """The names of the tiers on sale, by id."""
    return {plan.id: plan.name for plan in await access.plans(guild_id)}


def is_locked(tier_ids: Collection[int], open_tiers: frozenset[int], *, staff: bool) -> bool:
    """A course that names tiers is locked unless one of them is open; staff open everything."""
    return bool(tier_ids) and not staff and open_tiers.isdisjoint(tier_ids)


def tier_ids(names: Mapping[int, str], typed_tiers: Iterable[str]) -> list[int]:
    """The ids of these tiers, each given by its name or its id. UserError for a tier that does not exist."""
    ids: list[int] = []
    for typed in typed_tiers:
        matches = [id_ for id_, name in names.items() if means(typed, id_, name)]
        if not matches:
            raise UserError(
                "There is no tier “{tier}” here. Create it with /tier create first, or name another one.",
                tier=plain(typed, 60),
            )
        ids.append(matches[0])
    return ids


def locked_sentence(title: str, names: Iterable[str]) -> UserError:
    """The refusal for a locked course: which plan opens it and how to get that plan."""
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
