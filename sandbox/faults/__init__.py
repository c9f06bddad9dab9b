"""Faults on order: answers and events go wrong in a named way, repeatably; and the world turns against a bot."""
