"""A crowd: many members who talk, faster than any bot can listen. Their messages are as real as all others."""
