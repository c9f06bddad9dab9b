"""Bans, kicks and removals as Discord tells and does them: a real client, and the sandbox behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.demo.people import buttons, words
from bot.ids import new_id
from bot.memberships.catalog.tier_edit import TierEdit
from bot.memberships.model import (
    BillingKind,
    Duration,
    ExpiryAction,
    Order,
    OrderStatus,
)
from bot.memberships.orders.store import orders
from bot.money import Money
from bot.payments.port import Phase
from tests.community import Community, running_community

VIEW_AUDIT_LOG, KICK_MEMBERS, BAN_MEMBERS = 1 << 7, 1 << 1, 1 << 2


@pytest.fixture
async def community(tmp_path: Path) -> AsyncIterator[Community]:
    """Staff are asked about whoever is kicked or banned; Gold and Silver are on sale."""
    async with running_community(
        tmp_path, MEMBERSHIPS__BAN="ask", MEMBERSHIPS__KICK="ask", MEMBERSHIPS__LEAVE="keep"
    ) as there:
        yield there


async def ids(community: Community) -> dict[str, int]:
    world = await community.world()
    return {one["user"]["username"]: int(one["user"]["id"]) for one in world["members"]}


async def allow(community: Community, bits: int) -> None:
    """Give Lyceum's own role these permissions besides what it has."""
    roles = (await community.world())["roles"]
    [own] = [role for role in roles if role["managed"]]
    body = {"permissions": str(int(own["permissions"]) | bits)}
    path = f"/guilds/{community.guild_id}/roles/{own['id']}"
    await community.discord("olivia", "PATCH", path, body)
    await community.settled()


async def deny(community: Community, bits: int) -> None:
    roles = (await community.world())["roles"]
    [own] = [role for role in roles if role["managed"]]
    body = {"permissions": str(int(own["permissions"]) & ~bits & ~8)}
    path = f"/guilds/{community.guild_id}/roles/{own['id']}"
    await community.discord("olivia", "PATCH", path, body)
    await community.settled()


async def role(community: Community, name: str) -> int:
    path = f"/guilds/{community.guild_id}/roles"
    made: Any = await community.discord("olivia", "POST", path, {"name": name})
    await community.settled()
    return int(made["id"])


async def subscribed(community: Community, user: int) -> Order:
    """This member pays 15 dollars a month. The till has no subscriptions, so the order is put there by hand."""
    guild_id, memberships = community.guild_id, community.app.memberships
    product = await memberships.catalog.create(
        guild_id,
        name="Gold",
        price="15",
        currency="USD",
        months=1,
        role_id=await role(community, "Gold"),
        actor=user,
        owner=True,
    )
    now, price = community.app.clock.now(), Money(1500, "USD")
    order = Order(
        id=new_id(),
        guild_id=guild_id,
        user_id=user,
        tier=product.tier,
        price_id=None,
        state=OrderStatus.PAID,
        provider="elsewhere",
        ref="sub_1",
        duration=Duration(BillingKind.RECURRING, months=1),
        price=price,
        renewal=price,
        credit=Money(0, "USD"),
        replaces=None,
        follows=None,
        phase=Phase.ACTIVE,
        created_at=now,
        expires_at=now,
    )
    async with community.app.db.write() as tx:
        await orders.add(tx, order)
    return order


async def cards(community: Community) -> list[Any]:
    return [one for one in await community.messages("staff", "olivia") if "subscriber" in words(one)]


async def later(community: Community) -> None:
    await community.settled()
    await community.clock(advance=300)
    await community.settled()


async def test_a_ban_reaches_staff_who_decide_with_a_button(community: Community) -> None:
    people = await ids(community)
    await subscribed(community, people["ann"])

    path = f"/guilds/{community.guild_id}/bans/{people['ann']}"
    await community.discord("olivia", "PUT", path, {})
    await later(community)

    [card] = await cards(community)
    assert "was banned" in words(card) and "What should happen to it?" in words(card)
    assert [one["label"] for one in buttons(card)] == [
        "End the renewal",
        "Let it go on",
        "Refund…",
        "Look again",
    ]
    await community.click("max", card["id"], label="Let it go on")
    [card] = await cards(community)
    assert f"<@{people['max']}> lets it go on" in words(card)
    assert "Let it go on" not in [one["label"] for one in buttons(card)]


