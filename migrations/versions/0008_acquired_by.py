"""Who acquired an entitlement is stored beside who has it: who pays for it, and who has had the trial."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0006"
branch_labels = depends_on = None

UNPAID = ("entitlement.trial", "entitlement.grant", "entitlement.import")


def upgrade() -> None:
    """Orders name who pays; for the others the log has who got them first."""
    op.add_column(
        "entitlement", sa.Column("acquired_by", sa.BigInteger(), nullable=False, server_default=sa.text("0"))
    )
    _return_changed_orders()
    op.execute(
        "UPDATE entitlement SET acquired_by = coalesce("
        '(SELECT "order".user_id FROM "order" WHERE "order".id = entitlement.order_id), user_id)'
    )
    _restore_takers()
    op.drop_index("ix_entitlement_trial", table_name="entitlement")
    op.create_index(
        "ix_entitlement_trial",
        "entitlement",
        ["guild_id", "acquired_by", "tier_id"],
        unique=True,
        sqlite_where=sa.text("source = 'trial'"),
    )


def _return_changed_orders() -> None:
    """What somebody changed a subscription into that another member pays for is that payer's order.

    Before this revision the holder of a transferred subscription could change it. The provider charged the payer's
    card, and the payer's customer was stored for the holder.
    """
    connection = op.get_bind()
    changed = connection.execute(
        sa.text(
            "SELECT later.id AS id, later.guild_id AS guild_id, later.provider AS provider, mine.ref AS ref,"
            " coalesce(later.replaces, later.follows) AS before"
            ' FROM "order" AS later JOIN customer AS mine ON mine.guild_id = later.guild_id'
            " AND mine.user_id = later.user_id AND mine.provider = later.provider"
            " WHERE later.renewal_amount IS NOT NULL AND coalesce(later.replaces, later.follows) IS NOT NULL"
            " ORDER BY later.id"
        )
    ).all()
    for row in changed:
        payer = connection.execute(
            sa.text(
                'SELECT former.user_id FROM entitlement JOIN "order" AS former ON former.id = entitlement.order_id'
                " JOIN customer AS theirs ON theirs.guild_id = former.guild_id AND theirs.user_id = former.user_id"
                " AND theirs.provider = former.provider"
                ' JOIN "order" AS later ON later.id = :id'
                " WHERE entitlement.id = :before AND theirs.ref = :ref AND former.provider = :provider"
                " AND former.user_id <> later.user_id"
            ),
            {"id": row.id, "before": row.before, "ref": row.ref, "provider": row.provider},
        ).scalar()
        if payer is None:
            continue
        connection.execute(
            sa.text(
                "DELETE FROM customer WHERE guild_id = :guild_id AND provider = :provider AND ref = :ref"
                ' AND user_id = (SELECT user_id FROM "order" WHERE id = :id)'
            ),
            {"guild_id": row.guild_id, "provider": row.provider, "ref": row.ref, "id": row.id},
        )
        connection.execute(
            sa.text('UPDATE "order" SET user_id = :payer WHERE id = :id'), {"payer": payer, "id": row.id}
        )


def _restore_takers() -> None:
    """Entitlements without an order that were transferred go back to who got them first.

    Somebody may have taken a trial again after handing the first one over. Then the second one counts as theirs, and
    the first one stays recorded with who has it: each of them has one, and gets no other.
    """
    connection = op.get_bind()
    first = _first_members()
    columns: list[sa.ColumnClause[Any]] = [
        sa.column(name) for name in ("id", "guild_id", "tier_id", "source", "acquired_by")
    ]
    table = sa.table("entitlement", *columns)
    rows = connection.execute(
        sa.select(*columns).select_from(table).where(table.c.source.in_(["trial", "grant", "import"]))
    ).all()
    holders = {row.id: row.acquired_by for row in rows}
    taken = {(row.guild_id, row.tier_id, row.acquired_by) for row in rows if row.source == "trial"}
    left = [row for row in rows if first.get(row.id, row.acquired_by) != row.acquired_by]
    while True:
        movable = [
            row
            for row in left
            if row.source != "trial" or (row.guild_id, row.tier_id, first[row.id]) not in taken
        ]
        if not movable:
            break
        row = movable[0]
        left.remove(row)
        if row.source == "trial":
            taken.discard((row.guild_id, row.tier_id, holders[row.id]))
            taken.add((row.guild_id, row.tier_id, first[row.id]))
        connection.execute(sa.update(table).where(table.c.id == row.id).values(acquired_by=first[row.id]))


def _first_members() -> dict[int, int]:
    """Who got each entitlement first, as it was logged."""
    columns: list[sa.ColumnClause[Any]] = [sa.column(name) for name in ("id", "subject", "detail")]
    query = sa.select(*columns).select_from(sa.table("audit")).where(sa.column("what").in_(UNPAID))
    first: dict[int, int] = {}
    for row in op.get_bind().execute(query.order_by(sa.column("id"))).all():
        member = str(json.loads(row.detail).get("member", ""))
        if member.isascii() and member.isdigit():
            first.setdefault(row.subject, int(member))
    return first
