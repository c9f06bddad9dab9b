"""The queries of orders: functions that take a connection and never commit."""
