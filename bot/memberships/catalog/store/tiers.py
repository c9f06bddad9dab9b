"""The tiers, the versions of their terms, and their prices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, insert, select, update

from bot.db import Reader, Writer
from bot.memberships.catalog.tables import price, terms, tier
from bot.memberships.item import Item, ItemKind
from bot.memberships.model import (
    BillingKind,
    Duration,
    ExpiryAction,
    Price,
    Product,
    Terms,
    Tier,
)
from bot.money import Money

PREFIX = "its_"
"""Before the names of a tier's columns in a joined query."""
TERMS_PREFIX = "its_terms_"
"""Before the names of the columns of its terms."""
TERMS = tuple(field.name for field in fields(Terms))
"""The columns of terms, one for each field of the same name."""


async def add(tx: Writer, new: Tier, name_key: str, now: datetime, actor: int) -> None:
    """Store a new tier with the first version of its terms; `add_price` adds its prices."""
    await tx.execute(
        insert(tier).values(
            id=new.id,
            guild_id=new.guild_id,
            name=new.name,
            name_key=name_key,
            description=new.description,
            position=new.position,
            seats=new.seats,
            version=new.terms.version,
            suspended=new.suspended,
            created_at=now,
            archived_at=None,
            item_kind=new.item.kind.value if new.item else None,
            item_id=new.item.id if new.item else None,
        )
    )
    await add_terms(tx, new.guild_id, new.id, new.terms, now, actor)


async def add_terms(tx: Writer, guild_id: int, tier_id: int, new: Terms, now: datetime, actor: int) -> None:
    """Store another version of a tier's terms; the key refuses a version that exists."""
    await tx.execute(
        insert(terms).values(
            guild_id=guild_id,
            tier_id=tier_id,
            **{name: getattr(new, name) for name in TERMS}
            | {"roles": list(new.roles), "after": new.after.value},
            made_at=now,
            made_by=actor,
        )
    )


async def add_price(tx: Writer, guild_id: int, new: Price, now: datetime) -> None:
    """Store another price of a tier; the key refuses a second one for the same duration and currency."""
    await tx.execute(
        insert(price).values(
            id=new.id,
            guild_id=guild_id,
            tier_id=new.tier_id,
            kind=new.duration.kind.value,
            days=new.duration.days,
            months=new.duration.months,
            amount=new.money.amount,
            currency=new.money.currency,
            created_at=now,
            archived_at=None,
        )
    )


async def archive_price(tx: Writer, guild_id: int, price_id: int, now: datetime) -> bool:
    """Take a price off sale; False when it was not on sale."""
    sold = (price.c.guild_id == guild_id) & (price.c.id == price_id) & price.c.archived_at.is_(None)
    return (await tx.execute(update(price).where(sold).values(archived_at=now))).rowcount == 1


async def change(tx: Writer, guild_id: int, tier_id: int, version: int, /, **values: Any) -> bool:
    """Set columns of a tier on sale; False when `version` is not its present version of terms any more."""
    unchanged = (
        (tier.c.guild_id == guild_id)
        & (tier.c.id == tier_id)
        & (tier.c.version == version)
        & tier.c.archived_at.is_(None)
    )
    return (await tx.execute(update(tier).where(unchanged).values(**values))).rowcount == 1


async def rename_item(tx: Writer, guild_id: int, item: Item, name: str, name_key: str) -> None:
    """Let what is sold singly have the name that its owner gives it now; nothing happens while it was never sold."""
    await tx.execute(update(tier).where(_is_item(guild_id, item)).values(name=name, name_key=name_key))


async def archive(tx: Writer, guild_id: int, tier_id: int, now: datetime) -> bool:
    """Take a tier off sale; False when it was not on sale."""
    on_sale = (tier.c.guild_id == guild_id) & (tier.c.id == tier_id) & tier.c.archived_at.is_(None)
    return (await tx.execute(update(tier).where(on_sale).values(archived_at=now))).rowcount == 1


async def restore(tx: Writer, guild_id: int, tier_id: int) -> bool:
    """Put a tier on sale again; False when it is. The key refuses a name that another tier on sale has by now."""
    archived = (tier.c.guild_id == guild_id) & (tier.c.id == tier_id) & tier.c.archived_at.is_not(None)
    return (await tx.execute(update(tier).where(archived).values(archived_at=None))).rowcount == 1


async def place(tx: Writer, guild_id: int, in_order: Sequence[int]) -> None:
    """Set the positions of tiers to this order of their ids."""
    for position, tier_id in enumerate(in_order, 1):
        own = (tier.c.guild_id == guild_id) & (tier.c.id == tier_id)
        await tx.execute(update(tier).where(own).values(position=position))


async def last_version(db: Reader, guild_id: int, tier_id: int) -> int:
    """The newest version of a tier's terms, in force or only drafted."""
    own = (terms.c.guild_id == guild_id) & (terms.c.tier_id == tier_id)
    return (await db.execute(select(func.max(terms.c.version)).where(own))).scalar_one()


async def at_version(db: Reader, guild_id: int, tier_id: int, version: int) -> Tier | None:
    """One tier with a version of its terms, in force or not."""
    row = (
        await db.execute(_tiers(version).where(tier.c.guild_id == guild_id, tier.c.id == tier_id))
    ).one_or_none()
    return read(row) if row else None


async def suspend(tx: Writer, guild_id: int, tier_id: int, finding: str | None) -> bool:
    """Keep a tier off sale because of this finding, or (None) sell it again; False when nothing changed."""
    differs = (
        (tier.c.guild_id == guild_id) & (tier.c.id == tier_id) & tier.c.suspended.is_distinct_from(finding)
    )
    return (await tx.execute(update(tier).where(differs).values(suspended=finding))).rowcount == 1


