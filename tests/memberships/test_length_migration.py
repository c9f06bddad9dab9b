"""What was bought under an older Lyceum is as long as it was, and what was taken away has the days left that it had then."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from bot.clock import real_now
from bot.db.migrate import migrate
from tests.community import ROOT

FIRST = "2026-11-05 08:00:00.000000"
T, MID, END = "2026-11-02 08:00:00.000000", "2026-11-12 08:00:00.000000", "2026-12-02 08:00:00.000000"
BEFORE = f"""
INSERT INTO tier (id, guild_id, name, name_key, description, position, version, created_at)
    VALUES (1, 7, 'Gold', 'gold', '', 0, 1, '{T}');
INSERT INTO terms (guild_id, tier_id, version, roles, events, consultations, discount, grace_days, after, made_at, made_by)
    VALUES (7, 1, 1, '[50]', 0, 0, 0, 0, 'take', '{T}', 0);
INSERT INTO "order" (id, guild_id, user_id, tier_id, version, state, provider, kind, days, months, amount, currency,
    renewal_amount, credit, discount, extra, follows, created_at, expires_at, changed_at)
    VALUES (11, 7, 1, 1, 1, 'paid', 'bank', 'once', 30, 0, 1900, 'USD', NULL, 0, 0, 0, 99, '{T}', '{T}', '{T}'),
           (12, 7, 1, 1, 1, 'refunded', 'bank', 'prepaid', 0, 1, 1900, 'USD', NULL, 0, 0, 0, NULL, '{T}', '{T}', '{T}'),
           (13, 7, 1, 1, 1, 'paid', 'bank', 'lifetime', 0, 0, 9900, 'USD', NULL, 0, 0, 0, NULL, '{T}', '{T}', '{T}'),
           (14, 7, 1, 1, 1, 'paid', 'bank', 'recurring', 0, 1, 900, 'USD', 900, 0, 0, 0, NULL, '{T}', '{T}', '{T}'),
           (16, 7, 1, 1, 1, 'disputed', 'bank', 'once', 30, 0, 1900, 'USD', NULL, 0, 0, 0, NULL, '{T}', '{T}', '{T}'),
           (17, 7, 1, 1, 1, 'refunded', 'bank', 'once', 30, 0, 1900, 'USD', NULL, 0, 0, 0, NULL, '{T}', '{T}', '{T}'),
           (18, 7, 1, 1, 1, 'disputed', 'bank', 'once', 30, 0, 1900, 'USD', NULL, 0, 0, 0, NULL, '{T}', '{T}', '{T}'),
           (19, 7, 1, 1, 1, 'paid', 'bank', 'once', 30, 0, 1900, 'USD', NULL, 0, 0, 0, NULL, '{T}', '{T}', '{T}'),
           (20, 7, 1, 1, 1, 'disputed', 'bank', 'once', 30, 0, 1900, 'USD', NULL, 0, 0, 0, NULL, '{T}', '{T}', '{T}');
UPDATE "order" SET phase = 'active' WHERE id = 14;
INSERT INTO customer (guild_id, user_id, provider, ref) VALUES (7, 1, 'bank', 'cus_1'), (7, 1, 'till', 'cus_2');
INSERT INTO payment (guild_id, order_id, provider, kind, object_id, payment_id, ref, amount, currency, renewal, at, recorded_at)
    VALUES (7, 18, 'bank', 'disputed', 'dp_1', 'pay_1', 'cs_18', 1900, 'USD', 0, '{T}', '{MID}');
INSERT INTO entitlement (id, guild_id, user_id, tier_id, version, order_id, source, reason, state, starts_at, ends_at,
    held_until, ended_at)
    VALUES (1, 7, 1, 1, 1, 11, 'order', '', 'live', '{T}', '{END}', '{END}', NULL),
           (2, 7, 1, 1, 1, 12, 'order', '', 'revoked', '{T}', '{END}', '{END}', '{MID}'),
           (3, 7, 1, 1, 1, 13, 'order', '', 'live', '{T}', '9999-12-31 00:00:00', '9999-12-31 00:00:00', NULL),
           (4, 7, 1, 1, 1, 14, 'order', '', 'live', '{T}', '{END}', '{END}', NULL),
           (5, 7, 1, 1, 1, NULL, 'grant', '', 'live', '{T}', '{END}', '{END}', NULL),
           (6, 7, 1, 1, 1, 16, 'order', '', 'suspended', '{T}', '{END}', '{END}', NULL),
           (7, 7, 1, 1, 1, 17, 'order', '', 'revoked', '{T}', '{END}', '{END}', '{MID}'),
           (8, 7, 1, 1, 1, 18, 'order', '', 'suspended', '{T}', '{END}', '{END}', NULL),
           (9, 7, 1, 1, 1, 19, 'order', '', 'revoked', '{T}', '{END}', '{END}', '{MID}'),
           (10, 7, 1, 1, 1, 20, 'order', '', 'suspended', '{T}', '{END}', '{END}', NULL);
INSERT INTO revocation (id, guild_id, entitlement_id, actor, reason, at) VALUES (1, 7, 9, 5, 'no', '{MID}');
INSERT INTO audit (id, guild_id, at, actor, what, subject, detail)
    VALUES (1, 7, '{T}', 0, 'entitlement.suspended', 6, '{{}}'), (2, 7, '{T}', 0, 'entitlement.live', 6, '{{}}'),
           (3, 7, '{MID}', 0, 'entitlement.suspended', 6, '{{}}'), (4, 8, '{END}', 0, 'entitlement.live', 6, '{{}}'),
           (5, 7, '{FIRST}', 0, 'entitlement.suspended', 7, '{{}}'), (6, 7, '{MID}', 0, 'entitlement.revoked', 7, '{{}}'),
           (7, 7, '{FIRST}', 0, 'entitlement.suspended', 9, '{{}}'), (8, 7, '{MID}', 5, 'entitlement.revoked', 9, '{{}}');
"""


def test_what_was_bought_before_keeps_its_length(tmp_path: Path) -> None:
    path = tmp_path / "lyceum.db"
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0006")
    engine.dispose()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(BEFORE)

    migrate(path, real_now())

    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT id, length, cut, taken_at, follows FROM entitlement ORDER BY id")
        assert rows.fetchall() == [
            (1, 30 * 86400, 0, None, 99),
            (2, 30 * 86400, 0, MID, None),
            (3, None, 0, None, None),
            (4, None, 0, None, None),
            (5, None, 0, None, None),
            (6, 30 * 86400, 0, MID, None),
            (7, 30 * 86400, 0, FIRST, None),  # it was suspended before it was revoked
            (8, 30 * 86400, 0, MID, None),  # by the report of the dispute: the log is silent
            (9, 30 * 86400, 0, MID, None),  # by staff: their word counts from when it was said
            (10, 30 * 86400, 0, None, None),  # nobody knows
        ]
        paying = connection.execute('SELECT id, customer FROM "order" WHERE customer IS NOT NULL')
        assert paying.fetchall() == [(14, "cus_1")]
