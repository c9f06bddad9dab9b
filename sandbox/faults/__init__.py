"""Faults on order: answers, events and sockets go wrong in a named way, repeatably; and the world turns against a bot."""
