"""A crowd: many members who write faster than any bot can read. Their messages are stored like all others."""
