"""Payments that only the owner sees: bank transfers, cash. Members read how to pay; the owner marks what came."""
