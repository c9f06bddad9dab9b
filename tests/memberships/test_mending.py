"""A tier whose roles broke can always be mended with what its card advises, and never sells what it must not (docs/threats.md, T32, T33)."""

from __future__ import annotations

import contextlib
import random
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from bot.cards import Line
from bot.errors import UserError
from bot.memberships.access.access_admin import Staff
from bot.memberships.catalog import cards as catalog_cards
from bot.memberships.catalog.sellable_roles import finding_in
from bot.memberships.catalog.shop_view import finding_words
from bot.memberships.model import ExpiryAction, Terms, Tier
from bot.memberships.orders import cards as order_cards
from tests.memberships.changes import EN
from tests.memberships.shop import ANN, BOB, GOLD, GUILD, OLIVIA, SILVER, Shop, opened, shown, tier_edit

OWNER = Staff(OLIVIA, owner=True)
AFTER, SPARE = 54, 56
ROLES = {
    GOLD: ("Gold", 2),
    SILVER: ("Silver", 1),
    AFTER: ("Alumni", 4),
    **{SPARE + n: (f"Spare {n}", 5 + n) for n in range(4)},
}
BREAKS: dict[str, Callable[[Shop, int], object]] = {
    "deleted": lambda shop, role: shop.server.all_roles.pop(role, None),
    "dangerous": lambda shop, role: shop.server.role(role, *ROLES[role], dangerous=("ban_members",)),
    "managed": lambda shop, role: shop.server.role(role, *ROLES[role], managed=True),
    "too high": lambda shop, role: shop.server.role(role, ROLES[role][0], 15),
}
LABELS = {"Take the roles": ExpiryAction.TAKE}
Step = Callable[[Shop, Tier, re.Match[str]], Awaitable[None]]


@pytest.fixture
async def pearl(shop: Shop) -> Shop:
    """Pearl gives Gold and Silver, and Alumni at the end."""
    await make_pearl(shop)
    return shop


async def make_pearl(shop: Shop) -> None:
    for role, (name, position) in ROLES.items():
        shop.server.role(role, name, position)
    await shop.tier("Pearl", GOLD)
    await shop.terms("Pearl", add_role=SILVER, after_role=AFTER)


async def breaks(shop: Shop, role: int, how: str) -> None:
    BREAKS[how](shop, role)
    await shop.service.roles_changed(GUILD)
    await shop.worker.run_due()


async def find(shop: Shop) -> Tier:
    return await shop.service.catalog.find(GUILD, "Pearl")


async def edit(shop: Shop, **changes: Any) -> None:
    """As the command and, where members have it, the button *Apply to existing too*."""
    editing = shop.service.tier_editing
    proposal = await editing.propose(GUILD, "Pearl", tier_edit(**changes), OLIVIA, True)
    if proposal.draft is not None:
        await editing.apply(GUILD, proposal.draft, everybody=True, actor=OLIVIA, owner=True)
    await shop.worker.run_due()


# What the card advises, sentence by sentence, as an owner carries it out


async def broken_role(shop: Shop, tier: Tier, *, fallback: bool = False) -> int:
    """The role that the card is about: the first that the finding holds of."""
    roles = (tier.terms.after_role_id,) if fallback else tier.terms.roles
    for role in roles:
        assert role is not None
        alone = finding_in(Terms(version=1, roles=(role,)), shop.server.all_roles, 10)
        if alone is not None and alone.replace("role-", "") == (tier.suspended or "").partition("-")[2]:
            return role
    raise AssertionError(f"{tier.suspended} holds of no role")


async def pick_deleted(shop: Shop, tier: Tier, match: re.Match[str]) -> None:
    """It is found in the list under drop_role, where it is called deleted."""
    editing = shop.service.tier_editing
    offered = await editing.roles_given(GUILD, "Pearl")
    [(role, name), *_] = [one for one in offered if one[1] is None]
    assert catalog_cards.role_choice(EN, role, name) == f"deleted role ({role})"
    only = len(tier.terms.roles) == 1
    await edit(
        shop,
        drop_role=await editing.role_given(GUILD, "Pearl", str(role)),
        add_role=await unused(shop, tier) if only else None,
    )


async def replace_role(shop: Shop, tier: Tier, match: re.Match[str]) -> None:
    role = await broken_role(shop, tier)
    typed = shop.server.all_roles[role].name
    dropped = await shop.service.tier_editing.role_given(GUILD, "Pearl", typed)
    await edit(shop, drop_role=dropped, add_role=await unused(shop, tier))


async def unused(shop: Shop, tier: Tier) -> int:
    return next(role for role in range(SPARE, SPARE + 4) if role not in tier.terms.roles)


