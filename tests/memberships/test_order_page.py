"""/order as an owner uses it, through Discord's protocol; the bank transfer has no page but this one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.demo.people import PersonRefused, buttons, words
from tests.community import Community, running_community
from tests.payments.counter import link, press, roles, shop

HOW = "Bank of Olivia\nDE00 1234\n```@everyone"


@pytest.fixture
async def transfers(tmp_path: Path) -> AsyncIterator[Community]:
    """Olivia sells Gold for US$19.00 and takes bank transfers only."""
    async with running_community(
        tmp_path,
        PAYMENTS__TILL__ENABLED="false",
        PAYMENTS__MANUAL__CURRENCIES='["USD"]',
        PAYMENTS__MANUAL__INSTRUCTIONS=HOW,
    ) as there:
        await shop(there)
        yield there


@pytest.fixture
async def till(tmp_path: Path) -> AsyncIterator[Community]:
    """Olivia sells Gold for US$19.00 at the till, and Ann has bought it."""
    async with running_community(tmp_path) as there:
        await shop(there)
        await press(await link(there), "pay")
        await there.settled()
        yield there


async def ask(community: Community, command: str, **options: Any) -> dict[str, Any]:
    answer = await community.slash("olivia", command, channel="staff", **options)
    assert answer["state"] == "answered", answer
    return dict(answer["message"])


async def number(community: Community, command: str) -> str:
    """The one order that this command offers."""
    [choice] = await community.choices("olivia", command, "order", channel="staff")
    return str(choice["value"])


async def test_a_bank_transfer_from_the_card_to_the_role_and_back(transfers: Community) -> None:
    card = (await transfers.slash("ann", "membership buy", plan="Gold"))["message"]
    order = await number(transfers, "order paid")
    assert "Bank of Olivia\nDE00 1234" in words(card)
    assert f"Reference: {order}" in words(card)
    assert "```@everyone" not in words(card)

    told = await ask(transfers, "order paid", order=order, reason="on the statement")
    await transfers.settled()
    assert "gets **Gold** now" in words(told)
    assert "Gold" in await roles(transfers)
    assert "Nothing was changed" in words(await ask(transfers, "order paid", order=order, reason="again"))

    asked = await ask(transfers, "order refund", order=order, reason="she left")
    assert "Nobody but you can send this money" in words(asked)
    done = await transfers.click("olivia", asked["id"], label="I have sent $19.00")
    await transfers.settled()
    assert "Noted: $19.00 went back" in words(done["message"])
    assert "Gold" not in await roles(transfers)
    assert "$19.00 came = $0.00 for what was sold + $19.00 given back + $0.00 open" in words(
        await ask(transfers, "order books")
    )


async def test_orders_are_found_by_their_buyer_and_opened_from_the_list(till: Community) -> None:
    await link(till, "bob")

    async def offered(typed: str) -> list[list[str]]:
        choices = await till.choices("olivia", "order show", "order", channel="staff", order=typed)
        return [choice["name"].split(" · ")[:3] for choice in choices]

    assert await offered("") == [["Bob Miller", "Gold", "$19.00"], ["Ann Taylor", "Gold", "$19.00"]]
    assert await offered("ann") == [["Ann Taylor", "Gold", "$19.00"]]
    assert len(await offered("gold")) == 2
    assert await offered("nobody") == []

    listed = await ask(till, "order list")
    [choice] = await till.choices("olivia", "order show", "order", channel="staff", order="taylor")
    opened = await till.select("olivia", listed["id"], "pick.order", [str(choice["value"])])
    assert "What happened" in words(opened["message"])


async def test_a_part_is_noted_corrected_and_completed_from_the_order_s_card(transfers: Community) -> None:
    await transfers.slash("ann", "membership buy", plan="Gold")
    order = await number(transfers, "order paid")
    told = await ask(transfers, "order paid", order=order, reason="on the statement", amount="15")
    assert "$4.00 is still open" in words(told)
    [offered] = await transfers.choices("olivia", "order correct", "note", channel="staff", order=order)
    assert offered["name"].startswith("paid · $15.00")

    form = (await transfers.click("olivia", told["id"], label="Correct a note…"))["modal"]
    corrected = (await transfers.submit("olivia", form, {"amount": "12", "reason": "a slip"}))["message"]
    assert "$12.00 came, not $15.00" in words(corrected)
    shown = (await transfers.click("olivia", corrected["id"], label="Show the order"))["message"]
    assert "**$12.00 of $19.00 noted** · $7.00 still open" in words(shown)
    assert "$12.00 of $19.00 has arrived" in words(
        (await transfers.slash("ann", "membership status"))["message"]
    )

    form = (await transfers.click("olivia", shown["id"], label="Note the rest…"))["modal"]
    done = await transfers.submit("olivia", form, {"amount": "", "reason": "the rest"})
    await transfers.settled()
    assert "gets **Gold** now" in words(done["message"])
    assert "Gold" in await roles(transfers)


async def test_an_order_with_a_part_waits_longer_by_a_button(transfers: Community) -> None:
    await transfers.slash("ann", "membership buy", plan="Gold")
    order = await number(transfers, "order paid")
    await ask(transfers, "order paid", order=order, reason="on the statement", amount="15")
    await transfers.clock(advance=8 * 86_400)
    await transfers.settled()
    assert "Only a part of its price came" in words(await ask(transfers, "order list"))

    shown = await ask(transfers, "order show", order=order)
    later = await transfers.click("olivia", shown["id"], label="Let it wait longer")
    await transfers.settled()

    assert "Its time is over" not in words(later["message"])
    assert "Only a part" not in words(await ask(transfers, "order list"))


async def test_a_part_goes_back_by_the_form_on_the_order_s_card(till: Community) -> None:
    shown = await ask(till, "order show", order=await number(till, "order show"))
    assert "What happened" in words(shown)

    form = (await till.click("olivia", shown["id"], label="Refund…"))["modal"]
    asked = await till.submit("olivia", form, {"amount": "5", "reason": "a discount"})
    assert "The membership stays as it is." in words(asked["message"])
    await till.click("olivia", asked["message"]["id"], label="Give $5.00 back")
    await till.settled()

    assert "Gold" in await roles(till)
    again = (await till.click("olivia", shown["id"], label="Look again at the provider"))["message"]
    assert "refunded · $5.00" in words(again)
    form = (await till.click("olivia", again["id"], label="Refund…"))["modal"]
    wrong = await till.submit("olivia", form, {"amount": "15", "reason": "too much"})
    assert "You can give back $14.00 at most" in words(wrong["message"])


async def test_the_receipt_opens_from_the_card_of_what_was_bought(till: Community) -> None:
    told = await ask(till, "order resend", order=await number(till, "order resend"))
    [url] = [button["url"] for button in buttons(told) if "url" in button]

    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        page = await answer.text()
        assert answer.status == 200
    assert "Play money" in page
    assert "$19.00" in page


async def test_both_files_can_be_taken_along(till: Community) -> None:
    told = await ask(till, "order export")

    names = sorted(file["filename"] for file in told["attachments"])
    assert names == ["ledger-all-now.csv", "orders-all-now.csv"]


async def test_orders_are_listed_by_who_and_how(till: Community) -> None:
    await till.slash("bob", "membership buy", plan="Gold")

    assert words(await ask(till, "order list")).count("Gold") == 2
    assert words(await ask(till, "order list", member="bob", state="pending")).count("Gold") == 1
    assert "No order fits" in words(await ask(till, "order list", state="refunded"))
    [plan] = await till.choices("olivia", "order list", "plan", channel="staff")
    assert words(await ask(till, "order list", plan=plan["value"])).count("Gold") == 2


async def test_nobody_else_is_offered_an_order(till: Community) -> None:
    with pytest.raises(PersonRefused):
        await till.choices("max", "order refund", "order", channel="staff")
