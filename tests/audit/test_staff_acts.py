"""Whatever staff change is in the log, under their name: every command and button is asked, and the commands are typed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.audit import LYCEUM, AuditAction, reading
from bot.audit.tables import audit
from bot.demo.month import zipped
from bot.demo.people import Answer, upload, words
from tests import test_authorisation as authorisation
from tests.audit.acts import BUTTONS, COMMANDS, READS
from tests.community import Community, running_community
from tests.courses.classroom import DEMO, course_of
from tests.memberships.shop import GOLD, GUILD, OLIVIA, opened
from tests.test_authorisation import PAGES, Class


class StaffAtWork:
    """Staff at work, and what the log says of each thing that they do."""

    def __init__(self, community: Community, ids: dict[str, int]) -> None:
        self.community = community
        self.ids = ids
        self.typed: set[str] = set()

    async def types(self, who: str, command: str, **options: Any) -> Answer:
        """The answer; AssertionError unless the log tells exactly what the command declares, by this person."""
        before = await self._newest()
        answer = await self.community.slash(who, command, channel="staff", **options)
        assert answer["state"] == "answered", answer
        self._check(command, words(answer["message"]), await self._done(who, before), COMMANDS[command])
        self.typed.add(command)
        return answer["message"]

    async def presses(self, who: str, message: Answer, button: str, label: str) -> None:
        before = await self._newest()
        answer = await self.community.click(who, message["id"], label=label)
        self._check(button, words(answer["message"]), await self._done(who, before), BUTTONS[button])

    def _check(self, act: str, told: str, done: set[str], declared: frozenset[AuditAction]) -> None:
        assert done, f"{act} is not in the log: {told}"
        assert done <= declared, f"{act} did {done}"

    async def _done(self, who: str, after: int) -> set[str]:
        query = select(audit.c.what).where(audit.c.id > after, audit.c.actor == self.ids[who])
        async with self.community.app.db.read() as db:
            return set((await db.execute(query)).scalars())

    async def _newest(self) -> int:
        async with self.community.app.db.read() as db:
            return (await db.execute(select(func.coalesce(func.max(audit.c.id), 0)))).scalar_one()


@pytest.fixture
async def staff(tmp_path: Path) -> AsyncIterator[StaffAtWork]:
    """Members pay by bank transfer; there are roles to sell."""
    async with running_community(
        tmp_path,
        PAYMENTS__TILL__ENABLED="false",
        PAYMENTS__MANUAL__CURRENCIES='["USD"]',
        PAYMENTS__MANUAL__INSTRUCTIONS="To Olivia",
    ) as community:
        for name in ("Gold", "Silver", "Pro", "Studio"):
            await community.discord("olivia", "POST", f"/guilds/{community.guild_id}/roles", {"name": name})
        people = (await community.world())["members"]
        yield StaffAtWork(community, {one["user"]["username"]: int(one["user"]["id"]) for one in people})


def test_every_button_of_staff_is_declared() -> None:
    assert set(BUTTONS) == set(authorisation.BUTTONS)


async def test_every_command_of_staff_is_declared_and_those_that_change_something_are_in_the_log(
    staff: StaffAtWork,
) -> None:
    community = staff.community
    leaves = authorisation.leaves(community)
    assert {command for command in leaves if PAGES[command.partition(" ")[0]] > Class.MEMBER} == set(COMMANDS)

    await _shelf(staff)
    await _courses(staff)
    await _events(staff)
    await _access(staff)
    await _orders(staff)

    changing = {command for command, acts in COMMANDS.items() if acts != READS}
    assert changing - staff.typed == set()


async def _shelf(staff: StaffAtWork) -> None:
    sold = {"price": "19", "currency": "USD", "days": 30}
    for name in ("Gold", "Silver", "Pro", "Studio"):
        await staff.types("olivia", "tier create", name_=name, role=name, **sold)
    await staff.types("olivia", "tier price add", tier="Gold", price="50", currency="USD", months=3)
    offered = await staff.community.choices(
        "olivia", "tier price remove", "price", channel="staff", tier="Gold", price=""
    )
    await staff.types("olivia", "tier price remove", tier="Gold", price=offered[1]["value"])
    await staff.types("olivia", "tier edit", tier="Gold", description="For everybody")
    await staff.types("olivia", "tier order", tier="Gold", position=2)
    await staff.types("olivia", "tier archive", tier="Silver")
    await staff.types("olivia", "tier restore", tier="Silver")
    await staff.types("olivia", "tier shop", channel_="general")


async def _courses(staff: StaffAtWork) -> None:
    await staff.types("max", "teach import", file=upload("course.zip", zipped(DEMO)))
    course = await course_of(staff.community)
    await staff.types("max", "teach lock", course=course, tier="Pro")
    await staff.types("olivia", "teach price add", course=course, price="29", currency="USD")
    [offered] = await staff.community.choices(
        "olivia", "teach price remove", "price", channel="staff", course=course, price=""
    )
    await staff.types("olivia", "teach price remove", course=course, price=offered["value"])
    await staff.types("max", "teach lock", course=course)
    await staff.types("olivia", "tier course", tier="Gold", course=course)


async def _events(staff: StaffAtWork) -> None:
    await staff.types(
        "max", "host create", kind="talk", title="Async", when="tomorrow 19:30", channel_="Classroom"
    )
    [event] = await staff.community.choices("max", "host cancel", "event", channel="staff")
    await staff.types("max", "host cancel", event=event["value"])


async def _access(staff: StaffAtWork) -> None:
    community = staff.community
    await staff.types("olivia", "access grant", member="ann", tier="Gold", until="30", reason="a present")
    await community.settled()
    card = await staff.types("olivia", "tier edit", tier="Gold", add_role="Silver")
    await staff.presses("olivia", card, "tier.apply_all", "Apply to existing too")
    await staff.types("olivia", "access withhold", member="ann", role="Gold", until="3", reason="a pause")
    await staff.types("olivia", "access release", member="ann", role="Gold")
    await staff.types("olivia", "access transfer", old="ann", new="cid", reason="a new account")
    await staff.types("olivia", "access revoke", member="cid", tier="Gold", reason="spam")
    world = await community.world()
    studio = next(role["id"] for role in world["roles"] if role["name"] == "Studio")
    eve = staff.ids["eve"]
    await community.discord("olivia", "PUT", f"/guilds/{community.guild_id}/members/{eve}/roles/{studio}")
    await staff.types("olivia", "access import", tier="Studio", until="30", source="elsewhere", confirm=True)


async def _orders(staff: StaffAtWork) -> None:
    await staff.community.slash("ann", "membership buy", plan="Pro")
    [choice] = await staff.community.choices("olivia", "order paid", "order", channel="staff")
    order = choice["value"]
    await staff.types("olivia", "order resend", order=order)
    await staff.types("olivia", "order paid", order=order, reason="on the statement", amount="91")
    await staff.types("olivia", "order correct", order=order, reason="a typing slip", amount="19")
    card = await staff.types("olivia", "order refund", order=order, reason="she left")
    await staff.presses("olivia", card, "order.give_back", "I have sent $19.00")
    await staff.types("olivia", "order export")


async def test_what_changes_nothing_is_not_in_the_log(staff: StaffAtWork) -> None:
    for name in ("Pro", "Studio"):  # which the course names
        await staff.types("olivia", "tier create", name_=name, role=name, price="19", currency="USD", days=30)
    for _ in range(2):
        await staff.community.slash("max", "teach import", file=upload("course.zip", zipped(DEMO)))
        await staff.community.slash("max", "teach lock", course=await course_of(staff.community), tier="Pro")
        await staff.community.slash("max", "teach lock", course=await course_of(staff.community), tier="Pro")

    assert len(await _written(staff, AuditAction.COURSE_IMPORTED)) == 1
    assert len(await _written(staff, AuditAction.COURSE_LOCKED)) == 1


async def test_an_event_is_cancelled_once_and_by_whom_is_known(staff: StaffAtWork) -> None:
    community = staff.community
    await staff.types(
        "max", "host create", kind="talk", title="Async", when="tomorrow 19:30", channel_="Classroom"
    )
    [event] = await community.choices("max", "host cancel", "event", channel="staff")
    for who in ("olivia", "max"):
        await community.slash(who, "host cancel", channel="staff", event=event["value"])

    [entry] = await _written(staff, AuditAction.EVENT_CANCELLED)
    assert (entry.actor, entry.subject, entry.detail) == (
        staff.ids["olivia"],
        int(event["value"]),
        {"title": "Async"},
    )


async def _written(staff: StaffAtWork, action: AuditAction) -> list[Any]:
    async with staff.community.app.db.read() as db:
        return list((await db.execute(select(audit).where(audit.c.what == action))).all())


async def test_who_lets_lyceum_try_again_is_in_the_log(tmp_path: Path) -> None:
    async with opened(tmp_path) as shop:
        breaker = shop.service.breaker
        await breaker.refused(GUILD, GOLD)
        await breaker.retry(GUILD, OLIVIA)
        await breaker.retry(GUILD)  # roles changed: Lyceum tries by itself, and nothing is open

        entries = await shop.service.log(GUILD, None)

    assert [(entry.what, entry.actor) for entry in entries] == [
        (AuditAction.BREAKER_CLOSED, OLIVIA),
        (AuditAction.BREAKER_RETRIED, OLIVIA),
        (AuditAction.BREAKER_OPENED, LYCEUM),
    ]


async def test_who_looks_again_at_a_tier_puts_it_back_on_sale(tmp_path: Path) -> None:
    async with opened(tmp_path) as shop:
        tier = await shop.tier()
        gold = shop.server.all_roles.pop(GOLD)
        await shop.service.catalog.recheck(GUILD)
        shop.server.all_roles[GOLD] = gold
        await shop.service.catalog.recheck(GUILD, OLIVIA)

        async with shop.db.read() as db:
            entries = await reading.about(db, GUILD, [tier.id])

    assert [(entry.what, entry.actor) for entry in entries][1:] == [
        (AuditAction.TIER_SUSPENDED, LYCEUM),
        (AuditAction.TIER_RESUMED, OLIVIA),
    ]
