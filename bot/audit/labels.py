"""The audit log in words: its readers are not programmers."""

from __future__ import annotations

import contextlib
from datetime import datetime

from bot.audit.actions import AuditAction
from bot.audit.entry import Entry
from bot.cards import coded, plain
from bot.i18n import Language, stamp

QUIET = frozenset({"order", "object", "tier", "version", "entitlement", "before", "ask"})
"""Details that are internal numbers. They are not shown."""


def action_label(t: Language, what: str) -> str:
    """What was done. An action of another version is shown as it was stored."""
    words = _labels(t)
    try:
        return words[AuditAction(what)]
    except (KeyError, ValueError):
        return t("something that this version has no words for: {word}", word=coded(what))


def details(entry: Entry) -> list[str]:
    """The details to show: people and roles as Discord shows them, times in the reader's zone."""
    return [
        _detail(name, str(value))
        for name, value in sorted(entry.detail.items())
        if isinstance(value, str | int) and value != "" and name not in QUIET
    ]


def _detail(name: str, value: str) -> str:
    if name in ("member", "to"):
        return f"<@{value}>"
    if name == "role":
        return f"<@&{value}>"
    if name in ("until", "since"):
        with contextlib.suppress(ValueError):
            return f"→ {stamp(datetime.fromisoformat(value))}"
    return plain(value, 80) if name in ("reason", "why", "source") else f"{name}: {plain(value, 80)}"


