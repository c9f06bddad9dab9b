"""Measurements: each script prints one line of JSON."""
