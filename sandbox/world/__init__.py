"""The community: all its objects, stored in SQLite before an answer leaves."""