async def all_of(db: Reader, guild_id: int, *, archived: bool = False, items: bool = False) -> list[Tier]:
    """The memberships on sale (with `archived`, all) with their present terms, in the owner's order.

    With `items` also what was ever sold singly, last.
    """
    query = _tiers(tier.c.version).where(tier.c.guild_id == guild_id)
    if not archived:
        query = query.where(tier.c.archived_at.is_(None))
    if not items:
        query = query.where(tier.c.item_kind.is_(None))
    in_order = (tier.c.item_kind.is_not(None), tier.c.archived_at.is_not(None), tier.c.position, tier.c.id)
    return [read(row) for row in await db.execute(query.order_by(*in_order))]


async def products(
    db: Reader, guild_id: int, *, archived: bool = False, items: bool = False
) -> list[Product]:
    """What `all_of` names, with the prices at which it is sold now."""
    query = (
        select(price)
        .where(price.c.guild_id == guild_id, price.c.archived_at.is_(None))
        .order_by(
            price.c.kind == "lifetime",
            price.c.amount > 0,
            price.c.months,
            price.c.days,
            price.c.currency,
            price.c.amount,
            price.c.id,
        )
    )
    prices_by_tier: dict[int, list[Price]] = {}
    for row in await db.execute(query):
        prices_by_tier.setdefault(row.tier_id, []).append(_price(row))
    return [
        Product(product_tier, tuple(prices_by_tier.get(product_tier.id, ())))
        for product_tier in await all_of(db, guild_id, archived=archived, items=items)
    ]


async def sells(db: Reader, guild_id: int, price_id: int) -> bool:
    """Is this price on sale?"""
    on_sale = (price.c.guild_id == guild_id) & (price.c.id == price_id) & price.c.archived_at.is_(None)
    return (await db.execute(select(price.c.id).where(on_sale))).first() is not None


async def get(db: Reader, guild_id: int, tier_id: int) -> Tier | None:
    """One tier, on sale or not, with its present terms."""
    row = (
        await db.execute(_tiers(tier.c.version).where(tier.c.guild_id == guild_id, tier.c.id == tier_id))
    ).one_or_none()
    return read(row) if row else None


def memberships(guild_id: int) -> Select[int]:
    """The ids of all memberships of a guild, for another query: what is sold singly is none."""
    return select(tier.c.id).where(tier.c.guild_id == guild_id, tier.c.item_kind.is_(None))


async def of_item(db: Reader, guild_id: int, item: Item) -> Tier | None:
    """What the item is sold as; None if it never was."""
    row = (await db.execute(_tiers(tier.c.version).where(_is_item(guild_id, item)))).one_or_none()
    return read(row) if row else None


def _is_item(guild_id: int, item: Item) -> ColumnElement[bool]:
    return (tier.c.guild_id == guild_id) & (tier.c.item_kind == item.kind.value) & (tier.c.item_id == item.id)


async def find(db: Reader, guild_id: int, name_key: str) -> Tier | None:
    """The membership on sale with that name."""
    on_sale = tier.c.archived_at.is_(None) & tier.c.item_kind.is_(None)
    has_name = (tier.c.guild_id == guild_id) & (tier.c.name_key == name_key) & on_sale
    row = (await db.execute(_tiers(tier.c.version).where(has_name))).one_or_none()
    return read(row) if row else None


def read(row: Row[Any]) -> Tier:
    """The tier in a row of a query that `joined` made."""
    columns = row._mapping

    def value(name: str) -> Any:
        return columns[PREFIX + name]

    return Tier(
        id=value("id"),
        guild_id=value("guild_id"),
        name=value("name"),
        description=value("description"),
        position=value("position"),
        seats=value("seats"),
        suspended=value("suspended"),
        archived=value("archived_at") is not None,
        terms=_terms(row),
        item=Item(ItemKind(value("item_kind")), value("item_id")) if value("item_kind") else None,
    )


def _terms(row: Row[Any]) -> Terms:
    """The terms in such a row: a column for each field, of the same name."""
    values: dict[str, Any] = {name: row._mapping[TERMS_PREFIX + name] for name in TERMS}
    values["roles"], values["after"] = tuple(values["roles"]), ExpiryAction(values["after"])
    return Terms(**values)


def joined(query: Select[Any], tier_id: Any, version: Any) -> Select[Any]:
    """The query with the columns of a tier and of one version of its terms, for `read`."""
    wider: Any = query.add_columns(*_columns()).join(tier, tier.c.id == tier_id)
    return _joined(wider, and_(terms.c.tier_id == tier_id, terms.c.version == version))


def _joined(query: Any, which: Any) -> Select[Any]:
    """The query joined with terms. Untyped in between: a typed query would list every column in its type."""
    joined: Any = query.join(terms, which)
    return joined  # type: ignore[no-any-return]


def _tiers(version: Any) -> Select[Any]:
    present = and_(terms.c.tier_id == tier.c.id, terms.c.version == version)
    return _joined(select(*_columns()).select_from(tier), present)


def _columns() -> list[Any]:
    of_tier = [column.label(PREFIX + column.name) for column in tier.c if column.name != "version"]
    return [*of_tier, *(terms.c[name].label(TERMS_PREFIX + name) for name in TERMS)]


def _price(row: Row[Any]) -> Price:
    return Price(
        row.id,
        row.tier_id,
        Duration(BillingKind(row.kind), row.days, row.months),
        Money(row.amount, row.currency),
    )
