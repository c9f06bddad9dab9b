"""Every card that grows with data, at its worst, as Discord takes it: sent to the sandbox, which keeps Discord's limits."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import discord
import pytest

from bot.audit import AuditAction, Entry
from bot.cards import Card, Line, Row, Text
from bot.demo.people import buttons, words
from bot.discord.components import view
from bot.events import cards as event_cards
from bot.events.event import Event, EventKind, EventState, ListedEvent
from bot.i18n import Catalog, Language
from bot.memberships.access import cards as access_cards
from bot.memberships.access.role_audit import RoleAuditReport, RoleDifference
from bot.memberships.backoffice import cards as backoffice_cards
from bot.memberships.backoffice import detail_cards
from bot.memberships.backoffice.backoffice import OrderDetail, OrderListing, Waiting
from bot.memberships.backoffice.cards import UNMATCHED_SHOWN
from bot.memberships.catalog import cards as catalog_cards
from bot.memberships.catalog import shop_view
from bot.memberships.catalog.store import tiers
from bot.memberships.changes import cards as change_cards
from bot.memberships.changes import status_cards
from bot.memberships.changes.renewals import Endings
from bot.memberships.changes.status_cards import Status
from bot.memberships.model import (
    BillingKind,
    Duration,
    Entitlement,
    EntitlementStatus,
    Order,
    OrderStatus,
    Price,
    Product,
    Search,
    Terms,
    Tier,
)
from bot.memberships.orders import cards as order_cards
from bot.memberships.orders.cards import Offer
from bot.memberships.orders.holdings import OwnedMembership, PlannedChange
from bot.memberships.orders.purchasing import PurchaseChoice
from bot.memberships.orders.store.ledger import Booking
from bot.money import Money
from bot.paging import MESSAGE, cut, fit, total
from bot.payments.port import Fact, FactKind, Phase, Unmatched
from tests.community import Community, running_community

NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)
ID = 2**62
NAMES = ("*" * 80, "界" * 80, "🎓" * 80)
"""The longest names: of letters that are escaped, of three bytes each, and of two units each."""
USD = "USD"
TEXTS = Catalog("en", ZoneInfo("UTC"))
LANGUAGES = ("en-US", "zh-CN")


def tier(number: int, name: str, *, archived: bool = False) -> Tier:
    return Tier(
        id=ID + number,
        guild_id=7,
        name=name[: 80 - len(str(number))] + str(number),
        description=name[0] * 300,
        position=number,
        seats=1_000_000,
        suspended="role-dangerous" if number % 2 else None,
        archived=archived,
        terms=Terms(
            version=1,
            roles=tuple(range(ID, ID + 6)),
            events=True,
            consultations=100,
            discount=100,
            grace_days=90,
        ),
    )


def product(number: int, name: str, prices: int = 9, *, archived: bool = False) -> Product:
    sold = tuple(
        Price(
            ID + 100 * number + n,
            ID + number,
            Duration(BillingKind.RECURRING if n % 2 else BillingKind.PREPAID, months=n + 1),
            Money(99_999_999, USD),
        )
        for n in range(prices)
    )
    return Product(tier(number, name, archived=archived), sold)


def order(number: int, name: str, state: OrderStatus = OrderStatus.PAID) -> Order:
    money = Money(99_999_999, USD)
    return Order(
        id=ID + number,
        guild_id=7,
        user_id=ID,
        tier=tier(number, name),
        price_id=None,
        state=state,
        provider="stripe",
        ref="cs_" + "x" * 60,
        duration=Duration(BillingKind.RECURRING, months=12),
        price=money,
        renewal=money,
        credit=money,
        replaces=None,
        follows=None,
        phase=Phase.PAST_DUE,
        created_at=NOW,
        expires_at=NOW,
        discount=99_999_999,
    )


def held(number: int, name: str, source: str = "order") -> OwnedMembership:
    bought = order(number, name)
    entitlement = Entitlement(
        id=ID + number,
        guild_id=7,
        user_id=ID,
        acquired_by=ID,
        tier=bought.tier,
        order_id=bought.id if source == "order" else None,
        source=source,
        reason=name * 2,
        status=EntitlementStatus.LIVE,
        starts_at=NOW - timedelta(days=1),
        ends_at=NOW + timedelta(days=30),
        held_until=NOW + timedelta(days=60),
    )
    return OwnedMembership(entitlement, bought if source == "order" else None)


def fact(number: int) -> Fact:
    return Fact(
        kind=FactKind.PAID,
        object_id=f"pi_{number}" + "x" * 60,
        guild_id=7,
        order_id=ID,
        ref="cs",
        money=Money(99_999_999, USD),
        at=NOW,
    )


def event(number: int, name: str) -> ListedEvent:
    starts = NOW + timedelta(days=number)
    return ListedEvent(
        Event(
            id=ID + number,
            guild_id=7,
            title=name,
            said_wall="",
            said_zone="UTC",
            discord_event_id=None,
            card_channel_id=None,
            card_message_id=None,
            created_at=NOW,
            kind=EventKind.WORKSHOP,
            host_id=ID,
            starts_at=starts,
            ends_at=starts + timedelta(hours=2),
            state=EventState.SCHEDULED,
            voice_channel_id=None,
            address=name[0] * 100,
            members_only=True,
        ),
        10**6,
        False,
    )


def status_of(name: str) -> Status:
    planned = tuple(PlannedChange(order(n, name), None, NOW) for n in range(8))
    return Status(
        held=tuple(held(n, name) for n in range(12)),
        ahead=tuple(held(n, name) for n in range(6)),
        planned=planned,
        orders=tuple(order(n, name) for n in range(5)),
        roles=frozenset(),
        now=NOW,
        playing=True,
        reminders=False,
        soon=timedelta(days=7),
        receipts={ID + n: "https://shop.example/receipt/" + "x" * 80 for n in range(5)},
    )


def listing(name: str, waiting: int = 25, strays: int = 30) -> OrderListing:
    return OrderListing(
        search=Search(ID, OrderStatus.PENDING, ID),
        number=1,
        pages=100,
        total=1000,
        orders=tuple(order(n, name) for n in range(10)),
        waiting=tuple(Waiting("payment-mismatch", order(n, name)) for n in range(waiting)),
        unmatched_payments=tuple(
            Unmatched("stripe", f"evt_{n}", "charge", f"ch_{n}" + "x" * 60, Money(99_999_999, USD), NOW)
            for n in range(strays)
        ),
    )


def detail(name: str) -> OrderDetail:
    notes = [Entry(NOW, ID, AuditAction.REFUND_ASKED, ID, {"reason": name * 2}) for _ in range(20)]
    sides = [
        Booking(ID, "stripe", f"paid:{n}", f"{side}:{ID}", Money(99_999_999, USD), NOW)
        for n in range(20)
        for side in ("clearing", "sales")
    ]
    return OrderDetail(
        order=order(1, name),
        facts=tuple(fact(n) for n in range(20)),
        bookings=tuple(sides),
        entitlement=held(1, name).entitlement,
        notes=tuple(notes),
        refundable=True,
        by_hand=True,
        play_money=True,
        parts=None,
        correctable=True,
        overdue=True,
    )


def explained(name: str) -> access_cards.Explanation:
    return access_cards.Explanation(
        user_id=ID,
        held_entitlements=tuple(held(n, name, "grant").entitlement for n in range(25)),
        wanted=frozenset(range(ID, ID + 6)),
        ours=frozenset(range(ID, ID + 6)),
        held=frozenset(range(100)),
        now=NOW,
        existing_roles=frozenset(),
    )


def audited(t: Language, name: str, page: int) -> Card:
    differences = tuple(
        RoleDifference(ID + n, frozenset(range(ID, ID + 6)), frozenset(range(9)), frozenset({ID}))
        for n in range(100)
    )
    return access_cards.audited(t, RoleAuditReport(10**6, 10**6, differences), repairing=False)


Build = Callable[[Language, str, int], Card]
CARDS: dict[str, Build] = {
    "plans": lambda t, name, page: order_cards.plans(
        t, [Offer(product(n, name), held(n, name).entitlement) for n in range(11)], True, page
    ),
    "tier list": lambda t, name, page: catalog_cards.listed(
        t, [product(n, name, archived=n >= 5) for n in range(25)], page
    ),
    "shop": lambda t, name, page: shop_view.shop(t, [product(n, name) for n in range(11)], {}, True, page),
    "preview": lambda t, name, page: shop_view.preview(t, product(1, name, 30), 0, [name] * 30),
    "prices": lambda t, name, page: catalog_cards.priced(t, product(1, name, 60), lambda price: False),
    "choice of prices": lambda t, name, page: change_cards.choice(
        t,
        PurchaseChoice(
            tier=tier(1, name),
            prices=product(1, name, 25).prices,
            actions=tuple(f"some.thing:{n}" for n in range(25)),
            percent=9,
            opened_by=(name, name, name, name),
        ),
    ),
    "options": lambda t, name, page: change_cards.options(
        t, held(1, name), [product(n, name) for n in range(2, 20)]
    ),
    "status": lambda t, name, page: status_cards.status(t, status_of(name), page),
    "endings": lambda t, name, page: status_cards.endings(
        t, Endings(status_of(name).held, status_of(name).planned), page
    ),
    "orders": lambda t, name, page: backoffice_cards.order_list(t, listing(name)),
    "needs you": lambda t, name, page: backoffice_cards.needs_you(t, listing(name), page),
    "order": lambda t, name, page: detail_cards.order_detail(t, detail(name), page),
    "explanation": lambda t, name, page: access_cards.explanation(t, explained(name), page),
    "log": lambda t, name, page: access_cards.history(
        t, [Entry(NOW, ID, AuditAction.ENTITLEMENT_REVOKED, ID, {"reason": name * 2})] * 20, ID, page
    ),
    "audit": audited,
    "events": lambda t, name, page: event_cards.listed(t, [event(n, name) for n in range(60)], page),
}


@pytest.fixture
async def community(tmp_path: Path) -> AsyncIterator[Community]:
    async with running_community(tmp_path) as there:
        yield there


def built(build: Build, locales: Sequence[str] = LANGUAGES, names: Sequence[str] = NAMES) -> Iterator[Card]:
    """Every page of it, in each language and with each of the longest names."""
    for locale in locales:
        for name in names:
            t = TEXTS.of(locale)
            first = build(t, name, 0)
            pages = len(cut(first.blocks)) if first.turn else 1
            yield from (build(t, name, page) for page in range(pages))


@pytest.mark.parametrize("name", CARDS)
def test_every_page_is_within_the_limits(name: str) -> None:
    for card in built(CARDS[name]):
        assert total(fit(card).blocks).within(MESSAGE)


async def test_the_fullest_page_of_each_card_is_taken(community: Community) -> None:
    """In turn in all channels: one takes five messages in five seconds."""
    guild = community.app.client.guilds[0]
    channels = [one for one in guild.text_channels if one.permissions_for(guild.me).send_messages]
    for build, channel in zip(CARDS.values(), itertools.cycle(channels), strict=False):
        shown = built(build, LANGUAGES[:1], NAMES[:1])
        await channel.send(view=view(max(shown, key=lambda card: total(fit(card).blocks).characters), {}))


@pytest.mark.not_judged("more than Discord takes, on purpose")
async def test_control_the_sandbox_refuses_what_discord_refuses(community: Community) -> None:
    channel = community.app.client.guilds[0].text_channels[0]
    for content, match in (["x" * 2001] * 2, "4000"), (["x"] * 41, "40"):
        layout = discord.ui.LayoutView()
        layout._children.extend(
            discord.ui.TextDisplay(text) for text in content
        )  # past discord.py's own check
        with pytest.raises(discord.HTTPException, match=match):
            await channel.send(view=layout)


def test_what_needs_the_owner_leaves_room_for_the_orders_and_shows_the_rest_on_its_own_card() -> None:
    t = TEXTS.of("en-US")
    card = fit(backoffice_cards.order_list(t, listing(NAMES[0])))
    labels = [button.label for block in card.blocks if isinstance(block, Row) for button in block.buttons]
    assert "Show all of them" in labels
    assert any(isinstance(block, Text) and "## Orders" in block.text for block in card.blocks)
    assert any(isinstance(block, Text) and str(ID + 9) in block.text for block in card.blocks)


def test_many_reports_about_no_order_are_one_line_with_their_number() -> None:
    t = TEXTS.of("en-US")
    many = backoffice_cards.order_list(t, listing("Gold", waiting=0, strays=30))
    [line] = [block for block in many.blocks if isinstance(block, Text) and "Stripe" in block.text]
    assert "30 reports from Stripe belong to no order here" in line.text
    few = backoffice_cards.order_list(t, listing("Gold", waiting=0, strays=UNMATCHED_SHOWN))
    assert len([block for block in few.blocks if isinstance(block, Line)]) == UNMATCHED_SHOWN


async def test_a_full_shelf_is_listed_and_its_pages_are_turned(community: Community) -> None:
    """As a member and an owner press it, a posted shop card included."""
    guild_id, app = community.guild_id, community.app
    async with app.db.write() as tx:
        for number in range(11):
            made = product(number, "g" * 80)
            of_guild = replace(made.tier, guild_id=guild_id, suspended=None, seats=None)
            await tiers.add(tx, of_guild, f"tier{number}", NOW, ID)
            for price in made.prices:
                await tiers.add_price(tx, guild_id, price, NOW)

    seen = ""
    message = (await community.slash("ann", "membership plans"))["message"]
    for _ in range(9):
        seen += words(message)
        ahead = [one for one in buttons(message) if one["label"] == "Next" and not one.get("disabled")]
        if not ahead:
            break
        message = (await community.click("ann", message["id"], custom_id=ahead[0]["custom_id"]))["message"]
    assert [number for number in range(11) if f"g{number}**" not in seen] == []
    assert "Page 1 of" in seen

    await community.slash("olivia", "tier shop", channel="staff", channel_="general")
    posted = (await community.messages("general", "ann"))[-1]
    [ahead] = [one for one in buttons(posted) if one["label"] == "Next"]
    answer = await community.click("ann", posted["id"], custom_id=ahead["custom_id"])
    assert "Page 2 of" in words(answer["message"])
    [still] = [one for one in await community.messages("general", "ann") if one["id"] == posted["id"]]
    assert "Page 1 of" in words(still)

    listed = (await community.slash("olivia", "tier list", channel="staff"))["message"]
    assert "Page 1 of" in words(listed)
