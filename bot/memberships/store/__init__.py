"""The queries of memberships: functions that take a connection and never commit."""
