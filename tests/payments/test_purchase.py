"""From /membership buy to the role and back, over real sockets, with a till that behaves well and badly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.demo.people import PersonRefused, words
from tests.community import Community, bot_in, running_community
from tests.payments.counter import events, link, look, press, roles, shop


@pytest.fixture
async def gold(community: Community) -> AsyncIterator[Community]:
    """The demo community, in which Gold is on sale."""
    await shop(community)
    yield community


async def card(community: Community, who: str = "ann") -> str:
    """What the newest message that only this member sees says."""
    return words((await community.messages("general", who))[-1])


async def until(community: Community, holds: bool, who: str = "ann", seconds: float = 8) -> None:
    """Wait until the member holds Gold, or until they do not."""
    async with asyncio.timeout(seconds):
        while True:
            if ("Gold" in await roles(community, who)) is holds:
                return
            await asyncio.sleep(0.05)


async def test_ann_buys_and_has_the_role(gold: Community) -> None:
    url = await link(gold)
    assert "play money" in await card(gold)

    page = await press(url, "pay")
    await gold.settled()

    assert "Paid" in page.text
    assert "Gold" in await roles(gold)
    assert "Active until" in await card(gold)
    assert await events(gold) == ["settled"]


async def test_the_buy_button_on_the_plans_leads_to_a_pay_card(gold: Community) -> None:
    plans = await gold.slash("ann", "membership plans")
    assert "$19.00 for 30 days" in words(plans["message"])

    answer = await gold.click("ann", plans["message"]["id"], label="Buy Gold")

    assert answer["state"] == "answered"
    assert "You get" in words(answer["message"])


async def test_looking_at_the_page_changes_nothing(gold: Community) -> None:
    url = await link(gold)
    before = await look(url)

    for _ in range(3):
        assert (await look(url)).text == before.text
    await gold.settled()

    assert set(before.forms) == {"pay", "decline"}
    assert "Gold" not in await roles(gold)
    assert await events(gold) == []


async def test_declined_then_paid(gold: Community) -> None:
    url = await link(gold)

    page = await press(url, "decline")
    assert "declined" in page.text
    await gold.settled()
    assert "Gold" not in await roles(gold)

    await press(url, "pay")
    await gold.settled()
    assert "Gold" in await roles(gold)


async def test_a_refund_on_the_page_takes_the_role_away(gold: Community) -> None:
    url = await link(gold)
    page = await press(url, "pay")
    await gold.settled()
    assert set(page.forms) == {"refund"}

    page = await press(url, "refund")
    await gold.settled()

    assert page.forms == {}
    assert "Gold" not in await roles(gold)
    assert "given back" in await card(gold)


async def test_olivia_gives_the_money_back(gold: Community) -> None:
    url = await link(gold)
    await press(url, "pay")
    await gold.settled()

    [choice] = await gold.choices("olivia", "order refund", "order")
    asked = await gold.slash("olivia", "order refund", order=choice["value"], reason="a mistake")
    assert "The membership ends at once" in words(asked["message"])
    await gold.settled()
    assert "Gold" in await roles(gold)  # nothing is sent before she says so

    answer = await gold.click("olivia", asked["message"]["id"], label="Give $19.00 back")
    await gold.settled()

    assert "goes back" in words(answer["message"])
    assert "Gold" not in await roles(gold)
    assert "given back" in (await look(url)).text
    assert "refunded" in words((await gold.slash("olivia", "order list"))["message"])
    assert (await gold.app.health())["work_failed"] == 0


async def test_pressing_pay_twice_pays_once(gold: Community) -> None:
    url = await link(gold)

    await asyncio.gather(press(url, "pay"), press(url, "pay"))
    await gold.settled()

    assert await events(gold) == ["settled"]


async def test_check_again_asks_the_till(gold: Community) -> None:
    url = await link(gold)
    message = (await gold.messages("general", "ann"))[-1]
    waiting = await gold.click("ann", message["id"], label="Check again")
    assert "Nothing was paid yet" in words(waiting["message"])
    assert url in str(waiting["message"])

    await press(url, "pay")
    await gold.settled()

    assert "Active until" in await card(gold)


async def test_an_expired_link_takes_no_money(gold: Community) -> None:
    url = await link(gold)

    await gold.clock(advance=31 * 60)
    await gold.settled()
    page = await look(url)

    assert page.forms == {}
    assert "no longer valid" in page.text
    assert "closed" in await card(gold)
    assert "expired" in words((await gold.slash("ann", "membership status"))["message"])


async def test_the_role_goes_at_the_end_of_the_days(gold: Community) -> None:
    await press(await link(gold), "pay")
    await gold.settled()

    await gold.clock(advance=30 * 86400 - 60)
    assert "Gold" in await roles(gold)

    await gold.clock(advance=61)
    await gold.settled()
    assert "Gold" not in await roles(gold)


async def test_who_leaves_and_returns_has_the_role_again(gold: Community) -> None:
    await press(await link(gold), "pay")
    await gold.settled()
    await gold.leave("ann")

    await gold.join("ann")
    await until(gold, holds=True)

    explained = words((await gold.slash("olivia", "access explain", member="ann"))["message"])
    assert "Gold, paid" in explained


async def test_unknown_plans_get_a_sentence(gold: Community) -> None:
    for typed in ("Golf", "123", "9" * 40, "<@&1>"):
        answer = await gold.slash("ann", "membership buy", plan=typed)
        assert "There is no plan called" in words(answer["message"])

    assert "You have no membership" in words((await gold.slash("ann", "membership status"))["message"])


async def test_roles_that_may_not_be_sold_are_refused_with_the_reason(gold: Community) -> None:
    """Above Lyceum's, and with dangerous permissions (kick members is 2)."""
    api = f"/guilds/{gold.guild_id}/roles"
    await gold.discord("olivia", "POST", api, {"name": "Bouncer", "permissions": "2"})
    high = await gold.discord("olivia", "POST", api, {"name": "High"})
    await gold.discord("olivia", "PATCH", api, [{"id": high["id"], "position": 50}])
    refused: dict[str, str] = {}
    for role in ("Bouncer", "High", "@everyone"):
        answer = await gold.slash(
            "olivia", "tier create", name=role[1:], price="5", currency="EUR", days=1, role=role
        )
        refused[role] = words(answer["message"])

    assert "kick_members" in refused["Bouncer"].replace("\\", "")
    assert "stands above mine" in refused["High"]
    assert "all members have it" in refused["@everyone"]
    assert "Bouncer" not in words((await gold.slash("ann", "membership plans"))["message"])


