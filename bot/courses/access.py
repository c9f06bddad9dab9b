"""Who may open a course. The memberships know which tiers a member has, and which courses they bought singly."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.cards import plain
from bot.db import Writer
from bot.errors import UserError
from bot.i18n import Language
from bot.names import means, require_typed


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


class CourseOffer(Protocol):
    """One way to buy a course singly."""

    @property
    def id(self) -> int: ...
    @property
    def action(self) -> str:
        """The action of the button that buys it."""
        ...

    @property
    def payable(self) -> bool:
        """Does a payment provider here take it?"""
        ...

    def words(self, t: Language, /) -> str:
        """What it costs, and for how long."""
        ...


class CourseSale(Protocol):
    """Sells single courses. What changes a price is done in the caller's transaction."""

    async def owned(self, guild_id: int, user_id: int, /) -> frozenset[int]:
        """The courses that this member has now, whatever tiers they have."""
        ...

    async def offers(self, guild_id: int, /) -> Mapping[int, Sequence[CourseOffer]]:
        """How each course on sale can be bought."""
        ...

    async def add_price(
        self,
        tx: Writer,
        guild_id: int,
        item_id: int,
        title: str,
        /,
        *,
        price: str,
        currency: str,
        days: int | None,
        actor: int,
    ) -> Sequence[CourseOffer]:
        """Sell a course for so many days, or for ever; how it can be bought then."""
        ...

    async def remove_price(
        self, tx: Writer, guild_id: int, item_id: int, price: str, actor: int, /
    ) -> Sequence[CourseOffer]:
        """Sell a course at this price no more; how it can be bought then."""
        ...

    async def withdraw(self, tx: Writer, guild_id: int, item_id: int, actor: int, /) -> None:
        """Sell a course no more at all."""
        ...

    async def rename(self, tx: Writer, guild_id: int, item_id: int, title: str, /) -> None:
        """A course is called so from now on."""
        ...


async def plan_names(access: CourseAccess, guild_id: int) -> dict[int, str]:
    """The names of the tiers on sale, by id."""
    return {plan.id: plan.name for plan in await access.plans(guild_id)}


@dataclass(frozen=True, kw_only=True)
class Keys:
    """What one member opens courses with: the tiers that they have, and the courses that they own. Staff open all."""

    tiers: frozenset[int] = frozenset()
    owned: frozenset[int] = frozenset()
    staff: bool = False

    def open(self, course_id: int, tier_ids: Collection[int], *, sold: bool) -> bool:
        """Does the course open? One that names no tier and is not sold singly is open to everybody."""
        closed = bool(tier_ids) or sold
        return not closed or self.staff or course_id in self.owned or not self.tiers.isdisjoint(tier_ids)


def tier_ids(names: Mapping[int, str], typed_tiers: Iterable[str]) -> list[int]:
    """The ids of these tiers, each given by its name or its id. UserError for a tier that does not exist."""
    ids: list[int] = []
    for typed in typed_tiers:
        matches = [id_ for id_, name in names.items() if means(typed, id_, name)]
        if not matches:
            require_typed(typed)
            raise UserError(
                "There is no tier “{tier}” here. Create it with /tier create first, or name another one.",
                tier=plain(typed, 60),
            )
        ids.append(matches[0])
    return ids


def locked_sentence(title: str, names: Iterable[str], *, sold: bool) -> UserError:
    """The refusal for a locked course: which plan opens it, or that it is sold singly, and how to get that."""
    plans, course = " / ".join(plain(name, 60) for name in names), plain(title, 100)
    if sold and not plans:
        return UserError(
            "“{course}” is sold on its own. Get it with /course buy, then come back.", course=course
        )
    if not plans:
        return UserError(
            "“{course}” is locked, and its plan is no longer for sale. Ask the owner to open it.",
            course=course,
        )
    if sold:
        return UserError(
            "“{course}” opens with {plans}, and is also sold on its own. Get it with /membership buy or /course buy, then come back.",
            course=course,
            plans=plans,
        )
    return UserError(
        "“{course}” opens with {plans}. Get it with /membership buy, then come back.",
        course=course,
        plans=plans,
    )