async def tame(shop: Shop, tier: Tier, match: re.Match[str]) -> None:
    role = await broken_role(shop, tier, fallback=(tier.suspended or "").startswith("fallback"))
    shop.server.role(role, *ROLES[role])
    await shop.service.roles_changed(GUILD)


async def replace_fallback(shop: Shop, tier: Tier, match: re.Match[str]) -> None:
    await edit(shop, after_role=await unused(shop, tier))


async def no_fallback(shop: Shop, tier: Tier, match: re.Match[str]) -> None:
    await edit(shop, after=LABELS[match["label"]])


ADVICE: list[tuple[str, list[Step]]] = [
    (
        r"(Or use|Use) /tier edit: pick the deleted role under `drop_role` and, if it is the only one, another role under `add_role`\.",
        [pick_deleted],
    ),
    (
        r"(Or use|Use) /tier edit: pick the role under `drop_role` and another one under `add_role`\.",
        [replace_role],
    ),
    (
        r"(Or use|Use) /tier edit: pick another (one|role) under `after_role`, or “(?P<label>[^”]+)” under `at_the_end`\.",
        [replace_fallback, no_fallback],
    ),
    (r"Take them from the role and from the channels that grant them\.", [tame]),
    (r"Open Server Settings → Roles and drag my role above it\.", [tame]),
]


def advised(finding: str) -> list[tuple[Step, re.Match[str]]]:
    """What the card about this finding says that one can do. AssertionError for a sentence that nobody carries out."""
    told = finding_words(EN, finding)
    assert told != finding, f"{finding} has no words"
    _, _, advice = told.partition(". ")
    steps: list[tuple[Step, re.Match[str]]] = []
    for pattern, carried_out in ADVICE:
        match = re.search(pattern, advice)
        if match:
            steps += [(step, match) for step in carried_out]
            advice = advice.replace(match[0], "").strip()
    assert advice == "", f"nobody carries out: {advice}"
    return steps


ONE = [{role: how} for role in (GOLD, AFTER) for how in BREAKS]
SEVERAL = [
    {role: how for role, how in zip((GOLD, SILVER, AFTER), hows, strict=True) if how != "whole"}
    for hows in random.Random(10).sample(list(product(["whole", *BREAKS], repeat=3)), 10)
]


def called(broken: dict[int, str]) -> str:
    return ", ".join(f"{ROLES[role][0]} {how}" for role, how in broken.items())


async def mend(shop: Shop, choose: Callable[[int], int]) -> None:
    """Do what the card says until it says nothing more, then buy."""
    for _ in range(12):
        tier = await find(shop)
        if tier.suspended is None:
            break
        with pytest.raises(UserError, match="cannot be bought"):
            await shop.order(ANN, "Pearl")
        steps = advised(tier.suspended)
        step, match = steps[choose(len(steps))]
        await step(shop, tier, match)
        await shop.worker.run_due()
    mended = await find(shop)
    assert mended.suspended is None
    await shop.buy(ANN, "Pearl", "pay_ann")
    assert shop.server.held[ANN] == set(mended.terms.roles)


@pytest.mark.parametrize("broken", ONE, ids=called)
async def test_every_sentence_on_the_card_puts_the_tier_back_on_sale(
    broken: dict[int, str], tmp_path: Path
) -> None:
    tried, there_are = 0, 1
    while tried < there_are:
        async with opened(tmp_path / str(tried)) as shop:
            await make_pearl(shop)
            for role, how in broken.items():
                await breaks(shop, role, how)
            there_are = len(advised((await find(shop)).suspended or ""))
            await mend(shop, lambda steps: tried % steps)  # noqa: B023 # it is called before the next turn
        tried += 1


@pytest.mark.parametrize(
    ("seed", "broken"), list(enumerate(SEVERAL)), ids=[called(broken) for broken in SEVERAL]
)
async def test_what_broke_at_several_places_is_mended_one_by_one(
    pearl: Shop, seed: int, broken: dict[int, str]
) -> None:
    await pearl.buy(BOB, "Pearl")
    for role, how in broken.items():
        await breaks(pearl, role, how)

    await mend(pearl, random.Random(seed).randrange)


async def test_other_things_are_edited_while_a_role_is_broken(pearl: Shop) -> None:
    await breaks(pearl, GOLD, "deleted")

    await edit(pearl, description="New words", seats=9, name="Pearl")
    await edit(pearl, grace_days=5, events=True)
    await pearl.price("Pearl", "50", months=3)

    tier = await find(pearl)
    assert (tier.description, tier.seats, tier.terms.grace_days, tier.suspended) == (
        "New words",
        9,
        5,
        "role-deleted",
    )


