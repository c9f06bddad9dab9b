"""Interactions: the acts of people on an application, and its answers within 3 seconds."""
