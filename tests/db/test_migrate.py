"""Migrations: all or nothing, a backup first, children kept, a newer schema refused."""

from __future__ import annotations

import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory

from bot.all_tables import metadata
from bot.db.migrate import head, migrate, revision_of
from bot.errors import ConfigurationError

NOW = datetime(2026, 11, 22, tzinfo=UTC)
WITHOUT_GUILD = {"alembic_version", "inbox"}
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lyceum.db"


def test_a_new_file_gets_the_newest_schema_and_no_backup(path: Path) -> None:
    assert migrate(path, NOW) is None

    assert revision_of(path) == head()
    assert not (path.parent / "backups").exists()


def test_the_second_start_changes_nothing(path: Path) -> None:
    migrate(path, NOW)
    before = hashlib.sha256(path.read_bytes()).digest()

    assert migrate(path, NOW) is None

    assert hashlib.sha256(path.read_bytes()).digest() == before


def test_the_head_is_alembic_s_head() -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))

    assert ScriptDirectory.from_config(config).get_current_head() == head()


def test_tables_and_migrations_agree(path: Path) -> None:
    migrate(path, NOW)
    engine = sa.create_engine(f"sqlite:///{path}")

    with engine.connect() as connection:
        differences = compare_metadata(
            MigrationContext.configure(connection, opts={"compare_type": True}), metadata
        )
    engine.dispose()

    assert differences == []


def test_every_table_is_strict_and_knows_its_guild(path: Path) -> None:
    migrate(path, NOW)
    connection = sqlite3.connect(path)
    tables = dict(
        connection.execute(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
    )
    columns = {
        name: {row[1] for row in connection.execute(f"PRAGMA table_info('{name}')")} for name in tables
    }
    connection.close()

    assert [name for name, sql in tables.items() if "STRICT" not in sql and name != "alembic_version"] == []
    assert [name for name in tables if "guild_id" not in columns[name] and name not in WITHOUT_GUILD] == []


def test_a_newer_schema_is_refused_and_not_touched(path: Path) -> None:
    migrate(path, NOW)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    before = path.read_bytes()

    with pytest.raises(ConfigurationError, match="newer Lyceum") as refused:
        migrate(path, NOW)

    assert refused.value.exit_code == 78
    assert path.read_bytes() == before


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A small schema of its own with two revisions; the second rebuilds a table that has children."""
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    (folder / "env.py").write_text(
        "from alembic import context\n"
        "context.configure(connection=context.config.attributes['connection'], render_as_batch=True,"
        " transaction_per_migration=False)\n"
        "context.run_migrations()\n"
    )
    (folder / "versions" / "0001_first.py").write_text(
        "from alembic import op\nrevision='0001'\ndown_revision=None\n"
        "def upgrade():\n"
        "    op.execute('CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT)')\n"
        "    op.execute('CREATE TABLE child (id INTEGER PRIMARY KEY,"
        " parent_id INTEGER REFERENCES parent(id) ON DELETE CASCADE)')\n"
    )
    return folder


SECOND = """
import os, signal
import sqlalchemy as sa
from alembic import op
revision='0002'
down_revision='0001'
def upgrade():
    with op.batch_alter_table('parent') as batch:
        batch.add_column(sa.Column('age', sa.Integer(), nullable=False, server_default='0'))
        batch.alter_column('name', nullable=False)
    for n in range(4):
        op.execute(f'CREATE TABLE extra{n} (id INTEGER PRIMARY KEY)')
        if os.environ.get('DIE_AT') == str(n):
            os.kill(os.getpid(), signal.SIGKILL)
"""


def fill(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("INSERT INTO parent VALUES (1, 'p')")
    connection.execute("INSERT INTO child VALUES (1, 1)")
    connection.commit()
    connection.close()


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def test_a_rebuilt_table_keeps_its_children_and_a_backup_is_made_first(path: Path, shelf: Path) -> None:
    migrate(path, NOW, shelf)
    fill(path)
    (shelf / "versions" / "0002_second.py").write_text(SECOND)

    backup = migrate(path, NOW, shelf)

    assert rows(path, "SELECT * FROM child") == [(1, 1)]
    assert rows(path, "SELECT name, age FROM parent") == [("p", 0)]
    assert backup is not None
    assert rows(backup, "SELECT * FROM parent") == [(1, "p")]


def test_control_with_foreign_keys_on_the_same_migration_deletes_the_children(
    path: Path, shelf: Path
) -> None:
    """Alembic's batch mode drops the parent; the cascade is silent."""
    migrate(path, NOW, shelf)
    fill(path)
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.pool.NullPool)

    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys=ON")
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("parent") as batch:
            batch.add_column(sa.Column("age", sa.Integer(), nullable=False, server_default="0"))
            batch.alter_column("name", nullable=False)
        connection.commit()
    engine.dispose()

    assert rows(path, "SELECT * FROM child") == []


@pytest.mark.parametrize("statement", range(4))
def test_killed_at_any_statement_the_old_schema_is_whole(path: Path, shelf: Path, statement: int) -> None:
    migrate(path, NOW, shelf)
    fill(path)
    (shelf / "versions" / "0002_second.py").write_text(SECOND)
    program = (
        "from pathlib import Path; from datetime import UTC, datetime; from bot.db.migrate import migrate;"
        f"migrate(Path({str(path)!r}), datetime.now(UTC), Path({str(shelf)!r}))"
    )

    killed = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "DIE_AT": str(statement)},
        cwd=ROOT,
        capture_output=True,
        check=False,
    )

    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert rows(path, "SELECT name FROM sqlite_schema WHERE name LIKE 'extra%'") == []
    assert rows(path, "SELECT * FROM child") == [(1, 1)]
    assert revision_of(path) == "0001"
    migrate(path, NOW, shelf)
    assert revision_of(path) == "0002"


def test_control_python_s_own_transactions_leave_a_half_migration(tmp_path: Path) -> None:
    """`executescript` commits what was open: when a later statement fails, half a schema is there."""
    connection = sqlite3.connect(tmp_path / "half.db")
    connection.execute("CREATE TABLE kept (id INTEGER)")
    connection.execute("INSERT INTO kept VALUES (1)")

    with pytest.raises(sqlite3.OperationalError):
        connection.executescript("CREATE TABLE first (id INTEGER); CREATE TABLE broken (;")
    connection.rollback()

    assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1,)
    assert connection.execute("SELECT name FROM sqlite_schema WHERE name = 'first'").fetchone() == ("first",)
    connection.close()


def test_a_broken_reference_stops_the_migration_and_changes_nothing(path: Path, shelf: Path) -> None:
    migrate(path, NOW, shelf)
    fill(path)
    (shelf / "versions" / "0002_second.py").write_text(
        "from alembic import op\nrevision='0002'\ndown_revision='0001'\ndef upgrade():\n    op.execute('DELETE FROM parent')\n"
    )

    with pytest.raises(ConfigurationError, match="break references"):
        migrate(path, NOW, shelf)

    assert rows(path, "SELECT * FROM parent") == [(1, "p")]
    assert revision_of(path) == "0001"
