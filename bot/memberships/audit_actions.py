"""The audit action for each status, source and payment fact of this domain."""

from __future__ import annotations

from collections.abc import Mapping

from bot.audit import AuditAction
from bot.memberships.model import EntitlementStatus, OrderStatus
from bot.payments.port import FactKind, Phase

ENTITLEMENT_IS: Mapping[EntitlementStatus, AuditAction] = {
    EntitlementStatus.LIVE: AuditAction.ENTITLEMENT_LIVE,
    EntitlementStatus.SUSPENDED: AuditAction.ENTITLEMENT_SUSPENDED,
    EntitlementStatus.ENDED: AuditAction.ENTITLEMENT_ENDED,
    EntitlementStatus.REVOKED: AuditAction.ENTITLEMENT_REVOKED,
    EntitlementStatus.REPLACED: AuditAction.ENTITLEMENT_REPLACED,
}

ENTITLEMENT_FROM: Mapping[str, AuditAction] = {
    "trial": AuditAction.ENTITLEMENT_TRIAL,
    "grant": AuditAction.ENTITLEMENT_GRANT,
    "import": AuditAction.ENTITLEMENT_IMPORT,
}
"""By the source of an entitlement without an order."""

ORDER_IS: Mapping[OrderStatus, AuditAction] = {
    OrderStatus.CREATED: AuditAction.ORDER_CREATED,
    OrderStatus.PENDING: AuditAction.ORDER_PENDING,
    OrderStatus.PAID: AuditAction.ORDER_PAID,
    OrderStatus.DISPUTED: AuditAction.ORDER_DISPUTED,
    OrderStatus.REFUNDED: AuditAction.ORDER_REFUNDED,
    OrderStatus.EXPIRED: AuditAction.ORDER_EXPIRED,
    OrderStatus.CANCELLED: AuditAction.ORDER_CANCELLED,
    OrderStatus.REVIEW: AuditAction.ORDER_REVIEW,
}

FACT_SAYS: Mapping[FactKind, AuditAction] = {
    FactKind.PAID: AuditAction.FACT_PAID,
    FactKind.DECLINED: AuditAction.FACT_DECLINED,
    FactKind.REFUNDED: AuditAction.FACT_REFUNDED,
    FactKind.REFUND_FAILED: AuditAction.FACT_REFUND_FAILED,
    FactKind.DISPUTED: AuditAction.FACT_DISPUTED,
    FactKind.DISPUTE_WON: AuditAction.FACT_DISPUTE_WON,
    FactKind.DISPUTE_LOST: AuditAction.FACT_DISPUTE_LOST,
    FactKind.EXPIRED: AuditAction.FACT_EXPIRED,
    FactKind.CANCELLED: AuditAction.FACT_CANCELLED,
    FactKind.REJECTED: AuditAction.FACT_REJECTED,
    FactKind.CORRECTED: AuditAction.FACT_CORRECTED,
}

SUBSCRIPTION_IS: Mapping[Phase, AuditAction] = {
    Phase.ACTIVE: AuditAction.SUBSCRIPTION_ACTIVE,
    Phase.ENDING: AuditAction.SUBSCRIPTION_ENDING,
    Phase.PAST_DUE: AuditAction.SUBSCRIPTION_PAST_DUE,
    Phase.PAUSED: AuditAction.SUBSCRIPTION_PAUSED,
    Phase.ENDED: AuditAction.SUBSCRIPTION_ENDED,
}

DEPARTED_BY: Mapping[str, AuditAction] = {
    "leave": AuditAction.DEPARTURE_LEAVE,
    "kick": AuditAction.DEPARTURE_KICK,
    "ban": AuditAction.DEPARTURE_BAN,
}
"""By how somebody left the server."""
