"""Alembic's entry: runs on the connection that `bot.db.migrate` hands over, or on a scratch file to compare with."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, TypeDecorator, create_engine

from bot.all_tables import metadata


def render(kind: str, item: Any, _autogen: AutogenContext) -> str | Literal[False]:
    """Write our own types as the plain type beneath, so that migrations stay free of the app's code."""
    return f"sa.{item.impl!r}" if kind == "type" and isinstance(item, TypeDecorator) else False


def run(connection: Connection) -> None:
    """All revisions in the one transaction that the caller opened."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=render,
        transaction_per_migration=False,
    )
    context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:  # `alembic revision --autogenerate`: compare the tables with what the revisions build
    with (
        tempfile.TemporaryDirectory() as folder,
        create_engine(f"sqlite:///{Path(folder) / 'scratch.db'}").begin() as scratch,
    ):
        run(scratch)
