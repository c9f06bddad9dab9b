"""Changing, renewing and ending what a member has."""
