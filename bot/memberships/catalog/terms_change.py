"""What terms can ever give, and what new terms give more than old ones. Pure."""

from __future__ import annotations

from bot.memberships.model import ExpiryAction, Terms


def roles_in(terms: Terms) -> frozenset[int]:
    """All roles that the terms may give, including the one after the end."""
    after = terms.after_role_id
    return frozenset(terms.roles) if after is None else frozenset((*terms.roles, after))


def roles_named(before: Terms, after: Terms) -> frozenset[int]:
    """The roles that `after` names where `before` did not: while it runs, or at the end."""
    named = frozenset(after.roles) - frozenset(before.roles)
    if after.after_role_id is not None and after.after_role_id != before.after_role_id:
        named |= {after.after_role_id}
    return named


def roles_given_more(before: Terms, after: Terms) -> frozenset[int]:
    """The roles that `after` gives where `before` did not, or longer, or sooner: the one at the end waits for the grace."""
    more = roles_named(before, after)
    if _gives_longer(before, after):
        more |= frozenset(after.roles)
    if after.grace_days < before.grace_days and after.after_role_id is not None:
        more |= {after.after_role_id}
    return more


def gives_more(before: Terms, after: Terms) -> bool:
    """Is anybody better off with `after` than with `before` in anything?"""
    return (
        bool(roles_given_more(before, after))
        or after.discount > before.discount
        or after.consultations > before.consultations
        or (after.events and not before.events)
    )


def _gives_longer(before: Terms, after: Terms) -> bool:
    if after.grace_days > before.grace_days:
        return True
    if after.after is not ExpiryAction.KEEP or after.after_until is None:
        return False
    return before.after_until is None or after.after_until > before.after_until