async def test_a_role_moved_above_lyceum_waits_and_then_comes(gold: Community) -> None:
    url = await link(gold)
    api = f"/guilds/{gold.guild_id}/roles"
    world = await gold.world()
    [role] = [role for role in world["roles"] if role["name"] == "Gold"]
    await gold.discord("olivia", "PATCH", api, [{"id": role["id"], "position": 50}])
    await press(url, "pay")
    await gold.settled()
    assert "Gold" not in await roles(gold)
    assert "on its way" in await card(gold)
    assert (await gold.app.health())["work_failed"] == 2, "the role, and that what was paid reaches nobody"

    await gold.discord("olivia", "PATCH", api, [{"id": role["id"], "position": 1}])
    await until(gold, holds=True)
    await gold.settled()

    assert "Active until" in await card(gold)


async def test_members_cannot_use_the_owners_commands(gold: Community) -> None:
    forbidden: list[tuple[str, dict[str, Any]]] = [
        ("tier create", {"name": "x", "price": "1", "currency": "USD", "days": 1, "role": "Gold"}),
        ("tier list", {}),
        ("order list", {}),
        ("order refund", {"order": "1", "reason": "x"}),
        ("access explain", {"member": "ann"}),
    ]
    for command, options in forbidden:
        with pytest.raises(PersonRefused):
            await gold.slash("cid", command, **options)


async def test_everything_is_said_in_chinese_too(gold: Community) -> None:
    answer = await gold.slash("ann", "membership buy", plan="Gold", locale="zh-CN")
    assert "支付 US$19.00" in words(answer["message"])
    url = next(str(part["url"]) for part in _links(answer["message"]))

    page = await look(url, "zh-CN,zh;q=0.9,en;q=0.8")
    await press(url, "pay")
    await gold.settled()

    assert 'lang="zh-CN"' in page.text
    assert "游戏币" in page.text
    assert "有效期至" in await card(gold)


def _links(message: dict[str, object]) -> list[dict[str, object]]:
    from bot.demo.people import buttons

    return [button for button in buttons(message) if "url" in button]


async def test_a_till_that_sends_everything_twice(tmp_path: Path) -> None:
    async with running_community(tmp_path, PAYMENTS__TILL__DELIVERIES="2") as community:
        await shop(community)

        await press(await link(community), "pay")
        await community.settled()
        await asyncio.sleep(0.3)
        await community.settled()

        assert await events(community) == ["settled"]
        assert "Gold" in await roles(community)


async def test_a_till_that_takes_its_time(tmp_path: Path) -> None:
    async with running_community(tmp_path, PAYMENTS__TILL__DELAY="0.6") as community:
        await shop(community)

        await press(await link(community), "pay")
        await community.settled()
        assert "Gold" not in await roles(community)

        await until(community, holds=True)


async def test_a_till_that_never_sends_is_asked(tmp_path: Path) -> None:
    async with running_community(
        tmp_path, PAYMENTS__TILL__DELIVERIES="0", PAYMENTS__POLL_SECONDS="0.3"
    ) as community:
        await shop(community)
        url = await link(community)

        await press(url, "pay")
        await until(community, holds=True)
        assert await events(community) == []

        await press(url, "refund")
        await until(community, holds=False)


async def test_the_till_redelivers_after_a_restart(tmp_path: Path) -> None:
    """The delay outlives the process: the webhook goes out when everything is up again."""
    from sandbox.app import Sandbox

    async with Sandbox(tmp_path / "world", port=0) as world:
        async with bot_in(
            world.url, tmp_path, PAYMENTS__TILL__DELAY="1.0", PAYMENTS__POLL_SECONDS="3600"
        ) as community:
            await shop(community)
            await press(await link(community), "pay")
        await asyncio.sleep(1.0)
        async with bot_in(world.url, tmp_path, PAYMENTS__POLL_SECONDS="3600") as community:
            await until(community, holds=True)
            assert await events(community) == ["settled"]