async def test_a_membership_for_people_who_have_it_is_mended_for_them_too(pearl: Shop) -> None:
    await pearl.buy(ANN, "Pearl")
    await breaks(pearl, GOLD, "deleted")

    await edit(pearl, drop_role=GOLD, add_role=SPARE)

    assert pearl.server.held[ANN] >= {SILVER, SPARE}
    assert (await find(pearl)).suspended is None


async def test_an_archived_tier_with_a_deleted_role_comes_back_off_sale_and_says_why(pearl: Shop) -> None:
    await pearl.service.catalog.archive(GUILD, "Pearl", OLIVIA)
    await breaks(pearl, GOLD, "deleted")

    restored = await pearl.service.catalog.restore(GUILD, "Pearl", OLIVIA, owner=True)
    await pearl.worker.run_due()

    assert "not on sale yet" in shown(catalog_cards.restored(EN, restored))
    assert "was deleted" in shown(catalog_cards.restored(EN, restored))
    assert [card for card in pearl.server.posts.values() if "off sale" in shown(card)]
    await edit(pearl, drop_role=GOLD)
    await pearl.buy(ANN, "Pearl")


@pytest.mark.parametrize("how", BREAKS)
@pytest.mark.parametrize("role", [GOLD, AFTER])
async def test_a_grant_does_not_say_that_somebody_has_what_cannot_be_given(
    pearl: Shop, role: int, how: str
) -> None:
    BREAKS[how](pearl, role)  # and Discord told nobody

    with pytest.raises(UserError, match="cannot be given at the moment"):
        await pearl.service.access_admin.grant(GUILD, ANN, "Pearl", "30", "a present", OWNER)
    with pytest.raises(UserError, match="cannot be given at the moment"):
        await pearl.service.access_admin.preview(GUILD, "Pearl", "30", OWNER)

    assert (await find(pearl)).suspended is not None, "what was noticed is put right on the shelf"


@pytest.mark.parametrize("how", BREAKS)
async def test_what_is_off_sale_has_no_button_that_buys(pearl: Shop, how: str) -> None:
    await breaks(pearl, GOLD, how)

    card = order_cards.plans(EN, await pearl.service.offers(GUILD, ANN), playing=False)

    [line] = [block for block in card.blocks if isinstance(block, Line)]
    assert line.button.disabled
    assert "Not for sale at the moment." in line.text


async def test_a_role_is_named_by_name_mention_or_id_and_no_other_is_taken_for_it(pearl: Shop) -> None:
    named = pearl.service.tier_editing.role_given

    assert {await named(GUILD, "Pearl", typed) for typed in ("gold", f"<@&{GOLD}>", str(GOLD), " GOLD ")} == {
        GOLD
    }
    for typed in ("Spare 0", str(SPARE), "", "deleted role"):
        with pytest.raises(UserError, match="no such role"):
            await named(GUILD, "Pearl", typed)


async def random_step(shop: Shop, dice: random.Random) -> None:
    """An owner tries something, or a role of the server changes."""
    role = dice.choice(list(ROLES))
    catalog = shop.service.catalog
    steps: list[Callable[[], Awaitable[object]]] = [
        lambda: edit(shop, add_role=role),
        lambda: edit(shop, drop_role=role),
        lambda: edit(shop, add_role=role, drop_role=dice.choice(list(ROLES))),
        lambda: edit(shop, after_role=role),
        lambda: edit(shop, after=ExpiryAction.TAKE),
        lambda: edit(shop, grace_days=dice.randint(0, 9)),
        lambda: edit(shop, description=str(dice.random())),
        lambda: catalog.archive(GUILD, "Pearl", OLIVIA),
        lambda: catalog.restore(GUILD, "Pearl", OLIVIA, owner=True),
        lambda: breaks(shop, role, dice.choice(list(BREAKS))),
        lambda: whole_again(shop, role),
    ]
    with contextlib.suppress(UserError):
        await dice.choice(steps)()


async def whole_again(shop: Shop, role: int) -> None:
    shop.server.role(role, *ROLES[role])
    await shop.service.roles_changed(GUILD)


@pytest.fixture(params=range(4))
async def played(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[Shop, random.Random]]:
    async with opened(tmp_path) as shop:
        await make_pearl(shop)
        yield shop, random.Random(request.param)


async def test_no_sequence_of_edits_sells_what_must_not_be_sold(played: tuple[Shop, random.Random]) -> None:
    shop, dice = played
    for number in range(40):
        await random_step(shop, dice)
        for tier in await shop.service.catalog.on_sale(GUILD):
            finding = finding_in(tier.terms, shop.server.all_roles, 10)
            assert tier.suspended == finding, f"step {number}"
            if finding is not None:
                with pytest.raises(UserError, match="cannot be bought"):
                    await shop.order(ANN, "Pearl")
