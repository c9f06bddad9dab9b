"""What stands in the log, in words: who reads it is no programmer."""

from __future__ import annotations

import contextlib
from datetime import datetime

from bot.cards import plain
from bot.i18n import Words, stamp
from bot.memberships.store.records import Note

QUIET = frozenset({"order", "object", "tier", "version", "entitlement", "before", "ask"})
"""Numbers of things, for whoever reads the database."""


def deed(t: Words, what: str) -> str:
    """What was done; a deed without words keeps its name."""
    words = {
        "entitlement.live": t("the membership began"),
        "entitlement.suspended": t("the membership rests while its money is disputed"),
        "entitlement.ended": t("the membership ended"),
        "entitlement.revoked": t("the membership was ended early"),
        "entitlement.replaced": t("another membership took its place"),
        "entitlement.extended": t("the membership runs until another time"),
        "entitlement.transferred": t("everything was handed to another account"),
        "entitlement.trial": t("a free trial began"),
        "entitlement.grant": t("a membership was given for nothing"),
        "entitlement.import": t("a membership was taken over from elsewhere"),
        "role.given": t("the role was given"),
        "role.taken": t("the role was taken"),
        "role.withheld": t("the role is withheld"),
        "role.released": t("the role is withheld no more"),
        "role.drift": t("the role was not as it should be"),
        "breaker.opened": t("Discord refused to change roles"),
        "breaker.closed": t("roles are changed again"),
        "order.created": t("ordered"),
        "order.pending": t("waits for the money"),
        "order.paid": t("paid"),
        "order.review": t("waits for the owner"),
        "order.disputed": t("the payer's bank disputes it"),
        "order.refunded": t("the money was given back"),
        "order.expired": t("the link ran out"),
        "order.cancelled": t("taken back before it was paid"),
        "order.marked": t("marked as paid by hand"),
        "order.resent": t("shown to the member once more"),
        "refund.drafted": t("a refund was prepared"),
        "refund.asked": t("a refund was asked for"),
        "fact.contradiction": t("the provider contradicted itself"),
        "subscription.active": t("the subscription renews"),
        "subscription.ending": t("the subscription ends with its period"),
        "subscription.past_due": t("a renewal could not be taken"),
        "subscription.paused": t("the subscription rests"),
        "subscription.ended": t("the subscription is over"),
    }
    return words.get(what, f"`{what}`")


def details(note: Note) -> list[str]:
    """What else is worth reading: people and roles as Discord shows them, times in the reader's zone."""
    return [
        _detail(name, str(value))
        for name, value in sorted(note.detail.items())
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
