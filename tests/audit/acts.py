"""Every command and button of staff, and what it writes into the log. One more needs a line here."""

from __future__ import annotations

from collections.abc import Mapping

from bot.audit import AuditAction

READS: frozenset[AuditAction] = frozenset()
"""It changes nothing."""

JUDGED = frozenset({AuditAction.TIER_SUSPENDED, AuditAction.TIER_RESUMED})
"""What the roles of a tier say about its sale."""

COMMANDS: Mapping[str, frozenset[AuditAction]] = {
    "access audit": READS,
    "access explain": READS,
    "access grant": frozenset({AuditAction.ENTITLEMENT_GRANT}),
    "access import": frozenset({AuditAction.ENTITLEMENT_IMPORT}),
    "access log": READS,
    "access release": frozenset({AuditAction.ROLE_RELEASED}),
    "access revoke": frozenset({AuditAction.ENTITLEMENT_REVOKED}),
    "access transfer": frozenset({AuditAction.ENTITLEMENT_TRANSFERRED}),
    "access withhold": frozenset({AuditAction.ROLE_WITHHELD}),
    "host attendees": READS,
    "host cancel": frozenset({AuditAction.EVENT_CANCELLED}),
    "host create": frozenset({AuditAction.EVENT_CREATED}),
    "order books": READS,
    "order correct": frozenset({AuditAction.ORDER_CORRECTED}),
    "order export": frozenset({AuditAction.ORDER_EXPORTED}),
    "order list": READS,
    "order paid": frozenset({AuditAction.ORDER_MARKED}),
    "order refund": frozenset({AuditAction.REFUND_DRAFTED}),
    "order resend": frozenset({AuditAction.ORDER_RESENT}),
    "order show": READS,
    "stats explain": READS,
    "stats week": READS,
    "teach courses": READS,
    "teach import": frozenset({AuditAction.COURSE_IMPORTED}),
    "teach lock": frozenset(
        {AuditAction.COURSE_LOCKED, AuditAction.COURSE_OPENED, AuditAction.TIER_UNPRICED}
    ),
    "teach price add": frozenset({AuditAction.TIER_PRICED}),
    "teach price remove": frozenset({AuditAction.TIER_UNPRICED}),
    "tier archive": frozenset({AuditAction.TIER_ARCHIVED}),
    "tier course": frozenset({AuditAction.COURSE_INCLUDED, AuditAction.COURSE_EXCLUDED}),
    "tier create": frozenset({AuditAction.TIER_CREATED}),
    "tier edit": frozenset({AuditAction.TIER_EDITED, AuditAction.TIER_DRAFTED, *JUDGED}),
    "tier list": READS,
    "tier order": frozenset({AuditAction.TIER_ORDERED}),
    "tier preview": READS,
    "tier price add": frozenset({AuditAction.TIER_PRICED}),
    "tier price remove": frozenset({AuditAction.TIER_UNPRICED}),
    "tier restore": frozenset({AuditAction.TIER_RESTORED, *JUDGED}),
    "tier shop": frozenset({AuditAction.SHOP_POSTED}),
}

BUTTONS: Mapping[str, frozenset[AuditAction]] = {
    "access.log": READS,
    "access.page": READS,
    "access.repair": frozenset({AuditAction.ROLE_DRIFT}),
    "access.retry": frozenset({AuditAction.BREAKER_RETRIED, AuditAction.BREAKER_CLOSED}),
    "order.correct": frozenset({AuditAction.ORDER_CORRECTED}),
    "departure.stop": frozenset({AuditAction.DEPARTURE_ENDED, AuditAction.SUBSCRIPTION_STOPPED}),
    "departure.keep": frozenset({AuditAction.DEPARTURE_KEPT}),
    "departure.look": READS,
    "order.books": READS,  # what the provider tells is its own doing
    "order.differ": READS,
    "order.done": frozenset({AuditAction.STRAY_CLOSED}),
    "order.extend": frozenset({AuditAction.ORDER_EXTENDED}),
    "order.give_back": frozenset({AuditAction.REFUND_ASKED}),
    "order.look": READS,  # what the provider tells is its own doing
    "order.page": READS,
    "order.paid": frozenset({AuditAction.ORDER_MARKED}),
    "order.refund": frozenset({AuditAction.REFUND_DRAFTED}),
    "order.resend": frozenset({AuditAction.ORDER_RESENT}),
    "order.show": READS,
    "order.turn": READS,
    "order.waiting": READS,
    "tier.apply_all": frozenset({AuditAction.TIER_EDITED, AuditAction.TIER_APPLIED, *JUDGED}),
    "tier.apply_new": frozenset({AuditAction.TIER_EDITED, *JUDGED}),
    "tier.page": READS,
    "tier.recheck": JUDGED,
}