@pytest.mark.parametrize("sees_log", [True, False])
async def test_a_kick_is_known_by_the_audit_log_or_counts_as_a_leave(
    community: Community, sees_log: bool
) -> None:
    people = await ids(community)
    await subscribed(community, people["ann"])
    await (allow if sees_log else deny)(community, VIEW_AUDIT_LOG)

    await community.discord("olivia", "DELETE", f"/guilds/{community.guild_id}/members/{people['ann']}")
    told = await cards(community)
    for _ in range(20):  # the gateway tells of it after the request was answered
        await later(community)
        told = await cards(community)
        if told:
            break

    [card] = told
    assert ("was kicked" if sees_log else "left the server") in words(card)


async def test_whoever_leaves_and_returns_at_once_is_no_news(community: Community) -> None:
    people = await ids(community)
    await subscribed(community, people["ann"])

    await community.leave("ann")
    await community.join("ann")
    await later(community)

    assert await cards(community) == []


async def test_whether_somebody_is_banned_is_asked_only_with_the_permission(community: Community) -> None:
    people = await ids(community)
    server, guild_id = community.app.server, community.guild_id
    await community.discord("olivia", "PUT", f"/guilds/{guild_id}/bans/{people['ann']}", {})
    await deny(community, BAN_MEMBERS)
    assert await server.banned(guild_id, people["ann"]) is None

    await allow(community, BAN_MEMBERS)

    assert await server.banned(guild_id, people["ann"]) is True
    assert await server.banned(guild_id, people["max"]) is False
    assert server.owner_id(guild_id) == people["olivia"]


async def member_until_tomorrow(community: Community, user: int) -> None:
    """Tried Gold for a day; its end removes the member."""
    guild_id, memberships = community.guild_id, community.app.memberships
    product = await memberships.catalog.create(
        guild_id,
        name="Gold",
        price="0",
        currency="USD",
        days=1,
        way=BillingKind.TRIAL,
        role_id=await role(community, "Gold"),
        actor=user,
        owner=True,
    )
    edit = TierEdit(after=ExpiryAction.KICK)
    await memberships.tier_editing.propose(guild_id, "Gold", edit, user, True)
    await memberships.buy(guild_id, user, "Gold", str(product.prices[0].id))
    await community.settled()


async def test_at_the_end_discord_removes_the_member_who_was_told_before(community: Community) -> None:
    people = await ids(community)
    await allow(community, KICK_MEMBERS)
    await member_until_tomorrow(community, people["ann"])

    await community.clock(advance=86_400)
    await community.settled()

    assert "ann" not in await ids(community)
    await community.join("ann")  # the page shows messages to members only
    [told] = await community.messages("@bot", "ann")
    assert "you are being removed" in words(told)


async def test_a_moderator_of_one_channel_stays(community: Community) -> None:
    people = await ids(community)
    await allow(community, KICK_MEMBERS)
    await member_until_tomorrow(community, people["ann"])
    [general] = [one for one in (await community.world())["channels"] if one["name"] == "help"]
    overwrite = {"type": 1, "allow": str(1 << 13), "deny": "0"}
    await community.discord(
        "olivia", "PUT", f"/channels/{general['id']}/permissions/{people['ann']}", overwrite
    )
    await community.settled()

    await community.clock(advance=86_400)
    await community.settled()

    assert "ann" in await ids(community)


async def test_the_owner_who_chooses_it_reads_whether_lyceum_may(community: Community) -> None:
    people = await ids(community)
    await subscribed(community, people["ann"])
    chosen = {"tier": "Gold", "at_the_end": "Take the roles and remove the member from the server"}

    told = await community.slash("olivia", "tier edit", **chosen)

    assert "I remove the member from this server" in words(told["message"])
    assert "It lacks that permission at the moment" in words(told["message"])
