"""Which roles may be sold. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.cards import plain
from bot.errors import UserError
from bot.memberships.model import Terms
from bot.ports import Role


def refusal(role: Role, own_top: int) -> UserError | None:
    """Why this role may not be sold, None when it may.

    Positions grow upwards. A paid role must not be able to harm the server.
    """
    if role.everyone:
        return UserError("@everyone cannot be sold: all members have it. Choose another role.")
    if role.managed:
        return UserError(
            "The role {role} belongs to an integration, and only that can give it. Choose another role.",
            role=plain(role.name),
        )
    if role.position >= own_top:
        return UserError(
            "The role {role} stands above mine, so I cannot give it. Open Server Settings → Roles and drag my role above it.",
            role=plain(role.name),
        )
    if role.dangerous:
        return UserError(
            "The role {role} carries permissions that nobody should be able to buy: {permissions}. "
            "Take them from the role, or choose another one.",
            role=plain(role.name),
            permissions=", ".join(sorted(role.dangerous)),
        )
    return None


def finding_of(role: Role | None, own_top: int) -> str | None:
    """The finding that keeps a tier with this role (None: deleted) off sale; None when the role may be sold."""
    if role is None:
        return "role-deleted"
    if role.everyone or role.managed:
        return "role-managed"
    if role.dangerous:
        return "role-dangerous"
    return "role-too-high" if role.position >= own_top else None


def finding_in(terms: Terms, roles: Mapping[int, Role], own_top: int) -> str | None:
    """The first finding about the roles of these terms; about the one after the end it begins with "fallback-"."""
    return next(_findings(terms, roles, own_top), None)


def _findings(terms: Terms, roles: Mapping[int, Role], own_top: int) -> Iterator[str]:
    for role_id in terms.roles:
        finding = finding_of(roles.get(role_id), own_top)
        if finding is not None:
            yield finding
    if terms.after_role_id is not None:
        finding = finding_of(roles.get(terms.after_role_id), own_top)
        if finding is not None:
            yield finding.replace("role-", "fallback-")
