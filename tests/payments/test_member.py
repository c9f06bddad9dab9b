"""What a member does besides buying, over real sockets: choosing, trying, changing with play money, being reminded."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.demo.people import buttons, words
from bot.outbox.tables import outbox
from sandbox.app import Sandbox
from tests.community import Community, bot_in
from tests.payments.counter import press, roles, shop


async def shelf(community: Community) -> None:
    """Gold for 19.00 and Silver for 9.00, 30 days each; Gold for ever, and a week of it on trial."""
    await shop(community)
    await shop(community, "Silver", "Silver", "9.00")
    more: dict[str, Any]
    for more in ({"price": "99", "way": "lifetime"}, {"price": "0", "days": 7, "way": "trial"}):
        await community.slash("olivia", "tier price add", tier="Gold", currency="USD", **more)


async def test_a_preview_is_confirmed_after_a_restart_and_paid_at_the_till(tmp_path: Path) -> None:
    async with Sandbox(tmp_path / "world", port=0) as world:
        async with bot_in(world.url, tmp_path) as community:
            await shelf(community)
            card = await community.slash("ann", "membership buy", plan="Silver")
            [url] = [button["url"] for button in buttons(card["message"]) if "url" in button]
            await press(url, "pay")
            await community.settled()
            found = await community.choices("ann", "membership change", "price", plan="Gold")
            assert [one["name"] for one in found] == ["$19.00 for 30 days", "$99.00 once, for ever"]
            assert found == await community.choices("ann", "membership change", "price", plan=" gold ")
            preview = await community.slash("ann", "membership change", plan="Gold", price=found[0]["value"])
            [confirm] = [str(button["label"]) for button in buttons(preview["message"])]
            assert confirm.startswith("Go on to pay $1")

        async with bot_in(world.url, tmp_path) as community:
            card = await community.click("ann", preview["message"]["id"], label=confirm)
            assert "Your unused days took" in words(card["message"])
            [url] = [button["url"] for button in buttons(card["message"]) if "url" in button]
            await press(url, "pay")
            await community.settled()

            assert await roles(community) == {"Gold"}
            assert "Active until" in words((await community.messages("general", "ann"))[-1])


async def test_of_several_prices_one_is_chosen_by_a_button(community: Community) -> None:
    await shelf(community)

    card = await community.slash("ann", "membership buy", plan="Gold")
    labels = [button["label"] for button in buttons(card["message"])]
    assert labels == ["Free trial", "$19.00 for 30 days", "$99.00 once, for ever"]
    given = await community.click("ann", card["message"]["id"], label="Free trial")
    await community.settled()

    assert "Your trial of Gold has begun" in words(given["message"]).replace("*", "")
    assert "Gold" in await roles(community)
    again = await community.click("ann", card["message"]["id"], label="Free trial")
    assert "or its trial" in words(again["message"])


async def test_the_list_on_the_status_leads_to_a_preview(community: Community) -> None:
    await shelf(community)
    card = await community.slash("ann", "membership buy", plan="Silver")
    [url] = [button["url"] for button in buttons(card["message"]) if "url" in button]
    await press(url, "pay")
    await community.settled()

    status = await community.slash("ann", "membership status")
    listed = await community.click("ann", status["message"]["id"], label="Change")
    assert "What would you like instead of" in words(listed["message"])
    [pick] = [
        one
        for block in listed["message"]["components"][0]["components"]
        if block["type"] == 1
        for one in block["components"]
        if one["type"] == 3
    ]
    assert [option["label"] for option in pick["options"]] == [
        "Gold · $19.00 for 30 days",
        "Gold · $99.00 once, for ever",
    ]
    preview = await community.select(
        "ann", listed["message"]["id"], pick["custom_id"], [pick["options"][1]["value"]]
    )

    assert "Silver → Gold" in words(preview["message"])
    assert "Due now: $90.0" in words(preview["message"]).replace("*", "")


async def test_reminders_are_written_to_those_who_asked(community: Community) -> None:
    await shelf(community)
    for who in ("ann", "bob"):
        card = await community.slash(who, "membership buy", plan="Silver")
        [url] = [button["url"] for button in buttons(card["message"]) if "url" in button]
        await press(url, "pay")
    await community.settled()
    status = await community.slash("ann", "membership status")
    assert "nothing reminds you" in words(status["message"])
    changed = await community.click("ann", status["message"]["id"], label="Remind me")
    assert "I remind you" in words(changed["message"])

    await community.clock(advance=24 * 86400)

    notices = select(outbox).where(outbox.c.kind == "notice").order_by(outbox.c.reason.desc())
    rows: Sequence[Any] = ()
    for _ in range(100):  # what Discord answers too slowly is tried again some seconds later
        await community.settled()
        async with community.app.db.read() as db:
            rows = (await db.execute(notices)).all()
        if len(rows) == 2:
            break
        await asyncio.sleep(0.1)
    assert [(row.key.split(":")[1], row.reason or row.state) for row in rows] == [
        ("before", "not_allowed"),
        ("before", "sent"),
    ]
    off = await community.slash("ann", "membership reminders", allowed=0)
    assert "no reminders" in words(off["message"])
