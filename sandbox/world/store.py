"""The world on disk: one SQLite file. A commit survives SIGKILL (WAL, synchronous=NORMAL)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from sandbox.wire import Json, decode, encode

_SCHEMA = """
CREATE TABLE IF NOT EXISTS object (
    kind TEXT NOT NULL, guild TEXT NOT NULL, id TEXT NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (kind, guild, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS name (
    lower TEXT NOT NULL, what TEXT NOT NULL, guild TEXT NOT NULL, user TEXT NOT NULL,
    PRIMARY KEY (lower, what, guild, user)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS message (
    channel INTEGER NOT NULL, id INTEGER NOT NULL, addressee INTEGER, body BLOB NOT NULL,
    PRIMARY KEY (channel, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS nonce (
    channel INTEGER NOT NULL, author INTEGER NOT NULL, nonce TEXT NOT NULL, message INTEGER NOT NULL,
    at REAL NOT NULL, PRIMARY KEY (channel, author, nonce)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS file (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, type TEXT NOT NULL, body BLOB NOT NULL
);
"""


class Store:
    """The rows of the world. Writes wait for `commit`; reads of the sandbox itself see them at once."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path)
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA synchronous = NORMAL")
        self.connection.executescript(_SCHEMA)

    def close(self) -> None:
        """Commit and close."""
        self.connection.commit()
        self.connection.close()

    def commit(self) -> None:
        """Make all writes durable."""
        if self.connection.in_transaction:
            self.connection.commit()

    def put(self, kind: str, guild: str, key: str, body: Json) -> None:
        """Store an object; it replaces an older one with the same key."""
        self.connection.execute("REPLACE INTO object VALUES (?, ?, ?, ?)", (kind, guild, key, encode(body)))

    def put_new(self, kind: str, guild: str, objects: Iterable[tuple[str, bytes]]) -> None:
        """Store many encoded objects by their keys, all of which are new."""
        self.connection.executemany(
            "INSERT INTO object VALUES (?, ?, ?, ?)", ((kind, guild, key, body) for key, body in objects)
        )

    def keep_file(self, file_id: str, name: str, content_type: str, data: bytes) -> None:
        """Store an uploaded file."""
        self.connection.execute("INSERT INTO file VALUES (?, ?, ?, ?)", (file_id, name, content_type, data))

    def file(self, file_id: str) -> tuple[str, bytes] | None:
        """An uploaded file: its content type and its bytes."""
        row: tuple[str, bytes] | None = self.connection.execute(
            "SELECT type, body FROM file WHERE id = ?", (file_id,)
        ).fetchone()
        return row

    def remove(self, kind: str, guild: str, key: str) -> None:
        """Forget an object."""
        self.connection.execute(
            "DELETE FROM object WHERE kind = ? AND guild = ? AND id = ?", (kind, guild, key)
        )

    def get(self, kind: str, guild: str, key: str) -> bytes | None:
        """One object, encoded."""
        row = self.connection.execute(
            "SELECT body FROM object WHERE kind = ? AND guild = ? AND id = ?", (kind, guild, key)
        ).fetchone()
        return row[0] if row else None

    def count(self, kind: str, guild: str) -> int:
        """The number of objects of a kind in a server."""
        rows = self.connection.execute(
            "SELECT count(*) FROM object WHERE kind = ? AND guild = ?", (kind, guild)
        )
        return int(rows.fetchone()[0])

    def keys(self, kind: str, guild: str) -> list[str]:
        """The keys of the objects of a kind in a server, in order."""
        rows = self.connection.execute(
            "SELECT id FROM object WHERE kind = ? AND guild = ? ORDER BY id", (kind, guild)
        )
        return [key for (key,) in rows]

    def page(self, kind: str, guild: str, after: str, limit: int) -> list[tuple[str, bytes]]:
        """Keys and encoded objects after a key, in order."""
        return self.connection.execute(
            "SELECT id, body FROM object WHERE kind = ? AND guild = ? AND id > ? ORDER BY id LIMIT ?",
            (kind, guild, after, limit),
        ).fetchall()

    def some(self, kind: str, guild: str, keys: Sequence[str]) -> list[tuple[str, bytes]]:
        """The encoded objects of these keys, as far as they exist, each with its key."""
        marks = ", ".join("?" * len(keys))
        return self.connection.execute(
            f"SELECT id, body FROM object WHERE kind = ? AND guild = ? AND id IN ({marks})",  # noqa: S608 (question marks)
            (kind, guild, *keys),
        ).fetchall()

    def naming(self, kind: str, guild: str, text: str) -> list[str]:
        """The keys of the objects whose JSON contains this text."""
        rows = self.connection.execute(
            "SELECT id FROM object WHERE kind = ? AND guild = ? AND instr(body, CAST(? AS BLOB)) ORDER BY id",
            (kind, guild, text),
        )
        return [key for (key,) in rows]

    def newest(self, *kinds: str) -> int:
        """The greatest key of some kinds whose keys are ids; 0 if there are no objects."""
        marks = ", ".join("?" * len(kinds))
        rows = self.connection.execute(
            f"SELECT max(CAST(id AS INTEGER)) FROM object WHERE kind IN ({marks})",  # noqa: S608 (question marks)
            kinds,
        )
        return rows.fetchone()[0] or 0

    def objects(self, kind: str) -> Iterator[tuple[str, str, Json]]:
        """All objects of a kind as (guild, key, body)."""
        rows = self.connection.execute("SELECT guild, id, body FROM object WHERE kind = ?", (kind,))
        for guild, key, body in rows:
            yield guild, key, decode(body)
