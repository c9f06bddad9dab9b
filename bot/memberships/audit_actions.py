"""What the log calls a change of our own states: each state has its action."""

from __future__ import annotations

from collections.abc import Mapping

from bot.audit import Action
from bot.memberships.model import Standing
from bot.memberships.state import State
from bot.payments.port import Kind, Phase

ENTITLEMENT_IS: Mapping[Standing, Action] = {
    Standing.LIVE: Action.ENTITLEMENT_LIVE,
    Standing.SUSPENDED: Action.ENTITLEMENT_SUSPENDED,
    Standing.ENDED: Action.ENTITLEMENT_ENDED,
    Standing.REVOKED: Action.ENTITLEMENT_REVOKED,
    Standing.REPLACED: Action.ENTITLEMENT_REPLACED,
}

ENTITLEMENT_FROM: Mapping[str, Action] = {
    "trial": Action.ENTITLEMENT_TRIAL,
    "grant": Action.ENTITLEMENT_GRANT,
    "import": Action.ENTITLEMENT_IMPORT,
}
"""By the source of an entitlement without an order."""

ORDER_IS: Mapping[State, Action] = {
    State.CREATED: Action.ORDER_CREATED,
    State.PENDING: Action.ORDER_PENDING,
    State.PAID: Action.ORDER_PAID,
    State.DISPUTED: Action.ORDER_DISPUTED,
    State.REFUNDED: Action.ORDER_REFUNDED,
    State.EXPIRED: Action.ORDER_EXPIRED,
    State.CANCELLED: Action.ORDER_CANCELLED,
    State.REVIEW: Action.ORDER_REVIEW,
}

FACT_SAYS: Mapping[Kind, Action] = {
    Kind.PAID: Action.FACT_PAID,
    Kind.DECLINED: Action.FACT_DECLINED,
    Kind.REFUNDED: Action.FACT_REFUNDED,
    Kind.REFUND_FAILED: Action.FACT_REFUND_FAILED,
    Kind.DISPUTED: Action.FACT_DISPUTED,
    Kind.DISPUTE_WON: Action.FACT_DISPUTE_WON,
    Kind.DISPUTE_LOST: Action.FACT_DISPUTE_LOST,
    Kind.EXPIRED: Action.FACT_EXPIRED,
    Kind.CANCELLED: Action.FACT_CANCELLED,
    Kind.REJECTED: Action.FACT_REJECTED,
}

SUBSCRIPTION_IS: Mapping[Phase, Action] = {
    Phase.ACTIVE: Action.SUBSCRIPTION_ACTIVE,
    Phase.ENDING: Action.SUBSCRIPTION_ENDING,
    Phase.PAST_DUE: Action.SUBSCRIPTION_PAST_DUE,
    Phase.PAUSED: Action.SUBSCRIPTION_PAUSED,
    Phase.ENDED: Action.SUBSCRIPTION_ENDED,
}
