"""The catalog: creating tiers and prices, finding them by what people type, ordering and archiving them."""

from __future__ import annotations

from dataclasses import replace

from bot.audit import LYCEUM, AuditAction, record
from bot.cards import plain
from bot.clock import Clock
from bot.db import Database
from bot.errors import UserError
from bot.ids import new_id
from bot.memberships.catalog.authority import Authorities, Staff
from bot.memberships.catalog.durations import LONGEST, read_duration, read_price
from bot.memberships.catalog.holders import TierHolders
from bot.memberships.catalog.naming import NAME_LIMIT, read_name, require_free_name
from bot.memberships.catalog.pricing import add_price, product_of, remove_price
from bot.memberships.catalog.role_safety import RoleSafety
from bot.memberships.catalog.shop import catalog_changed
from bot.memberships.catalog.store import tiers
from bot.memberships.model import BillingKind, Price, Product, Terms, Tier
from bot.names import compared, means, require_typed
from bot.work import Queue

__all__ = ["LONGEST", "NAME_LIMIT", "TierCatalog"]


class TierCatalog:
    """The tiers and prices of a guild, and the commands of /tier that change them."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        queue: Queue,
        safety: RoleSafety,
        authorities: Authorities,
        holders: TierHolders,
    ) -> None:
        self._db = db
        self._clock = clock
        self._queue = queue
        self._safety = safety
        self._authorities = authorities
        self._holders = holders

    async def create(
        self,
        guild_id: int,
        *,
        name: str,
        price: str,
        currency: str,
        days: int | None = None,
        months: int | None = None,
        way: BillingKind | None = None,
        role_id: int,
        actor: int,
        owner: bool,
    ) -> Product:
        """Put a tier up for sale. The server's `owner` ranks above all roles; other staff sell only lower ones."""
        name, key = read_name(name)
        duration = read_duration(way, days, months)
        money = read_price(duration, price, currency)
        authority = await self._authorities.of(guild_id, Staff(actor, owner))
        await self._safety.check(guild_id, [role_id])
        authority.require([role_id])
        now = self._clock.now()
        async with self._db.write() as tx:
            await require_free_name(tx, guild_id, key, name)
            position = max((tier.position for tier in await tiers.all_of(tx, guild_id)), default=0) + 1
            tier = Tier(
                id=new_id(),
                guild_id=guild_id,
                name=name,
                description="",
                position=position,
                seats=None,
                suspended=None,
                archived=False,
                terms=Terms(version=1, roles=(role_id,)),
            )
            first_price = Price(new_id(), tier.id, duration, money)
            await tiers.add(tx, tier, key, now, actor)
            await tiers.add_price(tx, guild_id, first_price, now)
            await record(
                tx,
                guild_id=guild_id,
                at=now,
                actor=actor,
                action=AuditAction.TIER_CREATED,
                subject=tier.id,
                amount=money.amount,
                currency=money.currency,
                days=duration.days,
                months=duration.months,
                role=str(role_id),
            )
            await catalog_changed(tx, self._queue, guild_id)
        return Product(tier, (first_price,))

    async def add_price(
        self,
        guild_id: int,
        typed: str,
        *,
        price: str,
        currency: str,
        days: int | None,
        months: int | None,
        way: BillingKind | None,
        actor: int,
    ) -> Product:
        """Add a price to a tier. It replaces the price for the same duration and currency, if there is one."""
        duration = read_duration(way, days, months)
        money = read_price(duration, price, currency)
        tier = await self.find(guild_id, typed)
        (await self._authorities.by_id(guild_id, actor)).require_sale(tier)
        now = self._clock.now()
        async with self._db.write() as tx:
            product = await add_price(
                tx, await product_of(tx, guild_id, tier.id), duration, money, now, actor
            )
            await catalog_changed(tx, self._queue, guild_id)
            return product

    async def remove_price(self, guild_id: int, typed: str, price: str, actor: int) -> Product:
        """Take a price off sale. Members who bought at it keep it, renewals included."""
        tier = await self.find(guild_id, typed)
        now = self._clock.now()
        async with self._db.write() as tx:
            product = await remove_price(tx, await product_of(tx, guild_id, tier.id), price, now, actor)
            await catalog_changed(tx, self._queue, guild_id)
            return product

    async def archive(self, guild_id: int, typed: str, actor: int) -> Tier:
        """Take a tier off sale; members who have it keep it to the end."""
        tier = await self.find(guild_id, typed)
        now = self._clock.now()
        async with self._db.write() as tx:
            if await tiers.archive(tx, guild_id, tier.id, now):
                await record(
                    tx,
                    guild_id=guild_id,
                    at=now,
                    actor=actor,
                    action=AuditAction.TIER_ARCHIVED,
                    subject=tier.id,
                )
                await catalog_changed(tx, self._queue, guild_id)
        return tier

    async def restore(self, guild_id: int, typed: str, actor: int, owner: bool) -> Tier:
        """Put an archived tier on sale again, if its name is free. What is wrong with its roles keeps it off sale."""
        archived = [
            product.tier for product in await self.products(guild_id, archived=True) if product.tier.archived
        ]
        tier = _match(archived, typed)
        if tier is None:
            raise UserError("There is no archived plan of that name. /tier list shows what was on sale.")
        (await self._authorities.of(guild_id, Staff(actor, owner))).require_sale(tier)
        finding = await self._safety.finding_of_terms(guild_id, tier.terms)
        now = self._clock.now()
        async with self._db.write() as tx:
            await require_free_name(tx, guild_id, compared(tier.name), tier.name)
            if await tiers.restore(tx, guild_id, tier.id):
                await record(
                    tx,
                    guild_id=guild_id,
                    at=now,
                    actor=actor,
                    action=AuditAction.TIER_RESTORED,
                    subject=tier.id,
                )
                await self._safety.store(tx, tier, finding, actor)
                await catalog_changed(tx, self._queue, guild_id)
        return replace(tier, archived=False, suspended=finding)

    async def order(self, guild_id: int, typed: str, position: int, actor: int) -> list[Product]:
        """Move a tier to this position (1: first) among those on sale. A number too large means last."""
        tier = await self.find(guild_id, typed)
        async with self._db.write() as tx:
            tier_ids = [other.id for other in await tiers.all_of(tx, guild_id) if other.id != tier.id]
            tier_ids.insert(max(position, 1) - 1, tier.id)
            await tiers.place(tx, guild_id, tier_ids)
            await record(
                tx,
                guild_id=guild_id,
                at=self._clock.now(),
                actor=actor,
                action=AuditAction.TIER_ORDERED,
                subject=tier.id,
                position=position,
            )
            await catalog_changed(tx, self._queue, guild_id)
        return await self.products(guild_id)

    async def on_sale(self, guild_id: int, *, items: bool = False) -> list[Tier]:
        """The memberships on sale, in the owner's order; with `items` then what was ever sold singly."""
        async with self._db.read() as db:
            return await tiers.all_of(db, guild_id, items=items)

    async def products(self, guild_id: int, *, archived: bool = False, items: bool = False) -> list[Product]:
        """The memberships on sale (with `archived`, all that ever were) with their prices.

        With `items` also what was ever sold singly, last.
        """
        async with self._db.read() as db:
            return await tiers.products(db, guild_id, archived=archived, items=items)

    async def product(self, guild_id: int, typed: str) -> tuple[Product, int]:
        """A tier on sale with its prices, and how many seats are taken."""
        tier = await self.find(guild_id, typed)
        async with self._db.read() as db:
            taken = await self._holders.seats_taken(db, guild_id, self._clock.now())
            return await product_of(db, guild_id, tier.id), taken.get(tier.id, 0)

    async def find(self, guild_id: int, typed: str, *, items: bool = False) -> Tier:
        """The tier on sale with the id that autocomplete filled in, or with the typed name. UserError for neither.

        With `items` it may be a single item too; of one name the membership is meant.
        """
        on_sale = await self.on_sale(guild_id, items=items)
        tier = _match(on_sale, typed)
        if tier is not None:
            return tier
        if not on_sale:
            raise UserError("Nothing is on sale here yet. An owner can change that with /tier create.")
        require_typed(typed)
        raise UserError(
            "There is no plan called {plan}. Pick one from the list that appears while typing; /membership plans shows them all.",
            plan=plain(typed, NAME_LIMIT),
        )

    async def ever_sold(self, guild_id: int, typed: str) -> Tier:
        """As `find`, including archived tiers and what was sold singly."""
        products = await self.products(guild_id, archived=True, items=True)
        tier = _match([product.tier for product in products], typed)
        return tier or await self.find(guild_id, typed)

    async def require_sellable(self, tier: Tier) -> None:
        """UserError while the tier's roles cannot be given: nobody should pay for nothing."""
        if await self._safety.finding(tier) is not None:
            raise UserError(
                "{plan} cannot be bought at the moment: its role has to be set right first. Please tell the owner of this server.",
                plan=plain(tier.name),
            )

    async def require_givable(self, tier: Tier) -> None:
        """UserError for staff while the tier's roles cannot be given: nobody should be told that they have them."""
        if await self._safety.finding(tier) is not None:
            raise UserError(
                "{plan} cannot be given at the moment, because one of its roles cannot be given. /tier preview says what is wrong and what an administrator can do.",
                plan=plain(tier.name),
            )

    async def recheck(self, guild_id: int, actor: int = LYCEUM) -> None:
        """Check again which tiers can be sold: at a start, and when roles of the server changed."""
        await self._safety.recheck(guild_id, actor)


def _match(candidates: list[Tier], typed: str) -> Tier | None:
    return next((tier for tier in candidates if means(typed, tier.id, tier.name)), None)
