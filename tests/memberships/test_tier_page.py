"""/tier as an owner uses it, through Discord's protocol; and the shop card that members see."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.courses.reading import read_folder
from bot.demo.people import buttons, words
from tests.stage import ROOT, Stage, staged


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as there:
        for name in ("Gold", "Silver", "Alumni"):
            await there.discord("olivia", "POST", f"/guilds/{there.guild_id}/roles", {"name": name})
        yield there


async def typed(stage: Stage, command: str, who: str = "olivia", **options: Any) -> str:
    """What the answer says."""
    answer = await stage.slash(who, command, channel="staff", **options)
    assert answer["state"] == "answered", answer
    return words(answer["message"])


async def test_an_owner_makes_sells_changes_and_archives_a_membership(stage: Stage) -> None:
    told = await typed(
        stage, "tier create", name_="Gold", price="19.90", currency="usd", role="Gold", days=30
    )
    assert "Gold" in told and "$19.90 for 30 days" in told

    assert "$50.00 for 3 months" in await typed(
        stage, "tier price add", tier="Gold", price="50", currency="USD", months=3
    )
    changed = await typed(
        stage,
        "tier edit",
        tier="Gold",
        description="For those who *ship*",
        seats=5,
        grace_days=3,
        at_the_end="fallback",
        after_role="Alumni",
    )
    assert "0 → 3" in changed and "no limit → 5" in changed
    seen = await typed(stage, "tier preview", tier="Gold")
    assert "5 seats left" in seen and "3 more days" in seen and r"\*ship\*" in seen

    offered = await stage.choices(
        "olivia", "tier price remove", "price", channel="staff", tier="Gold", price=""
    )
    assert [one["name"] for one in offered] == ["$19.90 for 30 days", "$50.00 for 3 months"]
    left = await typed(stage, "tier price remove", tier="Gold", price=offered[1]["value"])
    assert "$50.00" not in left

    assert "no longer on sale" in await typed(stage, "tier archive", tier="Gold")
    assert "on sale again" in await typed(stage, "tier restore", tier="Gold")


async def test_a_shop_card_sells_to_whoever_presses(stage: Stage) -> None:
    await typed(stage, "tier create", name_="Gold", price="19", currency="USD", role="Gold", days=30)
    await typed(stage, "tier shop", channel_="general")
    card = (await stage.messages("general", "ann"))[-1]
    [button] = buttons(card)
    assert button["label"] == "$19.00 for 30 days"

    answer = await stage.click("ann", card["id"], custom_id=button["custom_id"])

    assert "$19.00" in words(answer["message"])
    assert [one["url"] for one in buttons(answer["message"]) if one.get("url")]


async def test_only_an_owner_applies_a_draft_and_the_card_says_whom_it_reaches(stage: Stage) -> None:
    await typed(stage, "tier create", name_="Gold", price="19", currency="USD", role="Gold", days=30)
    await typed(stage, "access grant", member="ann", tier="Gold", until="30", reason="a present")
    await stage.settled()
    answer = await stage.slash("olivia", "tier edit", channel="staff", tier="Gold", add_role="Silver")
    card = answer["message"]
    assert "1 member has it now" in words(card)
    labels = {one["label"]: one["custom_id"] for one in buttons(card)}

    done = await stage.click("olivia", card["id"], custom_id=labels["Apply to existing too"])
    await stage.settled()

    assert "1 member has them too" in words(done["message"])
    world = await stage.get("/sandbox/world")
    silver = next(role["id"] for role in world["roles"] if role["name"] == "Silver")
    assert silver in next(one for one in world["members"] if one["user"]["username"] == "ann")["roles"]


async def test_a_role_that_becomes_dangerous_takes_the_tier_off_sale_until_it_is_mended(stage: Stage) -> None:
    await typed(stage, "tier create", name_="Gold", price="19", currency="USD", role="Gold", days=30)
    world = await stage.get("/sandbox/world")
    gold = next(role["id"] for role in world["roles"] if role["name"] == "Gold")

    await stage.discord("olivia", "PATCH", f"/guilds/{stage.guild_id}/roles/{gold}", {"permissions": "8"})
    await stage.settled()

    told = words((await stage.messages("staff", "olivia", limit=5))[-1])
    assert "off sale" in told
    refused = await stage.slash("ann", "membership buy", channel="general", plan="Gold")
    assert "cannot be bought at the moment" in words(refused["message"])
    await stage.discord("olivia", "PATCH", f"/guilds/{stage.guild_id}/roles/{gold}", {"permissions": "0"})
    await stage.settled()
    assert "off sale" not in await typed(stage, "tier list")


async def test_a_members_event_lets_in_those_whose_membership_opens_it(stage: Stage) -> None:
    await typed(stage, "tier create", name_="Gold", price="19", currency="USD", role="Gold", days=30)
    await typed(stage, "tier edit", tier="Gold", events=True)
    told = await typed(
        stage,
        "host create",
        who="max",
        kind="talk",
        title="Behind the door",
        when="tomorrow 18:00",
        channel_="Classroom",
        members_only=True,
    )
    assert "for members" in told
    await stage.settled()
    card = (await stage.messages("events", "ann"))[-1]

    refused = await stage.click("ann", card["id"], label="Going")
    assert "is for members: Gold" in words(refused["message"])
    await typed(stage, "access grant", member="ann", tier="Gold", until="30", reason="a present")
    let_in = await stage.click("ann", card["id"], label="Going")

    assert "You are going" in words(let_in["message"])


async def test_a_tier_opens_courses_and_never_opens_one_to_everybody_by_accident(stage: Stage) -> None:
    for name in ("Pro", "Gold"):
        await typed(stage, "tier create", name_=name, price="19", currency="USD", role="Gold", days=30)
    source = replace(read_folder(ROOT / "bot" / "demo" / "course"), tiers=())
    await stage.app.teaching.import_course(stage.guild_id, source, tier="Pro")
    course = "Asyncio in practice"

    assert "opens with Pro · Gold" in await typed(stage, "tier course", tier="Gold", course=course)
    assert course in await typed(stage, "tier preview", tier="Gold")
    assert "opens with Gold." in await typed(stage, "tier course", tier="Pro", course=course, included=False)
    kept = await typed(stage, "tier course", tier="Gold", course=course, included=False)

    assert "everybody could open" in kept
