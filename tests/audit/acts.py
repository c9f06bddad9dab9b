"""Every command and button of staff, and what it writes into the log. One more needs a line here."""

from __future__ import annotations

from collections.abc import Mapping

from bot.audit import Action

READS: frozenset[Action] = frozenset()
"""It changes nothing."""

COMMANDS: Mapping[str, frozenset[Action]] = {
    "access audit": READS,
    "access explain": READS,
    "access grant": frozenset({Action.ENTITLEMENT_GRANT}),
    "access import": frozenset({Action.ENTITLEMENT_IMPORT}),
    "access log": READS,
    "access release": frozenset({Action.ROLE_RELEASED}),
    "access revoke": frozenset({Action.ENTITLEMENT_REVOKED}),
    "access transfer": frozenset({Action.ENTITLEMENT_TRANSFERRED}),
    "access withhold": frozenset({Action.ROLE_WITHHELD}),
    "host attendees": READS,
    "host cancel": frozenset({Action.EVENT_CANCELLED}),
    "host create": frozenset({Action.EVENT_CREATED}),
    "order books": READS,
    "order export": frozenset({Action.ORDER_EXPORTED}),
    "order list": READS,
    "order paid": frozenset({Action.ORDER_MARKED}),
    "order refund": frozenset({Action.REFUND_DRAFTED}),
    "order resend": frozenset({Action.ORDER_RESENT}),
    "order show": READS,
    "stats explain": READS,
    "stats week": READS,
    "teach courses": READS,
    "teach import": frozenset({Action.COURSE_IMPORTED}),
    "teach lock": frozenset({Action.COURSE_LOCKED, Action.COURSE_OPENED}),
    "tier archive": frozenset({Action.TIER_ARCHIVED}),
    "tier course": frozenset({Action.COURSE_INCLUDED, Action.COURSE_EXCLUDED}),
    "tier create": frozenset({Action.TIER_CREATED}),
    "tier edit": frozenset({Action.TIER_EDITED, Action.TIER_DRAFTED}),
    "tier list": READS,
    "tier order": frozenset({Action.TIER_ORDERED}),
    "tier preview": READS,
    "tier price add": frozenset({Action.TIER_PRICED}),
    "tier price remove": frozenset({Action.TIER_UNPRICED}),
    "tier restore": frozenset({Action.TIER_RESTORED}),
    "tier shop": frozenset({Action.SHOP_POSTED}),
}

BUTTONS: Mapping[str, frozenset[Action]] = {
    "access.repair": frozenset({Action.ROLE_DRIFT}),
    "access.retry": frozenset({Action.BREAKER_RETRIED, Action.BREAKER_CLOSED}),
    "order.done": frozenset({Action.STRAY_CLOSED}),
    "order.give_back": frozenset({Action.REFUND_ASKED}),
    "order.look": READS,  # what the provider tells is its own doing
    "order.page": READS,
    "order.paid": frozenset({Action.ORDER_MARKED}),
    "order.refund": frozenset({Action.REFUND_DRAFTED}),
    "order.resend": frozenset({Action.ORDER_RESENT}),
    "order.show": READS,
    "tier.apply_all": frozenset({Action.TIER_EDITED, Action.TIER_APPLIED}),
    "tier.apply_new": frozenset({Action.TIER_EDITED}),
    "tier.recheck": frozenset({Action.TIER_SUSPENDED, Action.TIER_RESUMED}),
}
