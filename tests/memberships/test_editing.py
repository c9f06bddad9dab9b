"""Editing a tier: who keeps what until when is said first, and the owner chooses whom it reaches."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.errors import UserError
from bot.i18n import Catalog
from bot.memberships.catalog import cards as catalog_cards
from bot.memberships.catalog.actions import APPLY_TO_ALL
from bot.memberships.catalog.tier_edit import TermsDraft
from bot.memberships.model import ExpiryAction
from tests.memberships.orders import read
from tests.memberships.shop import ANN, BOB, DAY, GOLD, GUILD, MONDAY, OLIVIA, SILVER, Shop, tier_edit


async def propose(shop: Shop, **edit: object):  # type: ignore[no-untyped-def] # a shorthand
    return await shop.service.tier_editing.propose(GUILD, "Gold", tier_edit(**edit), OLIVIA, owner=True)


async def apply(shop: Shop, draft: TermsDraft | None, *, everybody: bool) -> int:
    assert draft is not None, "it was saved at once"
    _, reached = await shop.service.tier_editing.apply(
        GUILD, draft, everybody=everybody, actor=OLIVIA, owner=True
    )
    await shop.worker.run_due()
    return reached


async def test_without_members_an_edit_is_saved_at_once(shop: Shop) -> None:
    await shop.tier()

    told = await propose(shop, add_role=SILVER)

    assert told.saved
    await shop.buy()
    assert shop.server.held[ANN] == {GOLD, SILVER}


async def test_it_says_who_keeps_the_old_terms_until_when(shop: Shop) -> None:
    await shop.tier(days=30)
    await shop.buy(ANN, id_="pay_1")
    await shop.turn(5 * DAY)
    await shop.buy(BOB, id_="pay_2")

    told = await propose(shop, add_role=SILVER)

    assert not told.saved
    assert (told.holders.members, told.holders.until) == (2, MONDAY + 35 * DAY)
    assert (await shop.service.catalog.find(GUILD, "Gold")).terms.roles == (GOLD,), "a draft is not in force"


async def test_every_benefit_that_changes_is_said_in_both_languages(shop: Shop, texts: Catalog) -> None:
    """Once *open* was the name of a command too, and its Chinese was a verb."""
    await shop.tier()

    told = await propose(shop, events=True, consultations=2, discount=20, grace_days=3)

    english, chinese = (read(catalog_cards.proposed(texts.of(code), told)) for code in ("en", "zh-CN"))
    assert "Events for members: not included → included" in english
    assert "Consultations a month: 0 → 2" in english
    assert "Discount: 0% → 20%" in english
    assert "Grace in days: 0 → 3" in english
    assert "会员活动: 不包含 → 包含" in chinese


async def test_new_terms_are_for_new_buyers_unless_the_owner_says_otherwise(shop: Shop) -> None:
    await shop.tier()
    await shop.buy(ANN, id_="pay_1")
    told = await propose(shop, add_role=SILVER)

    assert await apply(shop, told.draft, everybody=False) == 0
    await shop.buy(BOB, id_="pay_2")

    assert shop.server.held[ANN] == {GOLD}
    assert shop.server.held[BOB] == {GOLD, SILVER}


async def test_apply_to_existing_gives_and_takes_roles_at_once(shop: Shop) -> None:
    await shop.tier()
    await shop.buy(ANN)
    told = await propose(shop, add_role=SILVER, drop_role=GOLD)

    assert await apply(shop, told.draft, everybody=True) == 1

    assert shop.server.held[ANN] == {SILVER}


async def test_a_longer_grace_reaches_those_who_have_it(shop: Shop) -> None:
    await shop.tier(days=30)
    await shop.buy(ANN)
    told = await propose(shop, grace_days=3)
    await apply(shop, told.draft, everybody=True)

    await shop.turn(30 * DAY + timedelta(hours=1))
    assert shop.server.held[ANN] == {GOLD}
    await shop.turn(3 * DAY)
    assert shop.server.held[ANN] == set()


async def test_of_two_edits_at_the_same_time_one_wins_and_the_other_hears_of_it(shop: Shop) -> None:
    await shop.tier()
    await shop.buy(ANN)
    one = await propose(shop, add_role=SILVER)
    other = await propose(shop, grace_days=5)

    await apply(shop, one.draft, everybody=False)

    with pytest.raises(UserError, match="in the meantime"):
        await apply(shop, other.draft, everybody=False)


async def test_an_order_opened_before_the_edit_gives_what_it_promised(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order(ANN)
    await propose(shop, add_role=SILVER, drop_role=GOLD)

    await shop.settle(shop.paid(order))
    await shop.worker.run_due()

    assert shop.server.held[ANN] == {GOLD}


async def test_at_the_end_another_role_takes_the_place(shop: Shop) -> None:
    await shop.tier(days=30)
    await propose(shop, after_role=SILVER)
    await shop.buy(ANN)

    await shop.turn(31 * DAY)

    assert shop.server.held[ANN] == {SILVER}


async def test_at_the_end_the_roles_are_kept_until_a_date(shop: Shop) -> None:
    await shop.tier(days=30)
    await propose(shop, after_until=(MONDAY + 60 * DAY).date().isoformat())
    await shop.buy(ANN)

    await shop.turn(31 * DAY)
    assert shop.server.held[ANN] == {GOLD}
    await shop.turn(31 * DAY)
    assert shop.server.held[ANN] == set()


@pytest.mark.parametrize(
    "edit",
    [
        {},
        {"drop_role": GOLD},
        {"after_role": SILVER, "after_until": "2030-01-01"},
        {"after": ExpiryAction.FALLBACK},
        {"after": ExpiryAction.KEEP},
        {"after": ExpiryAction.TAKE, "after_role": SILVER},
        {"name": "  "},
        {"add_role": 999},
    ],
)
async def test_an_edit_that_makes_no_sense_changes_nothing(shop: Shop, edit: dict[str, object]) -> None:
    before = await shop.tier()

    with pytest.raises(UserError):
        await propose(shop, **edit)

    assert await shop.service.catalog.find(GUILD, "Gold") == before


async def test_a_forged_draft_is_refused(shop: Shop) -> None:
    await shop.tier()

    with pytest.raises(UserError, match="in the meantime"):
        await apply(shop, TermsDraft(1, 2, 3), everybody=True)
    for draft in ("", "x", "9" * 30 + ":1:2"):
        with pytest.raises(UserError, match="older version"):
            APPLY_TO_ALL.decode(f"tier.apply_all:{draft}")
