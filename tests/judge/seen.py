"""Which client asked for which operation."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from tests.judge.exchange import Exchange

CLIENTS = {"discord.py": "discord.py", "discord.js": "discord.js", "hikari": "hikari"}
"""The name in the table, and the part of the User-Agent header that tells the client."""


@dataclass
class Seen:
    """`by` holds, for `METHOD /path`, the judge if it saw a right answer, and the clients that were answered so."""

    by: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict[str, set[str]](set))

    def add(self, method: str, path: str, exchange: Exchange) -> None:
        """Note one exchange with nothing wrong in it."""
        if exchange.status < 300:
            clients = {name for name, mark in CLIENTS.items() if mark in exchange.agent}
            self.by[f"{method} {path}"] |= {"judge", *clients}
