"""Orders, and the customer ids that providers give members."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Row, Select, func, select, update

from bot.db import Reader, Writer
from bot.db.sql import insert
from bot.memberships.access.tables import entitlement
from bot.memberships.catalog.store import tiers
from bot.memberships.model import FOREVER, BillingKind, Duration, Order, OrderStatus, Refusal, Search
from bot.memberships.orders.tables import customer, order, refusal
from bot.money import Money
from bot.payments.port import Phase

log = structlog.get_logger(__name__)


async def add(tx: Writer, new: Order) -> None:
    """Store a new order."""
    await tx.execute(
        insert(order).values(
            id=new.id,
            guild_id=new.guild_id,
            user_id=new.user_id,
            tier_id=new.tier.id,
            state=new.state.value,
            version=new.tier.terms.version,
            price_id=new.price_id,
            provider=new.provider,
            provider_ref=new.ref,
            kind=new.duration.kind.value,
            days=new.duration.days,
            months=new.duration.months,
            amount=new.price.amount,
            currency=new.price.currency,
            renewal_amount=new.renewal and new.renewal.amount,
            credit=new.credit.amount,
            discount=new.discount,
            discounted_by=new.discounted_by,
            extra=new.extra,
            replaces=new.replaces,
            follows=new.follows,
            phase=new.phase and new.phase.value,
            created_at=new.created_at,
            expires_at=new.expires_at,
            changed_at=new.created_at,
        )
    )


def _orders() -> Select[Any]:
    query: Any = tiers.joined(select(order, refusal.c.why), order.c.tier_id, order.c.version)
    refused: Select[Any] = query.outerjoin(refusal, refusal.c.order_id == order.c.id)
    return refused


async def find(db: Reader, guild_id: int, order_id: int) -> Order | None:
    """The order with this id, if it is this guild's."""
    row = (
        await db.execute(_orders().where(order.c.guild_id == guild_id, order.c.id == order_id))
    ).one_or_none()
    return _order(row) if row else None


async def of_live_entitlements(db: Reader, guild_id: int, tier_id: int) -> dict[int, Order]:
    """The orders of the live and suspended entitlements to a tier, by order id."""
    paid_for = select(entitlement.c.order_id).where(
        entitlement.c.guild_id == guild_id,
        entitlement.c.tier_id == tier_id,
        entitlement.c.state.in_(["live", "suspended"]),
        entitlement.c.order_id.is_not(None),
    )
    query = _orders().where(order.c.guild_id == guild_id, order.c.id.in_(paid_for))
    return {row.id: _order(row) for row in await db.execute(query)}


async def bought(
    db: Reader, guild_id: int, order_ids: Collection[int]
) -> dict[int, tuple[Duration, timedelta]]:
    """Of these orders, by id: for how long they were bought, and the time that credit above the price added."""
    query = select(order.c.id, order.c.kind, order.c.days, order.c.months, order.c.extra).where(
        order.c.guild_id == guild_id, order.c.id.in_(order_ids)
    )
    return {
        row.id: (Duration(BillingKind(row.kind), row.days, row.months), timedelta(seconds=row.extra))
        for row in await db.execute(query)
    }


async def discounted_by(db: Reader, guild_id: int, entitlement_ids: Collection[int]) -> list[Order]:
    """The orders whose discount one of these entitlements gave, the oldest first."""
    query = _orders().where(order.c.guild_id == guild_id, order.c.discounted_by.in_(entitlement_ids))
    return [_order(row) for row in await db.execute(query.order_by(order.c.id))]


async def ids_discounted_by(db: Reader, guild_id: int, entitlement_id: int) -> list[int]:
    """The ids of the orders whose discount this entitlement gave, the oldest first."""
    query = select(order.c.id).where(order.c.guild_id == guild_id, order.c.discounted_by == entitlement_id)
    return list((await db.execute(query.order_by(order.c.id))).scalars())


async def resting_for_ever(db: Reader, guild_id: int) -> list[Order]:
    """The paid orders whose entitlement has no end and is suspended."""
    suspended = select(entitlement.c.order_id).where(
        entitlement.c.guild_id == guild_id,
        entitlement.c.state == "suspended",
        entitlement.c.ends_at >= FOREVER,
        entitlement.c.order_id.is_not(None),
    )
    query = _orders().where(order.c.guild_id == guild_id, order.c.state == "paid", order.c.id.in_(suspended))
    return [_order(row) for row in await db.execute(query.order_by(order.c.id))]


