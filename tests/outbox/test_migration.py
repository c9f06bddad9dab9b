"""What an older Lyceum had under way, or had sent, is in the outbox after the update: nothing is sent twice."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from bot.clock import real_now
from bot.db.migrate import migrate
from tests.community import ROOT

T = "2026-11-02 08:00:00.000000"
EARLIER = "2026-11-02 07:55:00.000000"
BEFORE = f"""
INSERT INTO event (guild_id, id, kind, title, starts_at, ends_at, said_wall, said_zone, voice_channel_id, host_id, state,
    card_channel_id, card_message_id, created_at)
    VALUES (7, 1, 'talk', 'A', '{T}', '2026-11-02 09:00:00', 'w', 'UTC', 5, 9, 'scheduled', 70, NULL, '{EARLIER}'),
           (7, 2, 'talk', 'B', '{T}', '2026-11-02 09:00:00', 'w', 'UTC', 5, 9, 'scheduled', 70, 700, '{EARLIER}');
INSERT INTO event_reminder (guild_id, event_id, minutes, state, reason, channel_id, message_id, at)
    VALUES (7, 1, 15, 'sending', NULL, 70, NULL, '{T}'), (7, 2, 15, 'sent', NULL, 70, 701, '{T}'),
           (7, 2, 0, 'skipped', 'late', NULL, NULL, '{T}');
INSERT INTO insight_posts (guild_id, week, state, channel_id, since, message_id, others, changed_at)
    VALUES (7, '2026-W43', 'sent', 71, '{EARLIER}', 702, '[]', '{T}'),
           (7, '2026-W44', 'sending', 71, '{EARLIER}', NULL, '[]', '{T}'),
           (7, '2026-W42', 'superseded', NULL, NULL, NULL, '[]', '{T}');
INSERT INTO tier (id, guild_id, name, name_key, description, position, version, created_at)
    VALUES (1, 7, 'Gold', 'gold', '', 0, 1, '{T}');
INSERT INTO terms (guild_id, tier_id, version, roles, events, consultations, discount, grace_days, after, made_at, made_by)
    VALUES (7, 1, 1, '[50]', 0, 0, 0, 0, 'take', '{T}', 0);
INSERT INTO entitlement (id, guild_id, user_id, tier_id, version, source, reason, state, starts_at, ends_at, held_until)
    VALUES (3, 7, 1, 1, 1, 'grant', '', 'live', '{T}', '2026-12-02 08:00:00', '2026-12-02 08:00:00');
INSERT INTO notice (guild_id, entitlement_id, what, state, at)
    VALUES (7, 3, 'before:7:9', 'sent', '{T}'), (7, 3, 'before:1:9', 'sending', '{T}'), (7, 3, 'over:9', 'closed', '{T}'),
           (7, 3, 'grace:9', 'late', '{T}'), (7, 3, 'last:9', 'not_allowed', '{T}'), (7, 3, 'over:8', 'unknown', '{T}');
INSERT INTO work (id, guild_id, kind, key, state, due, not_before, leased_until, tries, generation, payload, changed_at)
    VALUES (1, 7, 'tier.suspended', '11', 'open', '{T}', '{T}', '{T}', 1, 0, '{{}}', '{T}'),
           (2, 7, 'tier.suspended', '12', 'open', '{T}', '{T}', '{T}', 0, 0, '{{}}', '{T}'),
           (3, 7, 'tier.suspended', '13', 'done', '{T}', '{T}', '{T}', 1, 0, '{{}}', '{T}');
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """The file of a Lyceum whose schema was 0003."""
    path = tmp_path / "lyceum.db"
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
    engine.dispose()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(BEFORE)
    return path


def test_everything_is_carried_over(database: Path) -> None:
    migrate(database, real_now())

    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute(
            "SELECT kind, key, state, reason, channel_id, user_id, message_id, substr(at, 12, 5) FROM outbox"
            " WHERE guild_id = 7 ORDER BY kind, key"
        ).fetchall()
        cards = connection.execute("SELECT id, card_channel_id, card_message_id FROM event").fetchall()
    assert rows == [
        ("event.card", "1", "sending", None, 70, None, None, "07:55"),
        ("event.remind", "1:15", "sending", None, 70, None, None, "08:00"),
        ("event.remind", "2:0", "skipped", "late", None, None, None, "08:00"),
        ("event.remind", "2:15", "sent", None, 70, None, 701, "08:00"),
        ("notice", "3:before:1:9", "sending", None, None, 1, None, "08:00"),
        ("notice", "3:before:7:9", "sent", None, None, 1, None, "08:00"),
        ("notice", "3:grace:9", "skipped", "late", None, 1, None, "08:00"),
        ("notice", "3:last:9", "skipped", "not_allowed", None, 1, None, "08:00"),
        ("notice", "3:over:8", "unknown", None, None, 1, None, "08:00"),
        ("notice", "3:over:9", "closed", None, None, 1, None, "08:00"),
        ("report.post", "2026-W42", "skipped", "superseded", None, None, None, "08:00"),
        ("report.post", "2026-W43", "sent", None, 71, None, 702, "08:00"),
        ("report.post", "2026-W44", "sending", None, 71, None, None, "07:55"),
        ("tier.suspended", "11", "sending", None, None, None, None, "08:00"),
    ]
    assert cards == [(1, None, None), (2, 70, 700)]
