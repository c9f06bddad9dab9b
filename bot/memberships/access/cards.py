"""The cards of /access: why a member has a role, what differs, what was done, and what Discord refuses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.audit import Entry
from bot.audit.labels import action_label, details
from bot.cards import Accent, Button, Card, Row, card, plain
from bot.i18n import Language, stamp
from bot.memberships.access.actions import REPAIR_ROLES, RETRY_ROLES, TURN_EXPLANATION, TURN_LOG, Scope
from bot.memberships.access.role_audit import RoleAuditReport, RoleDifference
from bot.memberships.access.wanted_roles import Override
from bot.memberships.model import FOREVER, Entitlement, EntitlementStatus, Tier
from bot.memberships.wording import roles_words
from bot.paging import turning

SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Why a member has, or should have, their roles.

    `wanted` roles follow from memberships and exceptions, `ours` were given by Lyceum, `held` are the member's present
    ones (None when they are not in the server). `existing_roles` are the server's; None when they are not known.
    """

    user_id: int
    held_entitlements: tuple[Entitlement, ...]
    wanted: frozenset[int]
    ours: frozenset[int]
    held: frozenset[int] | None
    now: datetime
    exceptions: tuple[Override, ...] = ()
    existing_roles: frozenset[int] | None = None


def explanation(t: Language, access: Explanation, page: int = 0) -> Card:
    """One line (role — why — until — source) for each membership and exception of one member."""
    lines = [
        _entitlement_line(t, entitlement, access)
        for entitlement in access.held_entitlements
        if entitlement.status is EntitlementStatus.LIVE and entitlement.ends_at > access.now
    ]
    lines += [_override_line(t, override) for override in access.exceptions]
    held = access.held or frozenset()
    by_us = [f"<@&{role}>" for role in sorted(held & access.ours - access.wanted)]
    by_others = [f"<@&{role}>" for role in sorted(held - access.ours)]
    return card(
        t("## Access of {member}", member=f"<@{access.user_id}>"),
        t("This person is not in the server. What they paid for waits for their return.")
        if access.held is None
        else None,
        *(lines or [t("No membership gives this person a role.")]),
        t("Over, and being taken back: {roles}", roles=" ".join(by_us)) if by_us else None,
        t("Not given by Lyceum, never taken by it: {roles}", roles=" ".join(by_others))
        if by_others
        else None,
        turn=turning(t, page, lambda to: TURN_EXPLANATION.encode(access.user_id, to)),
    )


def audited(t: Language, report: RoleAuditReport, *, repairing: bool) -> Card:
    """What differs between Discord and the database, with a button that repairs it."""
    looked = t.n("{n} member looked at.", "{n} members looked at.", report.looked_at)
    away = (
        t.n(
            "{n} member with a membership has left; it waits for their return.",
            "{n} members with a membership have left; it waits for their return.",
            report.away,
        )
        if report.away
        else None
    )
    if not report.differences:
        return card(t("## Access"), t("Everything is as it should be."), looked, away, accent=Accent.GOOD)
    lines = [_difference_line(t, difference) for difference in report.differences[:SHOWN]]
    more = len(report.differences) - len(lines)
    if more > 0:
        lines.append(t.n("… and {n} more.", "… and {n} more.", more))
    button = Row((Button(t("Repair"), action=REPAIR_ROLES.encode(Scope.ALL), style="primary"),))
    return card(
        t("## Access"),
        "\n".join(lines),
        looked,
        away,
        t("The roles are being corrected now. /access audit shows what is left.") if repairing else None,
        button if report.repairable and not repairing else None,
        accent=Accent.WARN if report.repairable else Accent.PLAIN,
    )


def refused(t: Language, role_id: int, action: str) -> Card:
    """For the staff channel: Discord refuses, the two usual causes, and a button to try again."""
    return card(
        t("## I may not change roles"),
        t(
            "Discord refused to let me give or take {role}. There are two usual causes:",
            role=f"<@&{role_id}>",
        ),
        t(
            "1. My role lacks **Manage Roles**: Server Settings → Roles → my role → Permissions.\n"
            "2. My role stands **below** {role}: drag mine above it in Server Settings → Roles.",
            role=f"<@&{role_id}>",
        ),
        t("Nothing is lost: everyone who paid keeps their days. I go on by myself as soon as I may."),
        Row((Button(t("Try again"), action, style="primary"),)),
        accent=Accent.BAD,
    )


