"""A course that is sold on its own: who may open it, and that no price and no lock opens it to all by accident."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.demo.month import pay
from bot.demo.people import buttons, words
from bot.errors import UserError
from bot.memberships.access.tables import entitlement
from tests.community import Community, running_community
from tests.courses.classroom import brings_demo, course_of, labels, opens_shop, reads
from tests.courses.school import ANN, BOB, GUILD, MAX, PRO, School, course, school

DAY = timedelta(days=1)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[School]:
    async with school(tmp_path) as there:
        yield there


async def sells(here: School, course_id: int, price: str = "29") -> None:
    await here.teaching.add_price(GUILD, course_id, price=price, currency="USD", days=None, actor=MAX)


@pytest.mark.parametrize("tier", [None, "Pro"])
async def test_who_bought_it_opens_it_whatever_else_does(here: School, tier: str | None) -> None:
    course_id = await here.brings(course("A"), tier=tier)
    [lesson] = (await here.lessons(course_id)).values()
    await sells(here, course_id)
    here.sale.bought[BOB] = {course_id}

    with pytest.raises(UserError, match=r"sold on its own.*Get it with .*/course buy"):
        await here.courses.open_lesson(GUILD, ANN, lesson)
    for who, staff in ((BOB, False), (MAX, True)):
        assert (await here.courses.open_lesson(GUILD, who, lesson, staff=staff)).lesson.title == "A"
    here.tier_access.held[ANN] = {PRO}
    assert (await here.courses.browse(GUILD, ANN))[0].locked is (tier is None)


async def test_another_course_that_was_bought_opens_nothing(here: School) -> None:
    first = await here.brings(course("A", slug="first"))
    second = await here.brings(course("A", slug="second"))
    await sells(here, first)
    await sells(here, second)
    here.sale.bought[ANN] = {first}

    assert {one.id: one.locked for one in await here.courses.browse(GUILD, ANN)} == {
        first: False,
        second: True,
    }


async def test_the_last_price_is_not_taken_away_while_that_would_open_it_to_all(here: School) -> None:
    course_id = await here.brings(course("A"))
    await sells(here, course_id)

    with pytest.raises(UserError, match="Without a price everybody could open"):
        await here.teaching.remove_price(GUILD, course_id, "29", MAX)

    await sells(here, course_id)  # the fake shop rolls nothing back
    await here.teaching.lock(GUILD, course_id, "Pro", MAX)
    opening = await here.teaching.remove_price(GUILD, course_id, "29", MAX)
    assert (opening.tiers, opening.offers) == (("Pro",), ())
    assert (await here.courses.browse(GUILD, ANN))[0].locked


async def test_the_last_membership_is_taken_out_only_while_it_is_sold(here: School) -> None:
    course_id = await here.brings(course("A"), tier="Pro")
    with pytest.raises(UserError, match="Without Pro everybody could open"):
        await here.teaching.include(GUILD, course_id, PRO, False, MAX)

    await sells(here, course_id)
    opening = await here.teaching.include(GUILD, course_id, PRO, False, MAX)

    assert opening.tiers == ()
    assert (await here.courses.browse(GUILD, ANN))[0].locked


async def test_opened_to_everybody_it_is_sold_no_more(here: School) -> None:
    course_id = await here.brings(course("A"))
    await sells(here, course_id)

    opening = await here.teaching.lock(GUILD, course_id, None, MAX)

    assert (opening.tiers, opening.offers) == ((), ())
    assert not (await here.courses.browse(GUILD, ANN))[0].locked


async def test_a_new_title_is_what_receipts_say(here: School) -> None:
    course_id = await here.brings(course("A"))
    await sells(here, course_id)
    assert here.sale.names == {course_id: "Knots"}

    await here.brings(replace(course("A"), title="Knots and splices"))

    assert here.sale.names == {course_id: "Knots and splices"}


@pytest.fixture
async def community(tmp_path: Path) -> AsyncIterator[Community]:
    async with running_community(tmp_path) as there:
        yield there


async def test_olivia_prices_a_course_and_ann_buys_it_on_its_card(community: Community) -> None:
    await opens_shop(community)
    await brings_demo(community)
    course_id = await course_of(community)
    refused = await community.slash("max", "teach price add", course=course_id, price="29", currency="USD")
    assert "Only an administrator" in words(refused["message"])
    priced = await community.slash("olivia", "teach price add", course=course_id, price="29", currency="USD")
    assert "opens with Pro / Studio · sold on its own: $29.00 once, for ever" in words(priced["message"])
    assert "Only an administrator" in words(
        (await community.slash("max", "teach lock", course=course_id))["message"]
    )

    locked = await community.slash("ann", "course open", course=course_id)
    assert "🔒 Sold on its own: $29.00 once, for ever. It opens with Pro / Studio too" in words(
        locked["message"]
    )
    assert "embership" not in words(locked["message"]).replace("/membership buy", "")
    bill = await community.click("ann", locked["message"]["id"], label="Buy: $29.00 once, for ever")
    assert "$29.00 for ever. It opens as soon as it is paid." in words(bill["message"])
    await pay(next(button["url"] for button in buttons(bill["message"]) if "url" in button))
    await community.settled()

    [receipt] = [
        one
        for one in await community.messages("general", "ann")
        if "Yours for ever" in words(one) and one["flags"] & 64
    ]
    assert "/course open opens it." in words(receipt)
    lesson = await reads(community, "ann", "What the event loop does")
    assert "# What the event loop does" in words(lesson["message"])
    assert "opens with" in words((await reads(community, "cid", "What the event loop does"))["message"])
    again = await community.slash("ann", "course buy", course=course_id)
    assert "for ever, so there is nothing more to buy" in words(again["message"])
    status = await community.slash("ann", "membership status")
    assert "## What you have\n**Asyncio in practice** — yours for ever" in words(status["message"])


async def test_in_chinese_some_days_are_bought_by_command_given_back_and_the_course_closes(
    community: Community,
) -> None:
    await opens_shop(community)
    await brings_demo(community)
    course_id = await course_of(community)
    for days in (30, 90):
        await community.slash(
            "olivia", "teach price add", course=course_id, price=str(days), currency="USD", days=days
        )
    prices = await community.choices("linxiaoyu", "course buy", "price", course=course_id, price="")
    assert [one["name"] for one in prices] == ["US$30.00，30 天", "US$90.00，90 天"]

    choice = await community.slash("linxiaoyu", "course buy", locale="zh-CN", course=course_id)
    assert "选择哪个价格？" in words(choice["message"])
    assert len(labels(choice["message"])) == 2
    bill = await community.slash(
        "linxiaoyu", "course buy", locale="zh-CN", course=course_id, price=prices[0]["value"]
    )
    assert "付款后立即开放。" in words(bill["message"])
    assert "会员" not in words(bill["message"])
    link = next(button["url"] for button in buttons(bill["message"]) if "url" in button)
    await pay(link)
    await community.settled()
    [receipt] = [one for one in await community.messages("general", "linxiaoyu") if "有效期至" in words(one)]
    assert "/course open" in words(receipt)
    assert "# What the event loop does" in words(
        (await reads(community, "linxiaoyu", "What the event loop does", locale="zh-CN"))["message"]
    )

    async with community.app.db.read() as db:
        [order_id] = (await db.execute(select(entitlement.c.order_id))).scalars()
    drafted = await community.slash(
        "olivia", "order refund", channel="staff", order=str(order_id), reason="asked for"
    )
    assert "They lose what they bought with it." in words(drafted["message"])
    await community.click("olivia", drafted["message"]["id"], label="Give $30.00 back")
    await community.settled()

    closed = await reads(community, "linxiaoyu", "What the event loop does", locale="zh-CN")
    assert "也可单独购买" in words(closed["message"])


@pytest.mark.parametrize(
    ("locale", "told"),
    [
        ("en-US", "You can open it already: it comes with Pro. Buy it only if you want to keep it"),
        ("zh-CN", "你现在就能打开它：Pro 会员已包含这项内容。"),
    ],
)
async def test_whoever_has_it_by_membership_is_told_before_they_pay(
    community: Community, locale: str, told: str
) -> None:
    await opens_shop(community)
    await brings_demo(community)
    course_id = await course_of(community)
    for days in (30, 90):
        await community.slash(
            "olivia", "teach price add", course=course_id, price=str(days), currency="USD", days=days
        )
    await community.slash(
        "olivia", "access grant", member="ann", tier="Pro", until="30", reason="a prize", channel="staff"
    )
    await community.settled()

    for who, knows in (("ann", True), ("linxiaoyu", False)):
        choice = await community.slash(who, "course buy", locale=locale, course=course_id)
        assert (told in words(choice["message"])) is knows
        bill = await community.click(
            who, choice["message"]["id"], label=labels(choice["message"])[0], locale=locale
        )
        assert "30.00" in words(bill["message"])
        assert (told in words(bill["message"])) is knows


@pytest.mark.parametrize("typed", ["", " ", "\u200b"])
async def test_an_empty_name_is_answered_with_what_to_do(here: School, typed: str) -> None:
    course_id = await here.brings(course("A"))

    for looked in (here.teaching.find(GUILD, typed), here.teaching.find_lesson(GUILD, typed, course_id)):
        with pytest.raises(UserError, match="You have not typed a name"):
            await looked
    with pytest.raises(UserError, match="There is no course"):
        await here.teaching.find(GUILD, "Splices")
