"""Refunds that an owner asked for and has yet to confirm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from bot.db import Reader, Writer
from bot.ids import new_id
from bot.memberships.orders.refund_preview import Effect
from bot.memberships.orders.tables import refund_draft, refund_draft_payment
from bot.money import Money


@dataclass(frozen=True, kw_only=True)
class RefundDraft:
    """A refund that an owner asked for, and its effect at that time: `back` is (payment id, amount)."""

    order_id: int
    actor: int
    reason: str
    part: str | None
    back: Sequence[tuple[str, Money]]
    effect: Effect


async def add(tx: Writer, guild_id: int, draft: RefundDraft, now: datetime) -> int:
    """Store a draft; its id."""
    id_ = new_id()
    await tx.execute(
        insert(refund_draft).values(
            id=id_,
            guild_id=guild_id,
            order_id=draft.order_id,
            actor=draft.actor,
            reason=draft.reason,
            part=draft.part,
            effect=draft.effect.value,
            drafted_at=now,
            confirmed_at=None,
        )
    )
    payments = [
        {
            "guild_id": guild_id,
            "draft_id": id_,
            "payment_id": payment_id,
            "amount": money.amount,
            "currency": money.currency,
        }
        for payment_id, money in draft.back
    ]
    await tx.execute(insert(refund_draft_payment), payments)
    return id_


async def find(db: Reader, guild_id: int, id_: int) -> RefundDraft | None:
    """The draft with this id, its payments sorted by payment id."""
    query = select(refund_draft).where(refund_draft.c.guild_id == guild_id, refund_draft.c.id == id_)
    row = (await db.execute(query)).one_or_none()
    if row is None:
        return None
    paid = select(refund_draft_payment).where(
        refund_draft_payment.c.guild_id == guild_id, refund_draft_payment.c.draft_id == id_
    )
    payments = await db.execute(paid.order_by(refund_draft_payment.c.payment_id))
    return RefundDraft(
        order_id=row.order_id,
        actor=row.actor,
        reason=row.reason,
        part=row.part,
        back=[(payment.payment_id, Money(payment.amount, payment.currency)) for payment in payments],
        effect=Effect(row.effect),
    )


async def confirm(tx: Writer, guild_id: int, id_: int, now: datetime) -> bool:
    """Mark a draft as confirmed; False when it was confirmed before."""
    change = update(refund_draft).where(
        refund_draft.c.guild_id == guild_id,
        refund_draft.c.id == id_,
        refund_draft.c.confirmed_at.is_(None),
    )
    return (await tx.execute(change.values(confirmed_at=now))).rowcount == 1
