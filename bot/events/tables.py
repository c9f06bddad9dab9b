"""Tables (being written)."""
