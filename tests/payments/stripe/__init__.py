"""A Stripe on this machine: it checks every request against the library's own parameter types, and holds state."""
