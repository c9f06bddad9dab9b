"""The log as a person asks for it. No rule may read it: what a decision needs has a table of its own."""

from bot.audit.store import about, latest

__all__ = ["about", "latest"]
