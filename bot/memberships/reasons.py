"""The reasons that staff give for what they do: a few words on one line, kept in the log."""

from __future__ import annotations

from bot.errors import UserError

LIMIT = 200


def clean_reason(typed: str) -> str:
    """The reason on one line. UserError when it is empty or contains invisible characters."""
    reason = " ".join(typed.split())
    if not reason or not reason.isprintable():
        raise UserError("Say why, in a few words; it stays in the log.")
    return reason[:LIMIT]
