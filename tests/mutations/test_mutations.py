"""Every rule of money and access, turned back to what it was: the property that stands for it fails, and holds without the bug.

Bugs that only many acts in a bad order show are those of `tests/simulation/mutations.py`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import UserError
from bot.memberships.orders import discounts
from tests.memberships import test_discounts
from tests.mutations import authority, sold, value, who_pays
from tests.mutations.turned_back import CAUGHT, Bug, code_of, look, turned_back

TABLES = (who_pays.BUGS, authority.BUGS, value.BUGS, sold.BUGS)
BUGS = {name: bug for table in TABLES for name, bug in table.items()}
ROWS = {
    *(f"B{number}" for number in (*range(1, 11), 12, *range(14, 18), 21)),
    *(f"S{number}" for number in range(1, 9)),
    "thin",
    "items",
}
"""What was attacked: docs/threats.md names the rules."""


@pytest.mark.thorough
@pytest.mark.parametrize("name", BUGS)
async def test_a_rule_turned_back_is_seen(name: str, tmp_path: Path) -> None:
    bug = BUGS[name]
    await look(bug.found_by, tmp_path / "without", bug.given)

    with turned_back(bug), pytest.raises(CAUGHT) as seen:
        await look(bug.found_by, tmp_path / "with", bug.given)

    print(f"\n{bug.rows}: {name}: {str(seen.value).splitlines()[:1]}")


def test_each_rule_is_written_as_its_bug_takes_it_to_be() -> None:
    """A rule that was rewritten needs its bug rewritten; afterwards each is as it was."""
    for bug in BUGS.values():
        right = code_of(bug)
        with turned_back(bug):
            assert code_of(bug) != right
        assert code_of(bug) is right


def test_every_row_of_the_attack_has_a_rule_that_is_turned_back() -> None:
    assert {row for bug in BUGS.values() for row in bug.rows.split()} == ROWS
    assert len(BUGS) == sum(map(len, TABLES))


async def test_control_what_changes_nothing_is_seen_by_nothing(tmp_path: Path) -> None:
    bug = Bug(
        rows="S4",
        rule=discounts.require_single,
        was="entitlement.tier.id == tier.id",
        becomes="tier.id == entitlement.tier.id",
        found_by=test_discounts.test_a_discount_of_everything_is_no_mint,
    )

    with turned_back(bug):
        await look(bug.found_by, tmp_path / "with", bug.given)


async def test_control_a_bug_that_breaks_by_itself_is_not_caught(tmp_path: Path) -> None:
    bug = Bug(
        rows="S4",
        rule=discounts.require_single,
        was="entitlement.tier.id == tier.id",
        becomes="entitlement.nothing == tier.id",
        found_by=test_discounts.test_a_discount_of_everything_is_no_mint,
    )

    with turned_back(bug), pytest.raises(AttributeError):
        await look(bug.found_by, tmp_path / "with", bug.given)
    assert not issubclass(AttributeError, CAUGHT)
    assert issubclass(UserError, CAUGHT)
