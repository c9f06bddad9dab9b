"""Which client asked for which operation."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from tests.judge.exchange import Exchange

CLIENTS = {"discord.py": "discord.py", "discord.js": "discord.js", "hikari": "hikari"}
"""The name in the table, and the part of the User-Agent header that tells the client."""


@dataclass
class Seen:
    """`by` holds, for `METHOD /path`, the clients whose request was answered with success."""

    by: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict[str, set[str]](set))

    def add(self, method: str, path: str, exchange: Exchange) -> None:
        """Note one judged exchange."""
        clients = self.by[f"{method} {path}"]
        if exchange.status < 300 and not exchange.ordered:
            clients |= {name for name, mark in CLIENTS.items() if mark in exchange.agent}
