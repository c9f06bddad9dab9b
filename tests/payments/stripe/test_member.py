"""A whole Lyceum with Stripe beside it: Ann subscribes, goes up with proration, ends, keeps, and plans to go down."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.demo.people import buttons, words
from tests.community import Community
from tests.payments.counter import look, press, roles
from tests.payments.stripe.server import FakeStripe
from tests.payments.stripe.test_whole import hook, opened


@pytest.fixture
async def community(tmp_path: Path, fake: FakeStripe) -> AsyncIterator[Community]:
    """Gold and Silver by the month; Ann pays for Silver."""
    async with opened(tmp_path, fake, f'["{fake.secret}"]') as community:
        await community.discord("olivia", "POST", f"/guilds/{community.guild_id}/roles", {"name": "Silver"})
        await community.slash(
            "olivia",
            "tier create",
            name="Silver",
            price="9",
            currency="USD",
            months=1,
            way="recurring",
            role="Silver",
        )
        await community.slash(
            "olivia", "tier price add", tier="Gold", price="29", currency="USD", months=1, way="recurring"
        )
        card = await community.slash("ann", "membership buy", plan="Silver")
        assert "renews by itself for $9.00" in words(card["message"])
        [session] = fake.books.all("checkout.session")
        fake.shop.pay(session["id"])
        await told(community, fake)
        assert "Silver" in await roles(community)
        yield community


async def told(community: Community, fake: FakeStripe) -> None:
    """Stripe tells everything that it has not told yet."""
    assert set(await fake.deliver(hook(community))) <= {200}
    await community.settled()


async def price(community: Community, plan: str, command: str = "membership change") -> str:
    """The monthly price of a plan, as autocomplete offers it once the plan is chosen."""
    found = await community.choices("ann", command, "price", plan=plan)
    [value] = [one["value"] for one in found if "renews by itself" in one["name"]]
    return str(value)


def labels(message: dict[str, Any]) -> list[str]:
    return [str(button["label"]) for button in buttons(message)]


async def test_up_with_proration_at_the_push_of_one_button(community: Community, fake: FakeStripe) -> None:
    preview = await community.slash(
        "ann", "membership change", plan="Gold", price=await price(community, "Gold")
    )
    assert "Silver → Gold" in words(preview["message"])
    assert "Due now: $20.00" in words(preview["message"])  # all of the month is left
    assert labels(preview["message"]) == ["Change and pay $20.00"]
    assert len(fake.books.all("invoice")) == 1  # nothing was charged by looking

    made = await community.click("ann", preview["message"]["id"], label="Change and pay $20.00")
    await told(community, fake)

    assert "You have Gold now" in words(made["message"]).replace("*", "")
    assert await roles(community) >= {"Gold"} and "Silver" not in await roles(community)
    assert sorted(one["amount_paid"] for one in fake.books.all("invoice")) == [900, 2000]
    [subscription] = fake.books.all("subscription")
    fake.billing.renew(subscription["id"])
    await told(community, fake)
    status = words((await community.slash("ann", "membership status"))["message"])
    assert "Renews on" in status and "$29.00" in status


async def test_ended_with_a_word_and_kept_after_all(community: Community, fake: FakeStripe) -> None:
    card = await community.slash("ann", "membership cancel")
    form = await community.click("ann", card["message"]["id"], label="End the renewal")
    ended = await community.submit("ann", form["modal"]["custom_id"], {"reason": "price"})
    [subscription] = fake.books.all("subscription")
    assert subscription["cancel_at_period_end"] is True
    assert "does not renew any more" in words(ended["message"])
    await told(community, fake)

    kept = await community.click("ann", ended["message"]["id"], label="Keep it")
    await told(community, fake)

    assert "goes on" in words(kept["message"])
    assert fake.books.get(subscription["id"], "subscription")["cancel_at_period_end"] is False
    assert "Silver" in await roles(community)


async def test_down_when_the_month_is_over_and_back_again(community: Community, fake: FakeStripe) -> None:
    preview = await community.slash(
        "ann", "membership change", plan="Gold", price=await price(community, "Gold")
    )
    await community.click("ann", preview["message"]["id"], label="Change and pay $20.00")
    await told(community, fake)

    preview = await community.slash(
        "ann", "membership change", plan="Silver", price=await price(community, "Silver")
    )
    assert "is charged then" in words(preview["message"])
    made = await community.click("ann", preview["message"]["id"], label="Change when it ends")
    assert "Take the change back" in labels(made["message"])
    status = await community.slash("ann", "membership status")
    assert "Planned: Silver" in words(status["message"]).replace("*", "")
    assert "Gold" in await roles(community)

    back = await community.click("ann", made["message"]["id"], label="Take the change back")
    await told(community, fake)

    assert "taken back" in words(back["message"])
    [subscription] = fake.books.all("subscription")
    fake.billing.renew(subscription["id"])
    await told(community, fake)
    assert "Gold" in await roles(community) and "Silver" not in await roles(community)


async def test_the_door_to_card_and_invoices_is_on_the_status(community: Community, fake: FakeStripe) -> None:
    status = await community.slash("ann", "membership status")

    door = await community.click("ann", status["message"]["id"], label="Card and invoices")

    assert [button["url"] for button in buttons(door["message"]) if "url" in button] != []


async def test_b1_a_moderator_who_takes_it_gets_no_hand_on_the_card_and_she_ends_it_after_a_ban(
    community: Community, fake: FakeStripe
) -> None:
    """The steps of the attack: transfer to oneself, change, the portal; then she is banned. The owner has to move it."""
    hers = await community.slash("ann", "membership status")
    [receipt] = re.findall(r"\((http://[^)]+/receipt/[^)]+)\)", words(hers["message"]))
    taken = await community.slash(
        "max", "access transfer", channel="staff", old="ann", new="max", reason="a new account"
    )
    assert "only the owner of this server" in words(taken["message"])
    moved = await community.slash(
        "olivia", "access transfer", channel="staff", old="ann", new="max", reason="a new account"
    )
    assert "The card was not moved" in words(moved["message"])
    await community.settled()

    refused = await community.slash(
        "max", "membership change", plan="Gold", price=await price(community, "Gold")
    )
    his = await community.slash("max", "membership status")
    await told(community, fake)
    assert "Only the account that pays" in words(refused["message"])
    assert "Another account pays for it" in words(his["message"])
    assert {"Cancel", "Change", "Card and invoices"}.isdisjoint(labels(his["message"]))
    assert [one["amount_paid"] for one in fake.books.all("invoice")] == [900]

    hers = await community.slash("ann", "membership status")
    assert {"Cancel", "Card and invoices"} <= set(labels(hers["message"]))
    world = await community.world()
    [ann] = [one["user"]["id"] for one in world["members"] if one["user"]["username"] == "ann"]
    await community.discord("olivia", "PUT", f"/guilds/{community.guild_id}/bans/{ann}", {})
    asking = await look(f"{receipt}/end")
    assert "nothing more is charged" in asking.text
    ended = await press(asking.url, "end")

    assert "It was ended: it runs until" in ended.text
    [subscription] = fake.books.all("subscription")
    assert subscription["cancel_at_period_end"] or subscription["cancel_at"]
