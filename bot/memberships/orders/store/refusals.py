"""Paid orders that could not be fulfilled."""

from __future__ import annotations

from datetime import datetime

from bot.db import Writer
from bot.db.sql import insert
from bot.memberships.model import Order, Refusal
from bot.memberships.orders.tables import refusal


async def add(tx: Writer, order: Order, why: Refusal, now: datetime) -> None:
    """Store why an order was refused; the first reason stays."""
    row = insert(refusal).values(order_id=order.id, guild_id=order.guild_id, why=why.value, at=now)
    await tx.execute(row.on_conflict_do_nothing())
