"""A database of schema 0003, which kept state in its log: after the upgrade all of it holds as before."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, delete, pool, select

from bot.audit.tables import audit
from bot.db.migrate import SCRIPTS, migrate, revision_of
from bot.errors import UserError
from bot.memberships.access.store import revocations
from bot.memberships.access.tables import revocation
from bot.memberships.backoffice.backoffice import unmatched_id
from bot.memberships.model import EntitlementStatus, Order, OrderStatus, Search
from bot.memberships.orders.store import orders
from bot.memberships.orders.tables import refund_draft
from bot.money import Money
from bot.payments.port import Fact, FactKind, Unmatched
from tests.memberships.shop import ANN, BOB, CID, DAY, GOLD, GUILD, MONDAY, OLIVIA, Shop, opened

TIER, PRICE = 1000, 1001
HERS, HIS, CIDS = 2001, 2002, 2003
OPEN, CONFIRMED = 3001, 3002
SEEN = Unmatched("bank", "evt_seen", "payment", "pay_404", Money(1900, "USD"), MONDAY)
NEW = replace(SEEN, event_id="evt_new")
MAX = 11


def at(moment: datetime) -> str:
    """A time as SQLAlchemy stores it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


class Old:
    """Today's main, as far as its rows go."""

    def __init__(self, path: Path) -> None:
        engine = create_engine(f"sqlite:///{path}", poolclass=pool.NullPool)
        config = Config()
        config.set_main_option("script_location", str(SCRIPTS))
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "0003")
        engine.dispose()
        self.connection = sqlite3.connect(path)

    def put(self, table: str, **values: object) -> None:
        names = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join("?" * len(values))
        self.connection.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', list(values.values()))

    def note(self, id_: int, what: str, actor: int, subject: int, **detail: object) -> None:
        self.put(
            "audit",
            id=id_,
            guild_id=GUILD,
            at=at(MONDAY + timedelta(hours=1)),
            actor=actor,
            what=what,
            subject=subject,
            detail=json.dumps(detail),
        )

    def tier(self) -> None:
        now = at(MONDAY)
        self.put(
            "tier",
            id=TIER,
            guild_id=GUILD,
            name="Gold",
            name_key="gold",
            description="",
            position=1,
            seats=None,
            version=1,
            suspended=None,
            created_at=now,
            archived_at=None,
        )
        self.put(
            "terms",
            guild_id=GUILD,
            tier_id=TIER,
            version=1,
            roles=f"[{GOLD}]",
            events=0,
            consultations=0,
            discount=0,
            grace_days=0,
            after="take",
            after_role_id=None,
            after_until=None,
            made_at=now,
            made_by=OLIVIA,
        )
        self.put(
            "price",
            id=PRICE,
            guild_id=GUILD,
            tier_id=TIER,
            kind="once",
            days=30,
            months=0,
            amount=1900,
            currency="USD",
            created_at=now,
            archived_at=None,
        )

    def bought(self, id_: int, user: int, standing: str = "live") -> None:
        now, end = at(MONDAY), at(MONDAY + 30 * DAY)
        self.put(
            "order",
            id=id_,
            guild_id=GUILD,
            user_id=user,
            tier_id=TIER,
            version=1,
            price_id=PRICE,
            state="paid",
            provider="bank",
            provider_ref=f"co_{id_}",
            kind="once",
            days=30,
            months=0,
            amount=1900,
            currency="USD",
            renewal_amount=None,
            credit=0,
            discount=0,
            extra=0,
            replaces=None,
            follows=None,
            phase=None,
            created_at=now,
            expires_at=end,
            changed_at=now,
        )
        self.put(
            "payment",
            guild_id=GUILD,
            order_id=id_,
            provider="bank",
            kind="paid",
            object_id=f"pay_{id_}",
            payment_id=None,
            ref=f"co_{id_}",
            amount=1900,
            currency="USD",
            starts_at=None,
            ends_at=None,
            renewal=0,
            at=now,
            recorded_at=now,
        )
        self.put(
            "entitlement",
            id=id_ + 5000,
            guild_id=GUILD,
            user_id=user,
            tier_id=TIER,
            version=1,
            order_id=id_,
            source="order",
            reason="",
            state=standing,
            starts_at=now,
            ends_at=end,
            held_until=end,
            ended_at=None if standing == "live" else at(MONDAY + timedelta(hours=1)),
            replaced_by=None,
        )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Ann's refund is drafted, Bob's confirmed; staff revoked what Cid has; one payment without an order was seen to."""
    path = tmp_path / "shop.db"
    old = Old(path)
    old.tier()
    old.bought(HERS, ANN)
    old.bought(HIS, BOB)
    old.bought(CIDS, CID, "revoked")
    old.note(
        OPEN,
        "refund.drafted",
        OLIVIA,
        HERS,
        reason="she asked",
        part=None,
        back=[[f"pay_{HERS}", 1900, "USD"]],
        effect="ends",
    )
    old.note(
        CONFIRMED,
        "refund.drafted",
        OLIVIA,
        HIS,
        reason="half",
        part="9.50",
        back=[[f"pay_{HIS}", 950, "USD"]],
        effect="stays",
    )
    old.note(3003, "refund.asked", OLIVIA, HIS, reason="half", part="9.50", draft=str(CONFIRMED))
    old.note(3004, "refund.asked", ANN, HERS, reason="changed", part="1", draft=None)
    for id_, actor, reason in ((3005, OLIVIA, "given back at the bank"), (3006, MAX, "me too")):
        old.note(
            id_,
            "stray.closed",
            actor,
            GUILD,
            stray=unmatched_id(SEEN),
            provider="bank",
            object="pay_404",
            reason=reason,
        )
    old.note(3007, "entitlement.revoked", MAX, CIDS + 5000, reason="spam")
    old.note(3008, "entitlement.revoked", 0, HIS + 5000, order=str(HIS))
    old.connection.commit()
    old.connection.close()
    assert revision_of(path) == "0003"
    return path


@pytest.fixture
async def shop(path: Path) -> AsyncGenerator[Shop]:
    """The same shop, upgraded."""
    migrate(path, MONDAY)
    async with opened(path.parent) as there:
        there.server.held = {ANN: {GOLD}, BOB: {GOLD}, CID: set(), OLIVIA: set()}
        for id_ in (HERS, HIS, CIDS):
            money = Money(1900, "USD")
            there.provider.known[f"co_{id_}"] = [
                Fact(
                    kind=FactKind.PAID,
                    object_id=f"pay_{id_}",
                    guild_id=GUILD,
                    order_id=id_,
                    ref=f"co_{id_}",
                    money=money,
                    at=MONDAY,
                )
            ]
        there.strays = [SEEN, NEW]
        yield there


async def bought(shop: Shop, id_: int) -> Order:
    async with shop.db.read() as db:
        order = await orders.find(db, GUILD, id_)
    assert order is not None
    return order


async def test_an_open_draft_can_still_be_confirmed_once(shop: Shop) -> None:
    with pytest.raises(UserError, match="Only the person who asked"):
        await shop.service.refunds.confirm(GUILD, str(OPEN), MAX)

    done = await shop.service.refunds.confirm(GUILD, str(OPEN), OLIVIA)
    await shop.worker.run_due()

    assert (done.reason, done.back) == ("she asked", (Money(1900, "USD"),))
    assert (await bought(shop, HERS)).state is OrderStatus.REFUNDED
    with pytest.raises(UserError, match="not done twice"):
        await shop.service.refunds.confirm(GUILD, str(OPEN), OLIVIA)
    assert len(shop.provider.refunds) == 1


async def test_a_draft_that_was_confirmed_is_not_done_again(shop: Shop) -> None:
    with pytest.raises(UserError, match="not done twice"):
        await shop.service.refunds.confirm(GUILD, str(CONFIRMED), OLIVIA)

    await shop.worker.run_due()
    assert shop.provider.refunds == []


async def test_an_open_draft_is_checked_against_what_changed_meanwhile(shop: Shop) -> None:
    [paid] = shop.provider.known[f"co_{HERS}"]
    await shop.settle(shop.refunded(paid, money=Money(400, "USD")))

    with pytest.raises(UserError, match="changed in the meantime"):
        await shop.service.refunds.confirm(GUILD, str(OPEN), OLIVIA)

    async with shop.db.read() as db:
        draft = (await db.execute(select(refund_draft).where(refund_draft.c.id == OPEN))).one()
    assert draft.confirmed_at is None


async def test_money_that_was_seen_to_stays_off_the_list(shop: Shop) -> None:
    assert (await shop.service.backoffice.listing(GUILD, Search())).unmatched_payments == (NEW,)


@pytest.mark.parametrize(
    "kept, standing", [(True, EntitlementStatus.REVOKED), (False, EntitlementStatus.LIVE)]
)
async def test_what_staff_revoked_stays_so_whatever_becomes_of_the_old_money(
    shop: Shop, kept: bool, standing: EntitlementStatus
) -> None:
    """Control: without the moved revocation the old money gives it back."""
    if not kept:
        async with shop.db.write() as tx:
            await tx.execute(delete(revocation))
    [paid] = shop.provider.known[f"co_{CIDS}"]
    dispute = replace(paid, kind=FactKind.DISPUTED, object_id="dp_1", payment_id=paid.object_id)

    await shop.settle(dispute)
    await shop.settle(replace(dispute, kind=FactKind.DISPUTE_WON))

    [(state, _, _)] = await shop.held_entitlements(CID)
    assert state == standing


async def test_only_what_staff_did_counts_as_theirs(shop: Shop) -> None:
    async with shop.db.read() as db:
        assert await revocations.last(db, GUILD, CIDS + 5000) == MONDAY + timedelta(hours=1)
        assert await revocations.last(db, GUILD, HIS + 5000) is None
        [row] = (await db.execute(select(revocation))).all()
    assert (row.actor, row.reason) == (MAX, "spam")


async def test_the_log_keeps_its_rows(shop: Shop) -> None:
    async with shop.db.read() as db:
        ids = list((await db.execute(select(audit.c.id).order_by(audit.c.id))).scalars())

    assert ids == list(range(3001, 3009))
    assert [entry.detail.get("reason") for entry in await shop.service.log(GUILD, CID)] == ["spam"]
    assert len((await shop.service.backoffice.detail(GUILD, str(HIS))).notes) == 3
