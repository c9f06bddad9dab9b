"""Whatever staff below the owner do, nobody comes by it to a role at or above theirs, at any time; and they gain nothing (docs/threats.md, T30)."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from bot.memberships.catalog.authority import Authorities, Authority, Staff
from bot.memberships.model import Terms
from tests.audit.acts import BUTTONS, COMMANDS, READS
from tests.memberships.adversary import (
    MAX,
    NO_ROLES,
    SELLS,
    STEPS,
    VERBS,
    Town,
    attempt,
    future,
    gained,
    take_what_is_free,
    town,
)
from tests.memberships.shop import Shop, opened

GIVING = {
    "access grant",
    "access import",
    "access release",
    "access transfer",
    "order paid",
    "tier.apply_all",
}
"""What may give somebody a role at once."""


def test_every_verb_of_staff_is_tried_or_says_why_not() -> None:
    """One more command or button of staff needs a line in `adversary.py`."""
    changing = {name for name, acts in {**COMMANDS, **BUTTONS}.items() if acts != READS}

    assert set(VERBS) | set(NO_ROLES) == changing
    assert not set(VERBS) & set(NO_ROLES)


def wrong(more: dict[int, set[int]], positions: dict[int, int], top: int) -> list[tuple[int, int]]:
    """(who, which role) of what the actor must not cause."""
    return [
        (user, role)
        for user, roles in more.items()
        for role in roles
        if user == MAX or positions[role] >= top
    ]


async def first_wrong(shop: Shop, seed: int, done: Counter[str], refused: Counter[str]) -> str | None:
    """Each verb once in a town; the first that led to a role which the actor may not cause."""
    made = await town(shop, random.Random(seed))
    positions = {role.id: role.position for role in shop.server.all_roles.values()}
    free = await take_what_is_free(made)
    for number, verb in enumerate(random.Random(-seed).sample(sorted(VERBS), len(VERBS))):
        before, top = await future(made), made.top(MAX)
        carried_out = await attempt(made, verb, random.Random(seed * 100 + number))
        (done if carried_out else refused)[verb] += 1
        if verb in SELLS and carried_out:
            free |= await take_what_is_free(made, free)
        found = wrong(gained(before, await future(made), shop.now()), positions, top)
        if found:
            return f"seed {seed}, {number}: {verb}: {found}"
    return None


@pytest.mark.parametrize(
    ("seeds", "seen"),
    [((2, 9, 10), set[str]()), pytest.param(range(25), set(VERBS), marks=pytest.mark.thorough)],
)
async def test_no_verb_of_staff_leads_to_a_role_that_they_may_not_cause(
    seeds: Sequence[int], seen: set[str], tmp_path: Path
) -> None:
    """Those in `seen` must be carried out in some town, or the test shows nothing."""
    done: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for seed in seeds:
        async with opened(tmp_path / str(seed)) as shop:
            assert await first_wrong(shop, seed, done, refused) is None
    assert seen <= set(done)
    assert len(GIVING & set(done)) >= 3 and len(GIVING & set(refused)) >= 3


class ForAnybody(Authority):
    """As it was: nobody asks for whom."""

    def require(self, role_ids: Iterable[int], user_id: int | None = None) -> None:
        super().require(role_ids)


class WhileItRuns(Authority):
    """As it was: only the roles that the terms give while they run."""

    def reach(self, terms: Terms) -> frozenset[int]:
        return frozenset(terms.roles)


class OldRule(Authorities):
    """Judges by one of them."""

    def __init__(self, shop: Shop, rule: type[Authority]) -> None:
        super().__init__(shop.db, shop.core.server)
        self._rule = rule

    async def of(self, guild_id: int, staff: Staff) -> Authority:
        found = await super().of(guild_id, staff)
        return self._rule(staff=found.staff, roles=found.roles, top=found.top, shelf=found.shelf)


@pytest.mark.parametrize(("rule", "seed"), [(ForAnybody, 2), (WhileItRuns, 19)])
async def test_control_by_the_old_rule_they_are_seen_to(shop: Shop, rule: type[Authority], seed: int) -> None:
    services = shop.service
    for part in (
        services.access_admin,
        services.catalog,
        services.tier_editing,
        services.refunds,
        services.offline_payments,
    ):
        part._authorities = OldRule(shop, rule)

    assert await first_wrong(shop, seed, Counter(), Counter()) is not None


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(500, 504))
async def test_time_goes_on_with_and_without_them_and_gives_no_more(seed: int, tmp_path: Path) -> None:
    """The same town twice, lived through to the end of everything: the reconciler agrees with what was foretold."""
    async with opened(tmp_path / "without") as shop:
        made = await town(shop, random.Random(seed))
        without = await lives(made)
    async with opened(tmp_path / "with") as shop:
        made = await town(shop, random.Random(seed))
        positions = {role.id: role.position for role in shop.server.all_roles.values()}
        top = made.top(MAX)
        for number, verb in enumerate(random.Random(-seed).sample(sorted(VERBS), 8)):
            await attempt(made, verb, random.Random(seed * 100 + number))
        within = await lives(made)

    for before, after in zip(without, within, strict=True):
        more = {user: held - before[user] for user, held in after.items()}
        assert wrong(more, positions, top) == []


async def lives(made: Town) -> list[dict[int, set[int]]]:
    """Who holds what after each turn of time."""
    seen = [made.held()]
    for step in STEPS:
        await made.shop.turn(step)
        seen.append(made.held())
    return seen
