"""What is for sale: making tiers, finding them by what people type, and taking them off sale."""

from __future__ import annotations

import unicodedata

from bot.cards import plain
from bot.clock import Clock
from bot.db import Database
from bot.errors import UserError
from bot.ids import new_id
from bot.memberships.model import Price, Product, Span, Terms, Tier, Way
from bot.memberships.rules import refusal
from bot.memberships.store import records, tiers
from bot.money import parse_money
from bot.ports import ChatServer

NAME_LIMIT = 80
LONGEST = 3660


class Tiers:
    """The shop's shelf."""

    def __init__(self, db: Database, clock: Clock, server: ChatServer) -> None:
        self._db = db
        self._clock = clock
        self._server = server

    async def create(
        self,
        guild_id: int,
        *,
        name: str,
        price: str,
        currency: str,
        days: int,
        role_id: int,
        actor: int,
        owner: bool,
    ) -> Product:
        """Put a tier up for sale. Above the server's `owner` stands no role; anybody else may sell only lower ones."""
        name, key = _name(name)
        money = parse_money(price, currency)
        if not 1 <= days <= LONGEST:
            raise UserError(
                "A membership lasts between 1 and {longest} days. Choose a number in between.",
                longest=LONGEST,
            )
        refused = await self._refusal(guild_id, role_id, None if owner else await self._top(guild_id, actor))
        if refused is not None:
            raise refused
        now = self._clock.now()
        found = await self.products(guild_id)
        after = max((product.tier.position for product in found), default=0) + 1
        tier = Tier(new_id(), guild_id, name, "", after, None, None, False, Terms(1, (role_id,)))
        way = Price(new_id(), tier.id, Span(Way.ONCE, days), money)
        async with self._db.write() as tx:
            if await tiers.find(tx, guild_id, key) is not None:
                raise UserError(
                    "There is a membership called {name} already. Choose another name, or archive that one first with /tier archive.",
                    name=plain(name),
                )
            await tiers.add(tx, tier, key, now, actor)
            await tiers.add_price(tx, guild_id, way, now)
            await records.note(
                tx, guild_id, now, actor, "tier.created", tier.id,
                amount=money.amount, currency=money.currency, days=days, role=str(role_id),
            )  # fmt: skip
        return Product(tier, (way,))

    async def archive(self, guild_id: int, typed: str, actor: int) -> Tier:
        """Sell it no more; whoever has it keeps it to the end."""
        tier = await self.find(guild_id, typed)
        now = self._clock.now()
        async with self._db.write() as tx:
            if await tiers.archive(tx, guild_id, tier.id, now):
                await records.note(tx, guild_id, now, actor, "tier.archived", tier.id)
        return tier

    async def on_sale(self, guild_id: int) -> list[Tier]:
        """Everything on sale, in the owner's order."""
        async with self._db.read() as db:
            return await tiers.all_of(db, guild_id)

    async def products(self, guild_id: int, *, archived: bool = False) -> list[Product]:
        """Everything on sale (with `archived`, that ever was) with its prices."""
        async with self._db.read() as db:
            return await tiers.products(db, guild_id, archived=archived)

    async def find(self, guild_id: int, typed: str) -> Tier:
        """The tier on sale that autocomplete gave (an id), or that somebody typed (its name). UserError else."""
        found = await self.on_sale(guild_id)
        key = compared(typed)
        for tier in found:
            if str(tier.id) == typed.strip() or compared(tier.name) == key:
                return tier
        if not found:
            raise UserError("Nothing is on sale here yet. An owner can change that with /tier create.")
        raise UserError(
            "There is no plan called {plan}. Pick one from the list that appears while typing; /membership plans shows them all.",
            plan=plain(typed, NAME_LIMIT),
        )

    async def sellable(self, tier: Tier) -> None:
        """Raises UserError while its role cannot be given: nobody should pay for nothing."""
        refused = [await self._refusal(tier.guild_id, role, None) for role in tier.terms.roles]
        if any(refused):
            raise UserError(
                "{plan} cannot be bought at the moment: its role has to be set right first. Please tell the owner of this server.",
                plan=plain(tier.name),
            )

    async def _top(self, guild_id: int, user_id: int) -> int:
        person = await self._server.member(guild_id, user_id)
        held = person.roles if person else frozenset[int]()
        return max(
            (role.position for role in await self._server.roles(guild_id) if role.id in held), default=0
        )

    async def _refusal(self, guild_id: int, role_id: int, actor_top: int | None) -> UserError | None:
        roles = {role.id: role for role in await self._server.roles(guild_id)}
        role = roles.get(role_id)
        if role is None:
            return UserError("This role does not exist any more. Choose another one.")
        return refusal(role, await self._server.own_top_position(guild_id), actor_top)


def compared(name: str) -> str:
    """A name as names are compared: case, width and surrounding space do not matter."""
    return unicodedata.normalize("NFKC", name).casefold().strip()


def _name(typed: str) -> tuple[str, str]:
    name = " ".join(typed.split())
    if not name or len(name) > NAME_LIMIT or not name.isprintable():
        raise UserError("A name has 1 to {limit} visible characters. Choose such a name.", limit=NAME_LIMIT)
    return name, compared(name)
