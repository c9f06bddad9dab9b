"""/tier as an owner uses it, through Discord's protocol; and the shop card that members see."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.courses.reading import read_folder
from bot.demo.people import buttons, words
from tests.community import ROOT, Community, running_community


@pytest.fixture
async def community(tmp_path: Path) -> AsyncIterator[Community]:
    async with running_community(tmp_path) as there:
        for name in ("Gold", "Silver", "Alumni"):
            await there.discord("olivia", "POST", f"/guilds/{there.guild_id}/roles", {"name": name})
        yield there


async def typed(community: Community, command: str, who: str = "olivia", **options: Any) -> str:
    """What the answer says."""
    answer = await community.slash(who, command, channel="staff", **options)
    assert answer["state"] == "answered", answer
    return words(answer["message"])


async def test_an_owner_makes_sells_changes_and_archives_a_membership(community: Community) -> None:
    told = await typed(
        community, "tier create", name_="Gold", price="19.90", currency="usd", role="Gold", days=30
    )
    assert "Gold" in told and "$19.90 for 30 days" in told

    assert "$50.00 for 3 months" in await typed(
        community, "tier price add", tier="Gold", price="50", currency="USD", months=3
    )
    changed = await typed(
        community,
        "tier edit",
        tier="Gold",
        description="For those who *ship*",
        seats=5,
        grace_days=3,
        at_the_end="fallback",
        after_role="Alumni",
    )
    assert "0 → 3" in changed and "no limit → 5" in changed
    seen = await typed(community, "tier preview", tier="Gold")
    assert "5 seats left" in seen and "3 more days" in seen and r"\*ship\*" in seen

    offered = await community.choices(
        "olivia", "tier price remove", "price", channel="staff", tier="Gold", price=""
    )
    assert [one["name"] for one in offered] == ["$19.90 for 30 days", "$50.00 for 3 months"]
    left = await typed(community, "tier price remove", tier="Gold", price=offered[1]["value"])
    assert "$50.00" not in left

    assert "no longer on sale" in await typed(community, "tier archive", tier="Gold")
    assert "on sale again" in await typed(community, "tier restore", tier="Gold")


async def test_a_shop_card_sells_to_whoever_presses(community: Community) -> None:
    await typed(community, "tier create", name_="Gold", price="19", currency="USD", role="Gold", days=30)
    await typed(community, "tier shop", channel_="general")
    card = (await community.messages("general", "ann"))[-1]
    [button] = buttons(card)
    assert button["label"] == "$19.00 for 30 days"

    answer = await community.click("ann", card["id"], custom_id=button["custom_id"])

    assert "$19.00" in words(answer["message"])
    assert [one["url"] for one in buttons(answer["message"]) if one.get("url")]


async def test_only_an_owner_applies_a_draft_and_the_card_says_whom_it_reaches(community: Community) -> None:
    await typed(community, "tier create", name_="Gold", price="19", currency="USD", role="Gold", days=30)
    await typed(community, "access grant", member="ann", tier="Gold", until="30", reason="a present")
    await community.settled()
    answer = await community.slash("olivia", "tier edit", channel="staff", tier="Gold", add_role="Silver")
    card = answer["message"]
    assert "1 member has it now" in words(card)
    labels = {one["label"]: one["custom_id"] for one in buttons(card)}

    done = await community.click("olivia", card["id"], custom_id=labels["Apply to existing too"])
    await community.settled()

    assert "1 member has them too" in words(done["message"])
    world = await community.get("/sandbox/world")
    silver = next(role["id"] for role in world["roles"] if role["name"] == "Silver")
    assert silver in next(one for one in world["members"] if one["user"]["username"] == "ann")["roles"]


async def test_a_role_that_becomes_dangerous_takes_the_tier_off_sale_until_it_is_mended(
    community: Community,
) -> None:
    await typed(community, "tier create", name_="Gold", price="19", currency="USD", role="Gold", days=30)
    world = await community.get("/sandbox/world")
    gold = next(role["id"] for role in world["roles"] if role["name"] == "Gold")

    await community.discord(
        "olivia", "PATCH", f"/guilds/{community.guild_id}/roles/{gold}", {"permissions": "8"}
    )
    await community.settled()

    told = words((await community.messages("staff", "olivia", limit=5))[-1])
    assert "off sale" in told
    refused = await community.slash("ann", "membership buy", channel="general", plan="Gold")
    assert "cannot be bought at the moment" in words(refused["message"])
    await community.discord(
        "olivia", "PATCH", f"/guilds/{community.guild_id}/roles/{gold}", {"permissions": "0"}
    )
    await community.settled()
    assert "off sale" not in await typed(community, "tier list")


async def test_a_members_event_lets_in_those_whose_membership_opens_it(community: Community) -> None:
    await typed(community, "tier create", name_="Gold", price="19", currency="USD", role="Gold", days=30)
    await typed(community, "tier edit", tier="Gold", events=True)
    told = await typed(
        community,
        "host create",
        who="max",
        kind="talk",
        title="Behind the door",
        when="tomorrow 18:00",
        channel_="Classroom",
        members_only=True,
    )
    assert "for members" in told
    await community.settled()
    card = (await community.messages("events", "ann"))[-1]

    refused = await community.click("ann", card["id"], label="Going")
    assert "is for members: Gold" in words(refused["message"])
    await typed(community, "access grant", member="ann", tier="Gold", until="30", reason="a present")
    let_in = await community.click("ann", card["id"], label="Going")

    assert "You are going" in words(let_in["message"])


async def test_a_tier_opens_courses_and_never_opens_one_to_everybody_by_accident(
    community: Community,
) -> None:
    for name in ("Pro", "Gold"):
        await typed(community, "tier create", name_=name, price="19", currency="USD", role="Gold", days=30)
    source = replace(read_folder(ROOT / "bot" / "demo" / "course"), tiers=())
    await community.app.teaching.import_course(community.guild_id, source, tier="Pro")
    course = "Asyncio in practice"

    assert "opens with Pro · Gold" in await typed(community, "tier course", tier="Gold", course=course)
    assert course in await typed(community, "tier preview", tier="Gold")
    assert "opens with Gold." in await typed(
        community, "tier course", tier="Pro", course=course, included=False
    )
    kept = await typed(community, "tier course", tier="Gold", course=course, included=False)

    assert "everybody could open" in kept


async def test_a_deleted_role_is_found_in_the_list_and_the_membership_mended(community: Community) -> None:
    """As a stranger found it: every way on was closed (docs/threats.md, T32)."""
    await typed(community, "tier create", name_="Pearl", price="19", currency="USD", role="Gold", days=30)
    roles = {role["name"]: role["id"] for role in (await community.world())["roles"]}
    await community.discord("olivia", "DELETE", f"/guilds/{community.guild_id}/roles/{roles['Gold']}")
    await community.settled()
    assert "pick the deleted role under `drop_role`" in words(
        (await community.messages("staff", "olivia", limit=5))[-1]
    )

    plans = await community.slash("ann", "membership plans", channel="general")
    assert all(button.get("disabled") for button in buttons(plans["message"]))
    refused = await typed(
        community, "access grant", member="ann", tier="Pearl", until="30", reason="a present"
    )
    assert "cannot be given at the moment" in refused

    offered = await community.choices(
        "olivia", "tier edit", "drop_role", channel="staff", tier="Pearl", drop_role=""
    )
    assert [(one["name"], one["value"]) for one in offered] == [
        (f"deleted role ({roles['Gold']})", roles["Gold"])
    ]
    await typed(community, "tier edit", tier="Pearl", description="For those who dive")
    await typed(community, "tier edit", tier="Pearl", drop_role=roles["Gold"], add_role="Silver")

    plans = await community.slash("ann", "membership plans", channel="general")
    assert not any(button.get("disabled") for button in buttons(plans["message"]))
    given = await typed(community, "access grant", member="ann", tier="Pearl", until="30", reason="a present")
    assert "has **Pearl**" in given


async def test_a_moderator_hears_who_can_give_them_something(community: Community) -> None:
    await typed(community, "tier create", name_="Gold", price="19", currency="USD", role="Gold", days=30)

    told = await typed(
        community, "access grant", who="max", member="max", tier="Gold", until="3650", reason="x"
    )

    assert "only the owner of this server can give you something" in told