def _labels(t: Language) -> dict[AuditAction, str]:
    return {
        AuditAction.ENTITLEMENT_LIVE: t("access began"),
        AuditAction.ENTITLEMENT_SUSPENDED: t("access is paused while its payment is disputed"),
        AuditAction.ENTITLEMENT_ENDED: t("access ended"),
        AuditAction.ENTITLEMENT_REVOKED: t("access was ended early"),
        AuditAction.ENTITLEMENT_REPLACED: t("another membership took its place"),
        AuditAction.ENTITLEMENT_EXTENDED: t("the end of access was moved"),
        AuditAction.ENTITLEMENT_SHORTENED: t("access was shortened: money behind it went back"),
        AuditAction.ENTITLEMENT_MOVED: t("the start of access was moved"),
        AuditAction.ENTITLEMENT_TRANSFERRED: t("everything was handed to another account"),
        AuditAction.ENTITLEMENT_TRIAL: t("a free trial began"),
        AuditAction.ENTITLEMENT_GRANT: t("access was given for nothing"),
        AuditAction.ENTITLEMENT_IMPORT: t("a membership was taken over from elsewhere"),
        AuditAction.ROLE_GIVEN: t("the role was given"),
        AuditAction.ROLE_TAKEN: t("the role was taken"),
        AuditAction.ROLE_WITHHELD: t("the role is withheld"),
        AuditAction.ROLE_RELEASED: t("the role is no longer withheld"),
        AuditAction.ROLE_DRIFT: t("the role was not as it should be"),
        AuditAction.BREAKER_OPENED: t("Discord refused to change roles"),
        AuditAction.BREAKER_RETRIED: t("changing roles was tried again"),
        AuditAction.BREAKER_CLOSED: t("roles are changed again"),
        AuditAction.ORDER_CREATED: t("ordered"),
        AuditAction.ORDER_PENDING: t("waits for the money"),
        AuditAction.ORDER_PAID: t("paid"),
        AuditAction.ORDER_REVIEW: t("waits for the owner"),
        AuditAction.ORDER_DISPUTED: t("the payer's bank disputes it"),
        AuditAction.ORDER_REFUNDED: t("the money was given back"),
        AuditAction.ORDER_EXPIRED: t("the link ran out"),
        AuditAction.ORDER_CANCELLED: t("taken back before it was paid"),
        AuditAction.ORDER_MARKED: t("marked as paid by hand"),
        AuditAction.ORDER_CORRECTED: t("a note about money was corrected"),
        AuditAction.ORDER_EXTENDED: t("may wait longer for its money"),
        AuditAction.ORDER_RESENT: t("shown to the member once more"),
        AuditAction.ORDER_EXPORTED: t("orders and ledger were exported"),
        AuditAction.REFUND_DRAFTED: t("a refund was prepared"),
        AuditAction.REFUND_ASKED: t("a refund was asked for"),
        AuditAction.FACT_PAID: t("a payment was reported"),
        AuditAction.FACT_DECLINED: t("a payment was declined"),
        AuditAction.FACT_REFUNDED: t("a refund was reported"),
        AuditAction.FACT_REFUND_FAILED: t("a refund failed"),
        AuditAction.FACT_DISPUTED: t("a payment was disputed"),
        AuditAction.FACT_DISPUTE_WON: t("a dispute was won"),
        AuditAction.FACT_DISPUTE_LOST: t("a dispute was lost"),
        AuditAction.FACT_EXPIRED: t("the checkout expired"),
        AuditAction.FACT_CANCELLED: t("the checkout was cancelled"),
        AuditAction.FACT_REJECTED: t("what was ordered could not be given any more"),
        AuditAction.FACT_CORRECTED: t("a note about money was taken back"),
        AuditAction.FACT_CONTRADICTION: t("the provider contradicted itself"),
        AuditAction.SUBSCRIPTION_ACTIVE: t("the subscription renews"),
        AuditAction.SUBSCRIPTION_ENDING: t("the subscription ends with its period"),
        AuditAction.SUBSCRIPTION_PAST_DUE: t("a renewal could not be taken"),
        AuditAction.SUBSCRIPTION_PAUSED: t("the subscription is paused"),
        AuditAction.SUBSCRIPTION_ENDED: t("the subscription is over"),
        AuditAction.SUBSCRIPTION_END_ASKED: t("the end of the renewal was requested on the receipt's page"),
        AuditAction.SUBSCRIPTION_STOPPED: t("renewal was turned off"),
        AuditAction.SUBSCRIPTION_KEPT: t("renewal was turned on again"),
        AuditAction.STRAY_CLOSED: t("money that belongs to no order was seen to"),
        AuditAction.TIER_CREATED: t("a membership was put up for sale"),
        AuditAction.TIER_PRICED: t("a price was added"),
        AuditAction.TIER_UNPRICED: t("a price was removed"),
        AuditAction.TIER_DRAFTED: t("a change to a membership was prepared"),
        AuditAction.TIER_EDITED: t("a membership was changed"),
        AuditAction.TIER_APPLIED: t("a change was applied to everybody who has the membership"),
        AuditAction.TIER_ORDERED: t("a membership was moved on the shelf"),
        AuditAction.TIER_ARCHIVED: t("a membership was taken off sale"),
        AuditAction.TIER_RESTORED: t("a membership was put on sale again"),
        AuditAction.TIER_SUSPENDED: t("a membership cannot be sold because of its role"),
        AuditAction.TIER_RESUMED: t("a membership can be sold again"),
        AuditAction.SHOP_POSTED: t("a shop card was posted"),
        AuditAction.DEPARTURE_LEAVE: t("a subscriber left the server"),
        AuditAction.DEPARTURE_KICK: t("a subscriber was kicked"),
        AuditAction.DEPARTURE_BAN: t("a subscriber was banned"),
        AuditAction.DEPARTURE_KEPT: t("the subscription of somebody who left goes on"),
        AuditAction.DEPARTURE_ENDED: t("the subscription of somebody who left is to end with its period"),
        AuditAction.DEPARTURE_REMOVED: t("removed from the server, because a membership was over"),
        AuditAction.DEPARTURE_SPARED: t("not removed from the server at the end of a membership"),
        AuditAction.EVENT_CREATED: t("an event was planned"),
        AuditAction.EVENT_CANCELLED: t("an event was cancelled"),
        AuditAction.COURSE_IMPORTED: t("a course was imported"),
        AuditAction.COURSE_LOCKED: t("a course was locked to a membership"),
        AuditAction.COURSE_OPENED: t("a course was opened to everybody"),
        AuditAction.COURSE_INCLUDED: t("a course was added to a membership"),
        AuditAction.COURSE_EXCLUDED: t("a course was removed from a membership"),
    }