def retry_action(mark: int) -> str:
    """The action of *Try again*; `mark` identifies the card it is on."""
    return RETRY_ROLES.encode(mark)


def retried(t: Language) -> Card:
    """The answer to *Try again*."""
    return card(t("I am trying again now. If Discord still refuses, I will say so here."), accent=Accent.GOOD)


def granted(t: Language, entitlement: Entitlement, renewing: Entitlement | None = None) -> Card:
    """A tier or an item was given for free, maybe beside a subscription to it."""
    values = {
        "member": f"<@{entitlement.user_id}>",
        "plan": plain(entitlement.tier.name),
        "when": _end(t, entitlement.ends_at),
    }
    roles = roles_words(entitlement.tier.terms.roles)
    return card(
        t("{member} has **{plan}** until {when}: {roles}.", roles=roles, **values)
        if roles
        else t("{member} has **{plan}** until {when}.", **values),
        t("Reason: {reason}", reason=plain(entitlement.reason)),
        _beside(t, entitlement, renewing),
        accent=Accent.WARN if renewing else Accent.GOOD,
    )


def _beside(t: Language, given: Entitlement, renewing: Entitlement | None) -> str | None:
    """What the gift means for a subscription to the same tier."""
    if renewing is None:
        return None
    if given.forever:
        return t(
            "Their subscription to it ends by itself on {when}, and whoever pays it is told.",
            when=stamp(renewing.ends_at, "D"),
        )
    return t(
        "⚠ It is paid by subscription too, which goes on charging: these days run beside it and save nobody anything. If nothing is to be paid meanwhile, have the subscription ended with /membership cancel."
    )


def revoked(t: Language, user_id: int, held_entitlements: Sequence[Entitlement]) -> Card:
    """Entitlements were revoked; nothing was refunded."""
    paid = any(entitlement.source == "order" for entitlement in held_entitlements)
    return card(
        t(
            "{member} no longer has **{plan}**.",
            member=f"<@{user_id}>",
            plan=plain(held_entitlements[0].tier.name),
        ),
        t("What was paid is not given back by this. /order refund does that.") if paid else None,
        accent=Accent.GOOD,
    )


def withheld(t: Language, user_id: int, override: Override) -> Card:
    """A role is withheld from a member."""
    return card(
        t(
            "{role} is withheld from {member} until {when}. The days of a membership go on meanwhile.",
            role=f"<@&{override.role_id}>",
            member=f"<@{user_id}>",
            when=stamp(override.until or FOREVER),
        ),
        accent=Accent.GOOD,
    )


def released(t: Language, user_id: int, role_id: int) -> Card:
    """A role is no longer withheld."""
    return card(
        t("{role} is no longer withheld from {member}.", role=f"<@&{role_id}>", member=f"<@{user_id}>"),
        accent=Accent.GOOD,
    )


def transferred(t: Language, giver: int, taker: int, held_entitlements: Sequence[Entitlement]) -> Card:
    """All running entitlements belong to another account now."""
    names = t.join(list(dict.fromkeys(plain(entitlement.tier.name) for entitlement in held_entitlements)))
    return card(
        t(
            "**{plans}** went from {giver} to {taker}, with all remaining days.",
            plans=names,
            giver=f"<@{giver}>",
            taker=f"<@{taker}>",
        ),
        t(
            "The card was not moved: whoever pays for a subscription goes on paying, and only they can change or end that. They are told by direct message."
        )
        if any(entitlement.order_id is not None for entitlement in held_entitlements)
        else None,
        accent=Accent.GOOD,
    )


def importable(t: Language, tier: Tier, count: int, end: datetime, *, owner: bool = True) -> Card:
    """How many members an import would reach, before it is confirmed. Only the `owner` reaches themselves."""
    left_out = None if owner else t("You are left out yourself: only the owner can give you something.")
    if not count:
        return card(
            t("Nobody holds the roles of **{plan}** without having them from me.", plan=plain(tier.name)),
            left_out,
            accent=Accent.QUIET,
        )
    return card(
        t.n(
            "{n} member holds the roles of **{plan}** and would have it from me until {when}.",
            "{n} members hold the roles of **{plan}** and would have it from me until {when}.",
            count,
            plan=plain(tier.name),
            when=_end(t, end),
        ),
        t("From then on I take the roles away like any others. Nobody is told, nothing is charged."),
        left_out,
        t("Type the same again with **confirm: True** to do it."),
    )


