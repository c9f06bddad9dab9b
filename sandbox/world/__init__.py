"""The community: who and what exists, kept in SQLite before an answer leaves."""
