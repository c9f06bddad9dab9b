"""The tables of memberships: the shelf, money, access, records."""

from bot.memberships.tables.access import breaker, contact, entitlement, grant, override
from bot.memberships.tables.money import customer, ledger, order, payment
from bot.memberships.tables.records import answer, audit, shop_card
from bot.memberships.tables.shelf import price, terms, tier

__all__ = [
    "answer",
    "audit",
    "breaker",
    "contact",
    "customer",
    "entitlement",
    "grant",
    "ledger",
    "order",
    "override",
    "payment",
    "price",
    "shop_card",
    "terms",
    "tier",
]
