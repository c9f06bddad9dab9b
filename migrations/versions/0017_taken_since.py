"""What was suspended before revision 0010 knows since when, so that its days come back with its money."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = depends_on = None

TAKEN = ("entitlement.suspended", "entitlement.revoked")
GIVEN = ("entitlement.live", "entitlement.ended")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """The log says since when; where it says nothing, the report of the dispute that stands last.

    Revision 0010 took what was revoked to be taken away since then. What was suspended before that is taken since then.
    What staff revoked stays as it is: only a new payment revives it, with all its days.
    """
    bind = op.get_bind()
    entitlement = sa.table(
        "entitlement",
        *(sa.column(name, sa.BigInteger()) for name in ("id", "guild_id", "order_id", "length")),
        sa.column("state", sa.String()),
        *(sa.column(name, TIME) for name in ("starts_at", "taken_at")),
    )
    revocation = sa.table("revocation", sa.column("entitlement_id", sa.BigInteger()))
    query = sa.select(entitlement).where(
        entitlement.c.length.is_not(None),
        (entitlement.c.state == "suspended")
        | (
            (entitlement.c.state == "revoked")
            & entitlement.c.id.not_in(sa.select(revocation.c.entitlement_id))
        ),
    )
    for row in bind.execute(query).all():
        since = _logged(bind, row) or (_disputed(bind, row) if row.taken_at is None else None)
        if since is not None and (row.taken_at is None or since < row.taken_at):
            own = entitlement.c.id == row.id
            bind.execute(sa.update(entitlement).where(own).values(taken_at=since))


def _logged(bind: sa.Connection, row: Any) -> Any:
    """When it was taken away and not given again since."""
    audit = sa.table(
        "audit",
        *(sa.column(name, sa.BigInteger()) for name in ("id", "guild_id", "subject")),
        sa.column("what", sa.String()),
        sa.column("at", TIME),
    )
    query = sa.select(audit.c.what, audit.c.at).where(
        audit.c.guild_id == row.guild_id, audit.c.subject == row.id, audit.c.what.in_([*TAKEN, *GIVEN])
    )
    since = None
    for entry in bind.execute(query.order_by(audit.c.id)).all():
        since = None if entry.what in GIVEN else since or entry.at
    return since


def _disputed(bind: sa.Connection, row: Any) -> Any:
    """When Lyceum heard of the last dispute about its order."""
    payment = sa.table(
        "payment",
        *(sa.column(name, sa.BigInteger()) for name in ("guild_id", "order_id")),
        sa.column("kind", sa.String()),
        sa.column("recorded_at", TIME),
    )
    heard = sa.select(sa.func.max(payment.c.recorded_at)).where(
        payment.c.guild_id == row.guild_id,
        payment.c.order_id == row.order_id,
        payment.c.kind == "disputed",
    )
    return bind.execute(heard).scalar()
