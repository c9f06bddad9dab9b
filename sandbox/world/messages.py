"""The messages of a world. They live in SQLite, not in memory; a page is one index range."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from sandbox.wire import Json, decode, encode
from sandbox.world import plain
from sandbox.world.store import Store

_NONCE_SECONDS = 300
_NOWHERE = b"http://cdn.invalid/"
_BRACKET = ord("[")


class Messages:
    """Messages by channel and id. A message with an addressee (ephemeral) is visible to that person alone."""

    def __init__(self, store: Store, show_user: Callable[[str], Json]) -> None:
        self._db, self._show_user = store.connection, show_user
        self._cdn = _NOWHERE

    def at(self, url: str) -> None:
        """Set the sandbox's address, to which links to files lead, also those of older messages."""
        self._cdn = f"{url}/cdn/".encode()

    def _encode(self, message: Json) -> bytes:
        return plain.packed(message) or encode(message).replace(self._cdn, _NOWHERE)

    def _decode(self, channel: int, message: int, body: bytes) -> Json:
        if body[0] == _BRACKET:
            author, words = decode(body)
            return plain.whole(str(message), str(channel), self._show_user(author), words)
        decoded: Json = decode(body.replace(_NOWHERE, self._cdn))
        return decoded

    def put(self, message: Json) -> None:
        """Store the present state of a message."""
        self._db.execute(
            "REPLACE INTO message VALUES (?, ?, ?, ?)",
            (int(message["channel_id"]), int(message["id"]), _addressee(message), self._encode(message)),
        )

    def get(self, channel_id: str, message_id: str) -> Json | None:
        """One message, ephemeral ones too."""
        row = self._db.execute(
            "SELECT channel, id, body FROM message WHERE channel = ? AND id = ?",
            (_id(channel_id), _id(message_id)),
        ).fetchone()
        return self._decode(*row) if row else None

    def find(self, message_id: str, channel_ids: list[str]) -> Json | None:
        """The message with this id in one of these channels."""
        for channel_id in channel_ids:
            if message := self.get(channel_id, message_id):
                return message
        return None

    def remove(self, channel_id: str, message_id: str) -> None:
        """Forget a message."""
        self._db.execute(
            "DELETE FROM message WHERE channel = ? AND id = ?", (_id(channel_id), _id(message_id))
        )

    def remove_channel(self, channel_id: str) -> None:
        """Forget all messages of a channel."""
        self._db.execute("DELETE FROM message WHERE channel = ?", (_id(channel_id),))

    def before(self, channel_id: str, message_id: str | None, limit: int) -> list[Json]:
        """The newest messages older than an id, newest first, without ephemeral ones."""
        rows = self._db.execute(
            "SELECT channel, id, body FROM message WHERE channel = ? AND id < ? AND addressee IS NULL "
            "ORDER BY id DESC LIMIT ?",
            (_id(channel_id), _id(message_id) if message_id else 2**63 - 1, limit),
        )
        return [self._decode(*row) for row in rows]

    def after(
        self, channel_id: str, message_id: str | None, limit: int, reader: str | None = None
    ) -> list[Json]:
        """The oldest messages newer than an id, oldest first; with the reader's own ephemeral ones."""
        rows = self._db.execute(
            "SELECT channel, id, body FROM message WHERE channel = ? AND id > ? AND (addressee IS NULL OR addressee = ?) "
            "ORDER BY id LIMIT ?",
            (_id(channel_id), _id(message_id) if message_id else 0, _id(reader) if reader else -1, limit),
        )
        return [self._decode(*row) for row in rows]

    def latest(self, channel_id: str, limit: int, reader: str, before: str | None = None) -> list[Json]:
        """The newest messages that a reader sees, older than an id if one is given, oldest first."""
        rows = self._db.execute(
            "SELECT channel, id, body FROM message WHERE channel = ? AND id < ? AND (addressee IS NULL OR addressee = ?) "
            "ORDER BY id DESC LIMIT ?",
            (_id(channel_id), _id(before) if before else 2**63 - 1, _id(reader), limit),
        )
        return [self._decode(*row) for row in rows][::-1]

    def put_all(self, rows: Iterable[tuple[int, int, None, bytes]]) -> None:
        """Store new plain messages: channel, id, no addressee, and `[author, words]` encoded."""
        self._db.executemany("INSERT INTO message VALUES (?, ?, ?, ?)", rows)

    def newest_in(self, channel_id: str) -> str | None:
        """The newest message of a channel that is not ephemeral."""
        row = self._db.execute(
            "SELECT id FROM message WHERE channel = ? AND addressee IS NULL ORDER BY id DESC LIMIT 1",
            (_id(channel_id),),
        ).fetchone()
        return str(row[0]) if row else None

    def by_nonce(self, channel_id: str, author_id: str, nonce: str) -> Json | None:
        """The message that this author made with this nonce in the last minutes."""
        row = self._db.execute(
            "SELECT message FROM nonce WHERE channel = ? AND author = ? AND nonce = ? AND at > ?",
            (_id(channel_id), _id(author_id), nonce, time.time() - _NONCE_SECONDS),
        ).fetchone()
        return self.get(channel_id, str(row[0])) if row else None

    def note_nonce(self, message: Json, nonce: str) -> None:
        """Remember that a message was made with a nonce."""
        self._db.execute(
            "REPLACE INTO nonce VALUES (?, ?, ?, ?, ?)",
            (
                int(message["channel_id"]),
                int(message["author"]["id"]),
                nonce,
                int(message["id"]),
                time.time(),
            ),
        )


def _addressee(message: Json) -> int | None:
    addressee = message.get("_to")
    return int(addressee) if addressee else None


def _id(text: str) -> int:
    """An id from outside as a number; any other text becomes a number that matches nothing."""
    value = int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else -1
    return value if value < 2**63 else -1
