"""The tables of memberships: the shelf, money, access, records."""

from bot.memberships.tables.access import breaker, contact, entitlement, grant, override, revocation
from bot.memberships.tables.money import (
    closed_unmatched,
    customer,
    ledger,
    order,
    payment,
    refund_draft,
    refund_draft_payment,
)
from bot.memberships.tables.records import answer, shop_card
from bot.memberships.tables.shelf import price, terms, tier

__all__ = [
    "answer",
    "breaker",
    "closed_unmatched",
    "contact",
    "customer",
    "entitlement",
    "grant",
    "ledger",
    "order",
    "override",
    "payment",
    "price",
    "refund_draft",
    "refund_draft_payment",
    "revocation",
    "shop_card",
    "terms",
    "tier",
]
