"""Durable work: rows that fall due on the community's clock. Each is done at least once; twice must do no harm."""

from bot.work.queue import Job, Queue

__all__ = ["Job", "Queue"]
