"""The community turns against Lyceum: a permission goes, a role goes, a member goes, direct messages are closed."""

from __future__ import annotations

import asyncio

from bot.cards import card
from bot.demo.month import pay
from bot.demo.people import buttons, words
from bot.ports import Delivery
from tests.community import Community
from tests.faults.shop import PUT_ROLE, asked, buys, fault, held_entitlements, holds, opened, orders, stuck


async def healed(community: Community) -> None:
    """Wait until nothing is stuck any more."""
    async with asyncio.timeout(10):
        while await stuck(community):
            await asyncio.sleep(0.02)
            await community.settled()


async def test_a_lost_permission_stops_the_role_until_it_is_given_back(community: Community) -> None:
    role = await opened(community)
    await fault(community, world="lose_permission", permission="MANAGE_ROLES")

    await buys(community)
    await community.settled()
    assert await stuck(community) == ["role.sync"]
    assert await held_entitlements(community) == 1
    assert await asked(community, "PUT", "/roles/") == [403]

    await fault(community, world="regain_permission", permission="MANAGE_ROLES")
    await healed(community)

    assert await holds(community, role)


async def test_a_role_order_that_forbids_it_heals_by_itself_when_it_is_mended(community: Community) -> None:
    role = await opened(community)
    link = await orders(community)
    await fault(community, world="sink")

    await pay(link)
    await community.settled()
    assert await stuck(community) == ["order.deliver", "role.sync"]

    await fault(community, world="rise")
    await healed(community)

    assert await holds(community, role)


async def test_who_left_before_the_role_came_gets_it_when_they_return(community: Community) -> None:
    role = await opened(community)
    await fault(community, route=PUT_ROLE, status=503)
    await buys(community)
    await fault(community, world="leave", member="ann")
    await community.settled()
    assert await held_entitlements(community) == 1
    assert await stuck(community) == ["order.deliver"]  # the owner knows that it reached nobody

    await fault(community, world="rejoin", member="ann")
    await returned(community, role)


async def test_who_leaves_just_before_the_role_is_put_gets_it_when_they_return(community: Community) -> None:
    """10007 answers the PUT itself."""
    role = await opened(community)
    await fault(community, route=PUT_ROLE, status=404, code=10007, message="Unknown Member")
    await buys(community)
    await community.settled()
    assert not await holds(community, role)

    await fault(community, world="leave", member="ann")
    await fault(community, world="rejoin", member="ann")
    await returned(community, role)


async def returned(community: Community, role: str) -> None:
    """The role is there a moment after the return, and nothing is left undone."""
    async with asyncio.timeout(10):
        while not await holds(community, role):
            await asyncio.sleep(0.02)
            await community.settled()
    assert await stuck(community) == []


async def test_a_deleted_role_stops_sales_and_takes_no_right(community: Community) -> None:
    await opened(community)
    await buys(community)
    await community.settled()
    link = await orders(community, "bob")
    await fault(community, world="delete_role", role="Pro")

    await pay(link)
    async with asyncio.timeout(10):
        # Ann's too: she lost the role with it. That Bob paid for it in vain is the owner's to know.
        while sorted(await stuck(community)) != ["order.deliver", "role.sync", "role.sync"]:
            await community.settled()
            await asyncio.sleep(0.02)
    assert await held_entitlements(community) == 2

    refused = await community.slash("cid", "membership buy", plan="Pro")
    assert not any("url" in button for button in buttons(refused["message"]))
    assert (await community.slash("cid", "event list"))["state"] == "answered"


async def test_closed_direct_messages_are_told_as_such_and_no_error(community: Community) -> None:
    ann = next(m for m in (await community.world())["members"] if m["user"]["username"] == "ann")
    server, guild, user = community.app.server, community.guild_id, int(ann["user"]["id"])
    await fault(community, world="close_direct", member="ann")
    assert await server.direct(guild, user, card("Hello"), key="one") is Delivery.CLOSED

    await fault(community, world="open_direct", member="ann")
    assert await server.direct(guild, user, card("Hello"), key="one") is Delivery.SENT

    assert [words(m) for m in await community.messages("@bot", "ann")] == ["Hello"]


async def test_without_the_channel_for_events_nothing_is_planned_and_the_sentence_says_why(
    community: Community,
) -> None:
    await fault(community, world="delete_channel", channel="events")

    told = await community.slash(
        "max",
        "host create",
        channel="staff",
        kind="talk",
        title="An evening",
        when="2026-11-03 19:30",
        length="60",
        channel_="Classroom",
    )
    await community.settled()

    assert "no channel #events" in words(told["message"])
    assert (await community.world())["scheduled_events"] == []
