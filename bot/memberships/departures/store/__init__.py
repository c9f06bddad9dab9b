"""The queries of this room: functions that take a connection and never commit."""
