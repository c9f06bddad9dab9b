"""What stands in the audit log, in words: who reads it is no programmer."""

from __future__ import annotations

import contextlib
from datetime import datetime

from bot.audit.actions import Action
from bot.audit.entry import Entry
from bot.cards import coded, plain
from bot.i18n import Words, stamp

QUIET = frozenset({"order", "object", "tier", "version", "entitlement", "before", "ask"})
"""Numbers of things, for whoever reads the database."""


def action_label(t: Words, what: str) -> str:
    """What was done. A word of another version is shown as it was stored."""
    words = _labels(t)
    try:
        return words[Action(what)]
    except (KeyError, ValueError):
        return t("something that this version has no words for: {word}", word=coded(what))


def details(entry: Entry) -> list[str]:
    """What else is worth reading: people and roles as Discord shows them, times in the reader's zone."""
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
    if name == "until":
        with contextlib.suppress(ValueError):
            return f"→ {stamp(datetime.fromisoformat(value))}"
    return plain(value, 80) if name in ("reason", "why", "source") else f"{name}: {plain(value, 80)}"


def _labels(t: Words) -> dict[Action, str]:
    return {
        Action.ENTITLEMENT_LIVE: t("the membership began"),
        Action.ENTITLEMENT_SUSPENDED: t("the membership rests while its money is disputed"),
        Action.ENTITLEMENT_ENDED: t("the membership ended"),
        Action.ENTITLEMENT_REVOKED: t("the membership was ended early"),
        Action.ENTITLEMENT_REPLACED: t("another membership took its place"),
        Action.ENTITLEMENT_EXTENDED: t("the membership runs until another time"),
        Action.ENTITLEMENT_TRANSFERRED: t("everything was handed to another account"),
        Action.ENTITLEMENT_TRIAL: t("a free trial began"),
        Action.ENTITLEMENT_GRANT: t("a membership was given for nothing"),
        Action.ENTITLEMENT_IMPORT: t("a membership was taken over from elsewhere"),
        Action.ROLE_GIVEN: t("the role was given"),
        Action.ROLE_TAKEN: t("the role was taken"),
        Action.ROLE_WITHHELD: t("the role is withheld"),
        Action.ROLE_RELEASED: t("the role is withheld no more"),
        Action.ROLE_DRIFT: t("the role was not as it should be"),
        Action.BREAKER_OPENED: t("Discord refused to change roles"),
        Action.BREAKER_RETRIED: t("changing roles was tried again"),
        Action.BREAKER_CLOSED: t("roles are changed again"),
        Action.ORDER_CREATED: t("ordered"),
        Action.ORDER_PENDING: t("waits for the money"),
        Action.ORDER_PAID: t("paid"),
        Action.ORDER_REVIEW: t("waits for the owner"),
        Action.ORDER_DISPUTED: t("the payer's bank disputes it"),
        Action.ORDER_REFUNDED: t("the money was given back"),
        Action.ORDER_EXPIRED: t("the link ran out"),
        Action.ORDER_CANCELLED: t("taken back before it was paid"),
        Action.ORDER_MARKED: t("marked as paid by hand"),
        Action.ORDER_RESENT: t("shown to the member once more"),
        Action.ORDER_EXPORTED: t("orders and ledger were exported"),
        Action.REFUND_DRAFTED: t("a refund was prepared"),
        Action.REFUND_ASKED: t("a refund was asked for"),
        Action.FACT_PAID: t("a payment was reported"),
        Action.FACT_DECLINED: t("a payment was declined"),
        Action.FACT_REFUNDED: t("a refund was reported"),
        Action.FACT_REFUND_FAILED: t("a refund failed"),
        Action.FACT_DISPUTED: t("a payment was disputed"),
        Action.FACT_DISPUTE_WON: t("a dispute was won"),
        Action.FACT_DISPUTE_LOST: t("a dispute was lost"),
        Action.FACT_EXPIRED: t("the checkout expired"),
        Action.FACT_CANCELLED: t("the checkout was cancelled"),
        Action.FACT_REJECTED: t("what was ordered could not be given any more"),
        Action.FACT_CONTRADICTION: t("the provider contradicted itself"),
        Action.SUBSCRIPTION_ACTIVE: t("the subscription renews"),
        Action.SUBSCRIPTION_ENDING: t("the subscription ends with its period"),
        Action.SUBSCRIPTION_PAST_DUE: t("a renewal could not be taken"),
        Action.SUBSCRIPTION_PAUSED: t("the subscription rests"),
        Action.SUBSCRIPTION_ENDED: t("the subscription is over"),
        Action.SUBSCRIPTION_STOPPED: t("renewal was turned off"),
        Action.SUBSCRIPTION_KEPT: t("renewal was turned on again"),
        Action.STRAY_CLOSED: t("money that belongs to no order was seen to"),
        Action.TIER_CREATED: t("a membership was put up for sale"),
        Action.TIER_PRICED: t("a price was added"),
        Action.TIER_UNPRICED: t("a price was removed"),
        Action.TIER_DRAFTED: t("a change to a membership was prepared"),
        Action.TIER_EDITED: t("a membership was changed"),
        Action.TIER_APPLIED: t("a change was applied to everybody who has the membership"),
        Action.TIER_ORDERED: t("a membership was moved on the shelf"),
        Action.TIER_ARCHIVED: t("a membership was taken off sale"),
        Action.TIER_RESTORED: t("a membership was put on sale again"),
        Action.TIER_SUSPENDED: t("a membership cannot be sold because of its role"),
        Action.TIER_RESUMED: t("a membership can be sold again"),
        Action.SHOP_POSTED: t("a shop card was posted"),
        Action.EVENT_CREATED: t("an event was planned"),
        Action.EVENT_CANCELLED: t("an event was cancelled"),
        Action.COURSE_IMPORTED: t("a course was imported"),
        Action.COURSE_LOCKED: t("a course was locked to a membership"),
        Action.COURSE_OPENED: t("a course was opened to everybody"),
        Action.COURSE_INCLUDED: t("a course was added to a membership"),
        Action.COURSE_EXCLUDED: t("a course was removed from a membership"),
    }
