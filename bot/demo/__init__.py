"""Lyceum's side of the sandbox: finding it, following its clock, and playing the demo community's month."""
