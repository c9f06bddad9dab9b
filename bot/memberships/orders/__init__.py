"""Buying a plan, paying for it, and refunds."""
