"""What was kept in the log as state gets tables of its own; the log itself stays as it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drafts of refunds, money without an order that was seen to, and what staff revoked."""
    _refund_drafts()
    _closed_unmatched()
    _revocations()
    op.create_index("ix_audit_guild", "audit", ["guild_id"], unique=False)
    _move_drafts()
    _move_closed()
    _move_revocations()


def _refund_drafts() -> None:
    op.create_table(
        "refund_draft",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=True),
        sa.Column("effect", sa.String(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "effect IN ('none', 'stays', 'shorter', 'ends')", name=op.f("ck_refund_draft_effect")
        ),
        sa.CheckConstraint("actor > 0", name=op.f("ck_refund_draft_actor")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_refund_draft_order_id_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_draft")),
        sqlite_strict=True,
    )
    op.create_table(
        "refund_draft_payment",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("draft_id", sa.BigInteger(), nullable=False),
        sa.Column("payment_id", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.CheckConstraint("amount > 0 AND length(currency) = 3", name=op.f("ck_refund_draft_payment_money")),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["refund_draft.id"], name=op.f("fk_refund_draft_payment_draft_id_refund_draft")
        ),
        sa.PrimaryKeyConstraint("draft_id", "payment_id", name=op.f("pk_refund_draft_payment")),
        sqlite_strict=True,
    )


def _closed_unmatched() -> None:
    op.create_table(
        "closed_unmatched",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("object_id", sa.String(), nullable=False),
        sa.Column("actor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(key) = 20", name=op.f("ck_closed_unmatched_key")),
        sa.CheckConstraint("actor > 0", name=op.f("ck_closed_unmatched_actor")),
        sa.PrimaryKeyConstraint("guild_id", "key", name=op.f("pk_closed_unmatched")),
        sqlite_strict=True,
    )


def _revocations() -> None:
    op.create_table(
        "revocation",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("entitlement_id", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("actor > 0", name=op.f("ck_revocation_actor")),
        sa.ForeignKeyConstraint(
            ["entitlement_id"], ["entitlement.id"], name=op.f("fk_revocation_entitlement_id_entitlement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revocation")),
        sqlite_strict=True,
    )
    op.create_index("ix_revocation_entitlement", "revocation", ["entitlement_id"], unique=False)


def _move_drafts() -> None:
    """A draft keeps its number, which is on the button. One whose refund was asked for is confirmed."""
    known = _ids("order")
    confirmed = {
        str(detail["draft"]): row.at for row, detail in _logged("refund.asked") if detail.get("draft")
    }
    for row, detail in _logged("refund.drafted"):
        if row.subject not in known:
            continue
        _insert(
            "refund_draft",
            id=row.id,
            guild_id=row.guild_id,
            order_id=row.subject,
            actor=row.actor,
            reason=detail["reason"],
            part=detail["part"],
            effect=detail["effect"],
            drafted_at=row.at,
            confirmed_at=confirmed.get(str(row.id)),
        )
        for payment_id, amount, currency in detail["back"]:
            _insert(
                "refund_draft_payment",
                guild_id=row.guild_id,
                draft_id=row.id,
                payment_id=payment_id,
                amount=amount,
                currency=currency,
            )


def _move_closed() -> None:
    """Two owners may have closed the same: the first counts."""
    seen: set[tuple[int, str]] = set()
    for row, detail in _logged("stray.closed"):
        key = (row.guild_id, detail["stray"])
        if key not in seen:
            seen.add(key)
            _insert(
                "closed_unmatched",
                guild_id=row.guild_id,
                key=detail["stray"],
                provider=detail["provider"],
                object_id=detail["object"],
                actor=row.actor,
                reason=detail["reason"],
                closed_at=row.at,
            )


def _move_revocations() -> None:
    known = _ids("entitlement")
    for row, detail in _logged("entitlement.revoked"):
        if row.actor and row.subject in known:
            _insert(
                "revocation",
                id=row.id,
                guild_id=row.guild_id,
                entitlement_id=row.subject,
                actor=row.actor,
                reason=detail.get("reason", ""),
                at=row.at,
            )


def _logged(what: str) -> Iterator[tuple[Any, dict[str, Any]]]:
    """The entries of one action, the oldest first. Times stay the texts that they are."""
    columns: list[sa.ColumnClause[Any]] = [
        sa.column(name) for name in ("id", "guild_id", "at", "actor", "subject", "detail")
    ]
    query = sa.select(*columns).select_from(sa.table("audit")).where(sa.column("what") == what)
    for row in op.get_bind().execute(query.order_by(sa.column("id"))).all():
        yield row, json.loads(row.detail)


def _ids(name: str) -> set[int]:
    column: sa.ColumnClause[Any] = sa.column("id")
    return set(op.get_bind().execute(sa.select(column).select_from(sa.table(name))).scalars())


def _insert(name: str, **values: object) -> None:
    columns: list[sa.ColumnClause[Any]] = [sa.column(column) for column in values]
    table = sa.table(name, *columns)
    op.get_bind().execute(sa.insert(table).values(**values))
