"""Names of tiers: which are allowed, and when two are the same."""

from __future__ import annotations

from bot.cards import plain
from bot.db import Writer
from bot.errors import UserError
from bot.memberships.catalog.store import tiers
from bot.names import compared

NAME_LIMIT = 80


async def require_free_name(tx: Writer, guild_id: int, key: str, name: str, but: int | None = None) -> None:
    """UserError when another tier on sale than `but` has this name."""
    tier = await tiers.find(tx, guild_id, key)
    if tier is not None and tier.id != but:
        raise UserError(
            "There is a membership called {name} already. Choose another name, or archive that one first with /tier archive.",
            name=plain(name),
        )


def read_name(typed: str) -> tuple[str, str]:
    """A tier's name on one line, and its key for comparison. UserError for an empty, long or invisible name."""
    name = " ".join(typed.split())
    if not name or len(name) > NAME_LIMIT or not name.isprintable():
        raise UserError("A name has 1 to {limit} visible characters. Choose such a name.", limit=NAME_LIMIT)
    return name, compared(name)
