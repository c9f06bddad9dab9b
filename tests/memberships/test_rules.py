"""Which roles may be sold, and which somebody should hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.discord.permissions import DANGEROUS
from bot.errors import UserError
from bot.memberships.access.wanted_roles import Override, RoleClaim, wanted_roles
from bot.memberships.catalog.authority import Authority, Staff
from bot.memberships.catalog.sellable_roles import refusal
from bot.ports import Role
from tests.memberships.shop import ANN, DAY, GOLD, MONDAY, OLIVIA, SILVER, Shop

FINE = Role(GOLD, "Gold", 2, managed=False, everyone=False, dangerous=())
MONTH = RoleClaim(roles=(GOLD,), starts_at=MONDAY, held_until=MONDAY + 30 * DAY, live=True)


def test_a_right_holds_from_its_start_until_before_its_end() -> None:
    moment = timedelta(microseconds=1)

    assert wanted_roles([MONTH], [], MONDAY - moment) == set()
    assert wanted_roles([MONTH], [], MONDAY) == {GOLD}
    assert wanted_roles([MONTH], [], MONDAY + 30 * DAY - moment) == {GOLD}
    assert wanted_roles([MONTH], [], MONDAY + 30 * DAY) == set()


def test_two_rights_to_one_role_keep_it_while_one_lives() -> None:
    revoked = replace(MONTH, live=False)

    assert wanted_roles([revoked, MONTH], [], MONDAY) == {GOLD}
    assert wanted_roles([revoked], [], MONDAY) == set()


def test_an_override_beats_rights_until_its_date() -> None:
    give = Override(SILVER, give=True, until=MONDAY + DAY, reason="helped out")
    withhold = Override(GOLD, give=False, until=None, reason="timed out")

    assert wanted_roles([MONTH], [give, withhold], MONDAY) == {SILVER}
    assert wanted_roles([MONTH], [give], MONDAY + DAY) == {GOLD}


def test_a_low_harmless_role_may_be_sold() -> None:
    assert refusal(FINE, own_top=3) is None


@pytest.mark.parametrize(
    ("role", "words"),
    [
        (replace(FINE, everyone=True), "all members have it"),
        (replace(FINE, managed=True), "belongs to an integration"),
        (replace(FINE, position=3), "stands above mine"),
        (replace(FINE, position=9), "stands above mine"),
        *((replace(FINE, dangerous=(name,)), name) for name in sorted(DANGEROUS)),
    ],
)
def test_a_role_that_could_do_harm_is_refused_with_the_reason(role: Role, words: str) -> None:
    refused = refusal(role, own_top=3)

    assert isinstance(refused, UserError)
    assert words in str(refused)


def test_a_role_above_the_editor_is_refused() -> None:
    editor = Authority(staff=Staff(ANN, owner=False), roles={GOLD: FINE}, top=2, shelf=())

    with pytest.raises(UserError, match="above yours"):
        editor.require([GOLD])
    replace(editor, top=3).require([GOLD])
    replace(editor, staff=Staff(ANN, owner=True)).require([GOLD])


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"price": "0"}, "above 0"),
        ({"price": "-5"}, "above 0"),
        ({"price": "a lot"}, "not a price"),
        ({"price": "NaN"}, "not a price"),
        ({"price": "1.999"}, "at most 2 decimals"),
        ({"price": "500.5", "currency": "jpy"}, "no decimals"),
        ({"currency": "dollars"}, "Did you mean USD"),
        ({"currency": "BTC"}, "not a currency code"),
        ({"days": 0}, "between 1 and"),
        ({"days": 3661}, "between 1 and"),
        ({"name": "  "}, "visible characters"),
        ({"name": "a\u202eb"}, "visible characters"),
        ({"name": "ｇｏｌｄ"}, "already"),
        ({"role_id": 404}, "does not exist"),
    ],
)
async def test_a_bad_tier_is_refused_and_nothing_is_stored(
    shop: Shop, wrong: dict[str, object], words: str
) -> None:
    await shop.tier("Gold")
    fine = {
        "name": "Silver",
        "price": "5",
        "currency": "USD",
        "days": 30,
        "role_id": SILVER,
        "actor": 9,
        "owner": True,
    }

    with pytest.raises(UserError, match=words):
        await shop.service.catalog.create(7, **{**fine, **wrong})  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]

    assert [tier.name for tier in await shop.service.plans(7)] == ["Gold"]


async def test_an_archived_name_is_free_again(shop: Shop) -> None:
    await shop.tier("Gold")

    await shop.service.catalog.archive(7, "GOLD", actor=9)
    await shop.tier("gold")

    assert [tier.name for tier in await shop.service.plans(7)] == ["gold"]


async def test_only_the_owner_may_sell_a_role_above_their_own(shop: Shop) -> None:
    shop.server.held[OLIVIA] = {SILVER}

    with pytest.raises(UserError, match="above yours"):
        await shop.service.catalog.create(
            7, name="Gold", price="5", currency="USD", days=1, role_id=GOLD, actor=OLIVIA, owner=False
        )
    await shop.service.catalog.create(
        7, name="Gold", price="5", currency="USD", days=1, role_id=GOLD, actor=OLIVIA, owner=True
    )
