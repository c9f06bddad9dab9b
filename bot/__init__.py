"""Lyceum: paid roles, courses, events and figures for a community of programmers, inside Discord."""

__version__ = "0.1.0"
