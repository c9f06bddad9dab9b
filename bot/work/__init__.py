"""Durable work: rows that fall due on the community's clock and are done at least once, harmlessly twice."""

from bot.work.queue import Job, Queue

__all__ = ["Job", "Queue"]
