"""Who did what: every change of state, recorded in the transaction that made it. For reading by people, never for deciding.

Domains call `record`; only what shows the log to somebody imports `bot.audit.reading`.
"""

from bot.audit.actions import Area, AuditAction
from bot.audit.entry import LYCEUM, Detail, Entry
from bot.audit.store import record

__all__ = ["LYCEUM", "Area", "AuditAction", "Detail", "Entry", "record"]
