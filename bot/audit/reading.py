"""Reading the log for a person. No rule may read it: a decision needs a table of its own."""

from bot.audit.store import about, latest

__all__ = ["about", "latest"]
