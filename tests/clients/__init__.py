"""Strangers' clients against the sandbox: one script, three libraries."""
