"""A database from before 0008: who pays, and who has had which trial, is known after the upgrade too."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, pool

from bot.db.migrate import SCRIPTS, migrate
from tests.memberships.shop import ANN, BOB, CID, GUILD

NOW = datetime(2026, 12, 1, tzinfo=UTC)
T = "2026-12-01 00:00:00.000000"
GOLD_TIER, SILVER_TIER = 1, 2


def before(path: Path) -> sqlite3.Connection:
    """An empty Lyceum of schema 0006, with two tiers."""
    engine = create_engine(f"sqlite:///{path}", poolclass=pool.NullPool)
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0006")
    engine.dispose()
    old = sqlite3.connect(path)
    for tier, name in ((GOLD_TIER, "gold"), (SILVER_TIER, "silver")):
        old.execute(
            "INSERT INTO tier (id, guild_id, name, name_key, description, position, version, created_at)"
            f" VALUES ({tier}, {GUILD}, '{name}', '{name}', '', {tier}, 1, '{T}')"
        )
        old.execute(
            "INSERT INTO terms (guild_id, tier_id, version, roles, events, consultations, discount, grace_days, after,"
            f" made_at, made_by) VALUES ({GUILD}, {tier}, 1, '[50]', 0, 0, 0, 0, 'take', '{T}', 0)"
        )
    return old


def has(
    old: sqlite3.Connection, id_: int, user: int, source: str, tier: int = GOLD_TIER, order: int | None = None
) -> None:
    """An entitlement, and who has it now."""
    old.execute(
        "INSERT INTO entitlement (id, guild_id, user_id, tier_id, version, order_id, source, reason, state, starts_at,"
        f" ends_at, held_until) VALUES (?, {GUILD}, ?, ?, 1, ?, ?, '', 'live', '{T}', '2027-01-01', '2027-01-01')",
        (id_, user, tier, order, source),
    )


def ordered(
    old: sqlite3.Connection, id_: int, user: int, *, renewal: int | None = 1900, replaces: int | None = None
) -> None:
    """An order that was paid."""
    old.execute(
        'INSERT INTO "order" (id, guild_id, user_id, tier_id, version, state, provider, kind, days, months, amount,'
        " currency, renewal_amount, credit, discount, extra, replaces, created_at, expires_at, changed_at)"
        f" VALUES (?, {GUILD}, ?, 1, 1, 'paid', 'bank', ?, 30, 0, 1900, 'USD', ?, 0, 0, 0, ?, '{T}', '{T}', '{T}')",
        (id_, user, "once" if renewal is None else "recurring", renewal, replaces),
    )


def logged(old: sqlite3.Connection, id_: int, user: int, source: str) -> None:
    """Who got it first, as the log has it."""
    old.execute(
        "INSERT INTO audit (id, guild_id, at, actor, what, subject, detail) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (id_ + 1000, GUILD, T, user, f"entitlement.{source}", id_, json.dumps({"member": str(user)})),
    )


def acquired(path: Path) -> dict[int, int]:
    with closing(sqlite3.connect(path)) as new:
        return dict(new.execute("SELECT id, acquired_by FROM entitlement"))


def test_an_order_s_payer_and_a_moved_trial_s_taker_are_known(tmp_path: Path) -> None:
    path = tmp_path / "lyceum.db"
    with closing(before(path)) as old, old:
        ordered(old, 5, ANN, renewal=None)
        has(old, 10, BOB, "order", order=5)
        has(old, 11, BOB, "trial")
        logged(old, 11, ANN, "trial")
        has(old, 12, CID, "grant")
        logged(old, 12, BOB, "grant")
        has(old, 13, CID, "import")  # its entry is lost

    migrate(path, NOW)

    assert acquired(path) == {10: ANN, 11: ANN, 12: BOB, 13: CID}


def test_who_took_a_trial_again_has_one_and_gets_no_third(tmp_path: Path) -> None:
    """Each taker of the log has a trial under their name, and no two have the same."""
    path = tmp_path / "lyceum.db"
    with closing(before(path)) as old, old:
        for id_, taker, holder, tier in (
            (20, ANN, BOB, GOLD_TIER),
            (21, ANN, ANN, GOLD_TIER),
            (30, BOB, CID, SILVER_TIER),
            (31, ANN, BOB, SILVER_TIER),
        ):
            has(old, id_, holder, "trial", tier)
            logged(old, id_, taker, "trial")

    migrate(path, NOW)

    assert acquired(path) == {20: BOB, 21: ANN, 30: BOB, 31: ANN}


def test_what_a_holder_changed_on_the_payer_s_card_is_the_payer_s_again(tmp_path: Path) -> None:
    """Bob had Ann's subscription, changed it twice on her card, and her customer was stored as his. Cid pays for his own."""
    path = tmp_path / "lyceum.db"
    with closing(before(path)) as old, old:
        ordered(old, 1, ANN)
        ordered(old, 2, BOB, replaces=10)
        ordered(old, 3, BOB, replaces=20)
        ordered(old, 4, CID, replaces=10)
        for id_, user, order in ((10, BOB, 1), (20, BOB, 2), (30, BOB, 3), (40, CID, 4)):
            has(old, id_, user, "order", order=order)
        for user, ref in ((ANN, "cus_ann"), (BOB, "cus_ann"), (CID, "cus_cid")):
            old.execute(f"INSERT INTO customer VALUES ({GUILD}, {user}, 'bank', '{ref}')")

    migrate(path, NOW)

    assert acquired(path) == {10: ANN, 20: ANN, 30: ANN, 40: CID}
    with closing(sqlite3.connect(path)) as new:
        assert dict(new.execute('SELECT id, user_id FROM "order"')) == {1: ANN, 2: ANN, 3: ANN, 4: CID}
        assert dict(new.execute("SELECT user_id, ref FROM customer")) == {ANN: "cus_ann", CID: "cus_cid"}
