"""People who leave the server, and whom Lyceum removes from it: what becomes of what they pay."""
