"""A part of a write transaction that may fail by itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.db.engine import Writer


async def alone(tx: Writer, write: Callable[[], Awaitable[object]]) -> Exception | None:
    """Write in a savepoint. What raises leaves nothing behind, and the transaction goes on; the error, if there was one."""
    savepoint = await tx.begin_nested()
    try:
        await write()
        await savepoint.commit()
    except Exception as error:
        await savepoint.rollback()
        return error
    return None
