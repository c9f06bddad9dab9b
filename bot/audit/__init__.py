"""Who did what: every change of state, recorded in the transaction that made it. For people to read, never for rules.

Domains call `record`; only code that shows the log to a person imports `bot.audit.reading`.
"""

from bot.audit.actions import Area, AuditAction
from bot.audit.entry import LYCEUM, Detail, Entry
from bot.audit.store import record

__all__ = ["LYCEUM", "Area", "AuditAction", "Detail", "Entry", "record"]
