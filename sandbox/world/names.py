"""An index from names in lower case to accounts, stored beside the accounts and memberships."""

from __future__ import annotations

from collections.abc import Iterable

from sandbox.wire import Json
from sandbox.world.store import Store

_USERNAME, _DISPLAY, _NICK = "username", "display", "nick"


class Names:
    """The index of names; the code that stores an account or membership also updates it."""

    def __init__(self, store: Store) -> None:
        self._db = store.connection

    def note_user(self, before: Json | None, user: Json) -> None:
        """Note the present names of an account."""
        old = before or {}
        self._note("", user["id"], _USERNAME, old.get("username"), user["username"])
        self._note("", user["id"], _DISPLAY, old.get("global_name"), user["global_name"])

    def note_member(self, guild_id: str, user_id: str, before: Json | None, member: Json | None) -> None:
        """Note the present nickname of a member; None for a member who left."""
        self._note(guild_id, user_id, _NICK, (before or {}).get("nick"), (member or {}).get("nick"))

    def note_new(self, accounts: Iterable[tuple[str, str, str]]) -> None:
        """Note new accounts: id, username, display name."""
        rows = (
            (name.lower(), what, user_id)
            for user_id, username, display in accounts
            for what, name in ((_USERNAME, username), (_DISPLAY, display))
        )
        self._db.executemany("INSERT INTO name VALUES (?, ?, '', ?)", rows)

    def username(self, text: str) -> str | None:
        """The account with this username."""
        row = self._db.execute(
            "SELECT user FROM name WHERE lower = ? AND what = ?", (text.lower(), _USERNAME)
        ).fetchone()
        return row[0] if row else None

    def shown_as(self, text: str, guild_id: str) -> list[str]:
        """The accounts with this display name or nickname in the server."""
        rows = self._db.execute(
            "SELECT DISTINCT user FROM name WHERE lower = ? AND what <> ? AND guild IN ('', ?) ORDER BY user",
            (text.lower(), _USERNAME, guild_id),
        )
        return [user for (user,) in rows]

    def beginning(self, text: str, guild_id: str) -> list[str]:
        """The accounts with a name that begins with this text."""
        start = text.lower()
        rows = self._db.execute(
            "SELECT DISTINCT user FROM name WHERE lower >= ? AND lower < ? AND guild IN ('', ?) ORDER BY user",
            (start, start + "\U0010ffff", guild_id),
        )
        return [user for (user,) in rows]

    def _note(self, guild_id: str, user_id: str, what: str, before: str | None, after: str | None) -> None:
        if before == after:
            return
        if before is not None:
            self._db.execute(
                "DELETE FROM name WHERE lower = ? AND what = ? AND guild = ? AND user = ?",
                (before.lower(), what, guild_id, user_id),
            )
        if after is not None:
            self._db.execute(
                "REPLACE INTO name VALUES (?, ?, ?, ?)", (after.lower(), what, guild_id, user_id)
            )