def imported(t: Language, tier: Tier, count: int, end: datetime) -> Card:
    """How many members were imported."""
    return card(
        t.n(
            "{n} member has **{plan}** until {when}.",
            "{n} members have **{plan}** until {when}.",
            count,
            plan=plain(tier.name),
            when=_end(t, end),
        ),
        accent=Accent.GOOD,
    )


def history(t: Language, entries: Sequence[Entry], user_id: int | None = None, page: int = 0) -> Card:
    """Who changed what, the newest first."""
    if not entries:
        return card(t("Nothing was changed yet."), accent=Accent.QUIET)
    lines = "\n".join(_entry_line(t, entry) for entry in entries[:SHOWN])
    return card(t("## Log"), lines, turn=turning(t, page, lambda to: TURN_LOG.encode(user_id, to)))


def _entry_line(t: Language, entry: Entry) -> str:
    actor = f"<@{entry.actor}>" if entry.actor else "Lyceum"
    return " · ".join([stamp(entry.at, "f"), actor, action_label(t, entry.what), *details(entry)])


def _difference_line(t: Language, difference: RoleDifference) -> str:
    missing, superfluous, foreign = difference.missing, difference.superfluous, difference.foreign
    parts = [
        t("lacks {roles}", roles=roles_words(sorted(missing))) if missing else None,
        t("still has {roles}", roles=roles_words(sorted(superfluous))) if superfluous else None,
        t("has {roles} from somebody else; I leave those alone", roles=roles_words(sorted(foreign)))
        if foreign
        else None,
    ]
    return f"<@{difference.user_id}> " + " · ".join(part for part in parts if part)


def _override_line(t: Language, override: Override) -> str:
    values = {
        "role": f"<@&{override.role_id}>",
        "when": stamp(override.until or FOREVER),
        "reason": plain(override.reason),
    }
    if override.give:
        return t("{role} — given by staff until {when}: {reason}", **values)
    return t("{role} — withheld by staff until {when}: {reason}", **values)


def _end(t: Language, moment: datetime) -> str:
    return t("for ever") if moment >= FOREVER else stamp(moment)


def _entitlement_line(t: Language, entitlement: Entitlement, access: Explanation) -> str:
    if entitlement.tier.item is not None:
        return t(
            "{plan}, on its own — until {when} — {source}",
            plan=plain(entitlement.tier.name),
            when=_end(t, entitlement.ends_at),
            source=_source(t, entitlement),
        )
    role = roles_words(entitlement.tier.terms.roles)
    if entitlement.starts_at > access.now:
        return t(
            "{role} — {plan}, from {start} — until {when} — {source}",
            role=role,
            plan=plain(entitlement.tier.name),
            start=stamp(entitlement.starts_at),
            when=_end(t, entitlement.ends_at),
            source=_source(t, entitlement),
        )
    values = {
        "role": role,
        "plan": plain(entitlement.tier.name),
        "when": _end(t, entitlement.ends_at),
        "source": _source(t, entitlement),
    }
    line = (
        t("{role} — {plan}, paid — until {when} — {source}", **values)
        if entitlement.order_id is not None
        else t("{role} — {plan} — until {when} — {source}", **values)
    )
    missing = frozenset(entitlement.tier.terms.roles) & access.wanted - (access.held or frozenset())
    if access.held is not None and access.existing_roles is not None and missing - access.existing_roles:
        line += "\n" + t("⚠ A role was deleted. Give the membership another one with /tier edit.")
    elif access.held is not None and missing:
        line += "\n" + t("⚠ not held at the moment: I may lack Manage Roles, or my role stands below it.")
    elif access.ours.isdisjoint(entitlement.tier.terms.roles):
        line += "\n" + t("held already before, so Lyceum will not take it.")
    return line


def _source(t: Language, entitlement: Entitlement) -> str:
    if entitlement.order_id is not None:
        return t("order {number}", number=entitlement.order_id)
    labels = {"trial": t("trial"), "grant": t("given by staff"), "import": t("imported")}
    label = labels[entitlement.source]
    if not entitlement.reason:
        return label
    return t("{source} ({reason})", source=label, reason=plain(entitlement.reason, 80))
