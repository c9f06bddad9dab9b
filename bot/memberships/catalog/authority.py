"""Who may cause which roles: staff below the owner cause only roles below their own highest one, and nothing for themselves.

Every act of staff that gives, restores, sells or takes a role asks here, about everything that its terms can ever give.
An act that takes two steps asks in both: the rank of the second moment counts. What a role became since then is not
asked here: `role_safety` and the reconciler give no role that may do harm or stands above Lyceum's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.cards import plain
from bot.db import Database
from bot.errors import UserError
from bot.memberships.catalog.store import tiers
from bot.memberships.catalog.terms_change import gives_more, roles_given_more, roles_in
from bot.memberships.model import Terms, Tier
from bot.ports import ChatServer, Role

EVERYTHING = 100
"""The discount, in percent, with which other memberships cost nothing."""


@dataclass(frozen=True)
class Staff:
    """The staff member who acts. `owner`: the server's owner, who ranks above all roles."""

    id: int
    owner: bool


@dataclass(frozen=True, kw_only=True)
class Authority:
    """What one staff member may cause. `top` is the position of their highest role, `shelf` what is on sale."""

    staff: Staff
    roles: Mapping[int, Role]
    top: int
    shelf: tuple[Tier, ...]

    def require(self, role_ids: Iterable[int], user_id: int | None = None) -> None:
        """UserError unless this person may cause these roles, and (with `user_id`) for this member."""
        if self.staff.owner:
            return
        if user_id == self.staff.id:
            raise UserError(
                "You cannot do this for yourself: only the owner of this server can give you something. Ask them."
            )
        for role_id in role_ids:
            role = self.roles.get(role_id)
            if role is not None and role.position >= self.top:
                raise UserError(
                    "The role {role} stands above yours. Choose a lower one, or ask somebody with a higher role.",
                    role=plain(role.name),
                )

    def require_terms(self, given: Iterable[Terms], user_id: int | None = None) -> None:
        """As `require`, for everything that these terms can ever give."""
        for terms in given:
            self.require(self.reach(terms), user_id)

    def require_sale(self, tier: Tier) -> None:
        """UserError unless this person may sell the tier."""
        self.require_terms([tier.terms])

    def require_change(self, before: Terms, after: Terms, user_id: int | None = None) -> None:
        """UserError unless this person may cause what `after` gives more than `before` (to this member)."""
        if not gives_more(before, after):
            return
        more = roles_given_more(before, after)
        if after.discount > before.discount:
            more |= self._shelf_roles()
        self.require(more, user_id)

    def reach(self, terms: Terms) -> frozenset[int]:
        """All roles that somebody with these terms can have without paying."""
        for_nothing = self._shelf_roles() if terms.discount >= EVERYTHING else frozenset[int]()
        return roles_in(terms) | for_nothing

    def _shelf_roles(self) -> frozenset[int]:
        return frozenset(role for tier in self.shelf for role in roles_in(tier.terms))


class Authorities:
    """Looks up what a staff member may cause. It asks Discord, so it is asked before a transaction begins."""

    def __init__(self, db: Database, server: ChatServer) -> None:
        self._db = db
        self._server = server

    async def of(self, guild_id: int, staff: Staff) -> Authority:
        """What this staff member may cause, as their roles are now."""
        roles = {role.id: role for role in await self._server.roles(guild_id)}
        person = None if staff.owner else await self._server.member(guild_id, staff.id)
        held = person.roles if person else frozenset[int]()
        async with self._db.read() as db:
            shelf = await tiers.all_of(db, guild_id)
        return Authority(
            staff=staff,
            roles=roles,
            top=max((roles[role].position for role in held if role in roles), default=0),
            shelf=tuple(shelf),
        )

    async def by_id(self, guild_id: int, actor: int) -> Authority:
        """As `of`, where only the id is known."""
        return await self.of(guild_id, Staff(actor, owner=self._server.owner_id(guild_id) == actor))
