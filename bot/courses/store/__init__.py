"""The queries of courses: functions that take a connection and never commit."""
