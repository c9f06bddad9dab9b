"""A core for the domains' own `wiring.py`, over a real database and a server that a test holds in its hands."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any, cast

from bot.clock import Clock
from bot.db import Database
from bot.i18n import Catalog
from bot.ports import ChatServer
from bot.settings import Settings, load
from bot.wiring import Core, core_of


@functools.cache
def _settings(**more: str) -> Settings:
    environ = {"LYCEUM_SANDBOX__PORT": "0", "LYCEUM_SECRETS": "/nowhere"}
    return load(environ | {f"LYCEUM_{name}": value for name, value in more.items()}, Path("/nowhere"))


def core(db: Database, clock: Clock, server: Any, **more: str) -> Core:
    """What `wire` of a domain needs; `server` is a ChatServer as far as that domain asks.

    Settings are given as the environment would: `core(db, clock, server, COMMUNITY__TIMEZONE="Asia/Shanghai")`.
    """
    chosen = _settings(**more).model_copy(update={"data": db.path.parent})
    texts = Catalog(chosen.community.language, chosen.community.timezone)
    return core_of(
        settings=chosen,
        db=db,
        clock=clock,
        server=cast("ChatServer", server),
        texts=texts,
    )