async def numbered(db: Reader, guild_id: int, number: str) -> Order | None:
    """The order of this guild with the number that somebody typed; None when that is no number of an order."""
    number = number.strip().lstrip("#")
    is_number = number.isascii() and number.isdigit() and len(number) <= 19
    return await find(db, guild_id, int(number)) if is_number and int(number) < 2**63 else None


async def known(db: Reader, pairs: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """Those of the (guild, order) pairs that exist."""
    query = select(order.c.guild_id, order.c.id).where(order.c.id.in_({id_ for _, id_ in pairs}))
    return {(guild_id, id_) for guild_id, id_ in await db.execute(query)} & set(pairs)


async def of_member(db: Reader, guild_id: int, user_id: int, limit: int = 10) -> list[Order]:
    """A member's orders, newest first."""
    query = _orders().where(order.c.guild_id == guild_id, order.c.user_id == user_id)
    return [_order(row) for row in await db.execute(query.order_by(order.c.id.desc()).limit(limit))]


async def latest(
    db: Reader,
    guild_id: int,
    states: Sequence[OrderStatus],
    limit: int,
    providers: Collection[str] | None = None,
    buyers: Collection[int] | None = None,
) -> list[Order]:
    """The guild's orders in these states (at these providers, of these buyers), newest first."""
    query = _orders().where(
        order.c.guild_id == guild_id, order.c.state.in_([state.value for state in states])
    )
    if providers is not None:
        query = query.where(order.c.provider.in_(providers))
    if buyers is not None:
        query = query.where(order.c.user_id.in_(buyers))
    return _readable(await db.execute(query.order_by(order.c.id.desc()).limit(limit)))


def _matching(guild_id: int, search: Search) -> ColumnElement[bool]:
    condition = order.c.guild_id == guild_id
    if search.user_id is not None:
        condition &= order.c.user_id == search.user_id
    if search.state is not None:
        condition &= order.c.state == search.state.value
    if search.tier_id is not None:
        condition &= order.c.tier_id == search.tier_id
    return condition


async def search(db: Reader, guild_id: int, criteria: Search, limit: int, offset: int) -> list[Order]:
    """The guild's orders that match, newest first."""
    query = _orders().where(_matching(guild_id, criteria)).order_by(order.c.id.desc())
    return _readable(await db.execute(query.limit(limit).offset(offset)))


async def count(db: Reader, guild_id: int, criteria: Search) -> int:
    """How many orders match."""
    return (await db.execute(select(func.count()).where(_matching(guild_id, criteria)))).scalar_one()


async def between(db: Reader, guild_id: int, since: datetime, until: datetime) -> list[Order]:
    """The guild's orders that were made in `[since, until)`, oldest first."""
    query = _orders().where(
        order.c.guild_id == guild_id, order.c.created_at >= since, order.c.created_at < until
    )
    return [_order(row) for row in await db.execute(query.order_by(order.c.id))]


async def by_ids(db: Reader, guild_id: int, order_ids: Collection[int]) -> dict[int, Order]:
    """Those of these orders that are this guild's, by id."""
    query = _orders().where(order.c.guild_id == guild_id, order.c.id.in_(order_ids))
    return {row.id: _order(row) for row in await db.execute(query)}


async def set_ref(tx: Writer, guild_id: int, order_id: int, ref: str) -> None:
    """Store the id of the provider's checkout, once."""
    own = (order.c.guild_id == guild_id) & (order.c.id == order_id) & order.c.provider_ref.is_(None)
    await tx.execute(update(order).where(own).values(provider_ref=ref))


async def set_state(
    tx: Writer, guild_id: int, order_id: int, old: OrderStatus, new: OrderStatus, now: datetime
) -> bool:
    """Change an order's state if it still is `old`; False otherwise."""
    own = (order.c.guild_id == guild_id) & (order.c.id == order_id) & (order.c.state == old.value)
    return (await tx.execute(update(order).where(own).values(state=new.value, changed_at=now))).rowcount == 1


async def extend(tx: Writer, guild_id: int, order_id: int, until: datetime) -> None:
    """Let an order wait for its payment until then."""
    own = (order.c.guild_id == guild_id) & (order.c.id == order_id)
    await tx.execute(update(order).where(own).values(expires_at=until))


async def set_kept(tx: Writer, exchanged: Order, kept: int) -> None:
    """Store what of an order's credit was still there when it was exchanged."""
    own = (order.c.guild_id == exchanged.guild_id) & (order.c.id == exchanged.id)
    await tx.execute(update(order).where(own).values(kept=kept))


async def set_phase(tx: Writer, guild_id: int, order_id: int, phase: Phase) -> bool:
    """Store the phase of the provider's subscription; False when it has not changed."""
    own = (
        (order.c.guild_id == guild_id)
        & (order.c.id == order_id)
        & order.c.phase.is_distinct_from(phase.value)
    )
    return (await tx.execute(update(order).where(own).values(phase=phase.value))).rowcount == 1


async def members_with_open_order(db: Reader, guild_id: int, tier_id: int, now: datetime) -> set[int]:
    """Members with an order of this tier that may still be paid: their seats are reserved."""
    query = select(order.c.user_id).where(
        order.c.guild_id == guild_id,
        order.c.tier_id == tier_id,
        order.c.state.in_(["created", "pending"]),
        order.c.expires_at > now,
    )
    return set((await db.execute(query)).scalars())


async def open_orders(db: Reader, guild_id: int, user_id: int) -> list[Order]:
    """A member's orders that may still be paid or take effect, newest first."""
    query = _orders().where(
        order.c.guild_id == guild_id, order.c.user_id == user_id, order.c.state.in_(["created", "pending"])
    )
    return [_order(row) for row in await db.execute(query.order_by(order.c.id.desc()))]


async def subscriptions_of(db: Reader, guild_id: int, user_id: int) -> list[Order]:
    """The subscriptions that a member ordered and that have not ended, the earliest first."""
    query = _orders().where(
        order.c.guild_id == guild_id,
        order.c.user_id == user_id,
        order.c.phase.in_(["active", "ending", "past_due", "paused"]),
    )
    return [_order(row) for row in await db.execute(query.order_by(order.c.id))]


async def following(
    db: Reader, guild_id: int, *, user_id: int | None = None, entitlement_id: int | None = None
) -> list[Order]:
    """The orders that begin when an entitlement ends: all that a member ordered, or those of one entitlement."""
    query = _orders().where(order.c.guild_id == guild_id, order.c.follows.is_not(None))
    if user_id is not None:
        query = query.where(order.c.user_id == user_id)
    if entitlement_id is not None:
        query = query.where(order.c.follows == entitlement_id)
    return [_order(row) for row in await db.execute(query.order_by(order.c.id))]


async def customer_of(db: Reader, guild_id: int, user_id: int, provider: str) -> str | None:
    """The provider's latest customer id for this member."""
    query = select(customer.c.ref).where(
        customer.c.guild_id == guild_id, customer.c.user_id == user_id, customer.c.provider == provider
    )
    return (await db.execute(query)).scalar()


async def set_customer(tx: Writer, paid: Order, ref: str) -> None:
    """Store the provider's id of who pays this order. It is news, so it is the member's latest, too."""
    own = (order.c.guild_id == paid.guild_id) & (order.c.id == paid.id)
    await tx.execute(update(order).where(own).values(customer=ref))
    row = insert(customer).values(
        guild_id=paid.guild_id, user_id=paid.user_id, provider=paid.provider, ref=ref
    )
    await tx.execute(
        row.on_conflict_do_update(
            index_elements=["guild_id", "user_id", "provider"], set_={"ref": row.excluded.ref}
        )
    )


def _readable(rows: Iterable[Row[Any]]) -> list[Order]:
    """The orders of a list for people: one row that cannot be read does not hide the others."""
    found: list[Order] = []
    for row in rows:
        try:
            found.append(_order(row))
        except Exception:  # whatever is wrong with it
            log.exception("the row of an order cannot be read", order=row.id, guild=row.guild_id)
    return found


def _order(row: Row[Any]) -> Order:
    def money(amount: int) -> Money:
        return Money(amount, row.currency)

    return Order(
        id=row.id,
        guild_id=row.guild_id,
        user_id=row.user_id,
        tier=tiers.read(row),
        price_id=row.price_id,
        state=OrderStatus(row.state),
        provider=row.provider,
        ref=row.provider_ref,
        duration=Duration(BillingKind(row.kind), row.days, row.months),
        price=money(row.amount),
        renewal=None if row.renewal_amount is None else money(row.renewal_amount),
        credit=money(row.credit),
        replaces=row.replaces,
        follows=row.follows,
        phase=Phase(row.phase) if row.phase else None,
        created_at=row.created_at,
        expires_at=row.expires_at,
        discount=row.discount,
        discounted_by=row.discounted_by,
        customer=row.customer,
        kept=row.kept,
        extra=row.extra,
        refused=Refusal(row.why) if row.why else None,
    )
