"""Reading for a list that people look at because something is wrong: what cannot be read must not hide the rest."""

from __future__ import annotations

from collections.abc import Awaitable, Collection
from typing import TypeVar

import structlog

from bot.db import Reader
from bot.memberships.orders.store import ledger
from bot.payments.port import Fact

Read = TypeVar("Read")

log = structlog.get_logger(__name__)


async def readable(reading: Awaitable[Read]) -> Read | None:
    """What is read; None when that fails, which is logged. The work that needs it is on the list by itself."""
    try:
        return await reading
    except Exception:  # whatever is wrong with the row
        log.exception("a row cannot be read")
        return None


async def readable_facts(db: Reader, guild_id: int, order_ids: Collection[int]) -> dict[int, list[Fact]]:
    """The facts about these orders by order id, without the orders whose facts cannot be read."""
    together = await readable(ledger.facts_by_order(db, guild_id, order_ids))
    if together is not None:
        return together
    by_order = {order_id: await readable(ledger.facts(db, guild_id, order_id)) for order_id in order_ids}
    return {order_id: facts for order_id, facts in by_order.items() if facts is not None}
