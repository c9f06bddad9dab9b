"""Money that moves outside: one port, its providers, and the inbox of what they tell us."""
