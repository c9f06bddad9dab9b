"""Memberships: everything that the pages and other domains may ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from bot.audit import Area, Entry, reading
from bot.clock import Clock
from bot.db import Database
from bot.errors import UserError
from bot.i18n import Catalog
from bot.memberships.access.access_admin import AccessAdmin
from bot.memberships.access.breaker import Breaker
from bot.memberships.access.cards import Explanation
from bot.memberships.access.reconcile import Reconciler
from bot.memberships.access.role_audit import RoleAudit
from bot.memberships.access.store import entitlements, overrides
from bot.memberships.backoffice.backoffice import Backoffice, UnmatchedPayments
from bot.memberships.backoffice.export import Export
from bot.memberships.backoffice.offline_payment import OfflinePayments
from bot.memberships.backoffice.resending import Resending
from bot.memberships.catalog.editing import TierEditing
from bot.memberships.catalog.role_safety import RoleSafety
from bot.memberships.catalog.shop import ShopCards
from bot.memberships.catalog.tiers import TierCatalog
from bot.memberships.changes.changing import Changes
from bot.memberships.changes.pricing import ChangePricing
from bot.memberships.changes.renewals import Renewals
from bot.memberships.changes.status_cards import Status
from bot.memberships.model import Entitlement, EntitlementStatus, Order, OrderStatus, Tier
from bot.memberships.orders.cards import Offer, OrderReceipt
from bot.memberships.orders.checkouts import Checkouts, PendingOrder
from bot.memberships.orders.holdings import owned_by, planned_changes
from bot.memberships.orders.pay_cards import PayCards
from bot.memberships.orders.polling import Polling
from bot.memberships.orders.purchasing import Activated, PurchaseChoice, Purchasing
from bot.memberships.orders.receipts import Receipts
from bot.memberships.orders.refunds import Refunds
from bot.memberships.orders.settlement import Policy, Settlement
from bot.memberships.orders.store import orders
from bot.memberships.orders.tier_holders import OrderedTiers
from bot.memberships.reminders.reminders import Reminders
from bot.outbox import Outbox
from bot.payments.inbox import OrderCallbacks
from bot.payments.port import PaymentProvider
from bot.ports import ChatServer
from bot.work import Queue

ACCESS = (Area.ENTITLEMENT, Area.ROLE, Area.BREAKER)
"""What /access log shows."""


@dataclass(frozen=True, kw_only=True)
class SellingConfig:
    """The settings of selling: how long a link is good, how often open orders are looked at, where keys lie.

    Receipts can be read at `address()`, "" while there is none.
    """

    link_minutes: int
    poll_seconds: float
    folder: Path
    remind_days: tuple[int, ...] = (7, 1)
    policy: Policy = field(default_factory=Policy)
    address: Callable[[], str] = lambda: ""


class Memberships:
    """The front of the domain. Its parts do the work and are handed to the worker by `wiring.py`."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        queue: Queue,
        server: ChatServer,
        texts: Catalog,
        providers: Mapping[str, PaymentProvider],
        terms: SellingConfig,
        unmatched_payments: UnmatchedPayments,
        outbox: Outbox,
    ) -> None:
        self._db = db
        self._clock = clock
        self._queue = queue
        self._server = server
        # catalog: what is on sale, and to whom it may be sold
        self.role_safety = RoleSafety(db, clock, queue, server, texts, outbox)
        holders = OrderedTiers(queue)
        self.catalog = TierCatalog(db, clock, queue, self.role_safety, holders)
        self.tier_editing = TierEditing(
            db=db,
            clock=clock,
            queue=queue,
            tier_catalog=self.catalog,
            safety=self.role_safety,
            holders=holders,
            zone=texts.community.zone,
        )
        # access: who has what, and the roles that follow from it
        self.settlement = Settlement(clock, queue, terms.policy)
        self.breaker = Breaker(db, clock, queue, outbox, texts)
        self.reconciler = Reconciler(
            db=db,
            clock=clock,
            queue=queue,
            server=server,
            breaker=self.breaker,
            on_change=lambda tx, guild_id, user_id: self.pay_cards.roles_changed(tx, guild_id, user_id),
        )
        self.role_audit = RoleAudit(db, clock, queue, server)
        self.access_admin = AccessAdmin(
            db=db,
            clock=clock,
            queue=queue,
            server=server,
            tiers=self.catalog,
            entitlement_service=self.settlement.entitlements,
            zone=texts.community.zone,
        )
        # orders: buying, paying, giving money back
        self.checkouts = Checkouts(
            db=db,
            clock=clock,
            queue=queue,
            providers=providers,
            settlement=self.settlement,
            valid_for=timedelta(minutes=terms.link_minutes),
        )
        self.purchasing = Purchasing(db, clock, self.catalog, self.checkouts, self.settlement.entitlements)
        self.refunds = Refunds(db, clock, queue, providers, self.settlement)
        self.polling = Polling(db, clock, self.checkouts.refresh, terms.poll_seconds)
        self.receipts = Receipts(
            db, server, self.checkouts.is_play_money, terms.folder / "receipts.key", terms.address
        )
        self.pay_cards = PayCards(
            db=db,
            clock=clock,
            queue=queue,
            server=server,
            texts=texts,
            checkouts=self.checkouts,
            key=terms.folder / "answers.key",
            receipts=self.receipts,
        )
        # changes: another tier, another period, the end of a subscription
        self.change_pricing = ChangePricing(db, clock, self.purchasing, providers)
        self.changes = Changes(
            db=db,
            clock=clock,
            pricing=self.change_pricing,
            purchasing=self.purchasing,
            checkouts=self.checkouts,
            refunds=self.refunds,
            providers=providers,
        )
        self.renewals = Renewals(db, clock, self.checkouts, providers)
        # reminders: what is said before an end
        self.reminders = Reminders(db, clock, outbox, texts, terms.remind_days)
        # backoffice: what the owner sees and does by hand
        self.backoffice = Backoffice(
            db=db,
            clock=clock,
            queue=queue,
            providers=providers,
            settlement=self.settlement,
            checkouts=self.checkouts,
            unmatched_payments=unmatched_payments,
        )
        self.offline_payments = OfflinePayments(db, clock, providers, self.settlement)
        self.resending = Resending(
            db=db,
            clock=clock,
            queue=queue,
            server=server,
            outbox=outbox,
            texts=texts,
            checkouts=self.checkouts,
            receipts=self.receipts,
        )
        self.export = Export(db, clock, texts.community.zone)
        # the shop card shows the catalog, with what can be paid
        self._playing = any(provider.play_money for provider in providers.values())
        self.shop_cards = ShopCards(
            db=db,
            clock=clock,
            queue=queue,
            server=server,
            outbox=outbox,
            texts=texts,
            holders=holders,
            payable=self.checkouts.payable,
            playing=self._playing,
        )

    @property
    def order_callbacks(self) -> OrderCallbacks:
        """What the inbox of payments asks about orders."""
        return OrderCallbacks(self.settlement.settle, self.checkouts.look_up, self.settlement.known)

    @property
    def is_play_money(self) -> bool:
        """Is play money among what members can pay with?"""
        return self._playing

    async def plans(self, guild_id: int) -> list[Tier]:
        """Everything on sale, in the owner's order."""
        return await self.catalog.on_sale(guild_id)

    async def offers(self, guild_id: int, user_id: int) -> list[Offer]:
        """Everything that can be bought, with what the member has of it."""
        last = {entitlement.tier.id: entitlement for entitlement in await self._rights(guild_id, user_id)}
        return [
            Offer(product, last.get(product.tier.id)) for product in await self.purchasing.products(guild_id)
        ]

    async def buy(
        self, guild_id: int, user_id: int, plan: str, price: str | None = None, provider: str | None = None
    ) -> PendingOrder | PurchaseChoice | Activated:
        """Buy a plan: the bill, what is still to be chosen, or what begins at once. UserError for what cannot be had."""
        return await self.purchasing.ask(guild_id, user_id, plan, price, provider)

    async def check(self, guild_id: int, user_id: int, number: str) -> PendingOrder | OrderReceipt:
        """Ask the provider now: the bill again while the member's own order is open, else what became of it."""
        await self.checkouts.refresh(await self._own(guild_id, user_id, number))
        order = await self._own(guild_id, user_id, number)
        if order.state in (OrderStatus.CREATED, OrderStatus.PENDING):
            return await self.checkouts.pending_order(order)
        async with self._db.read() as db:
            entitlement = await entitlements.find(db, guild_id, order_id=order.id)
        person = await self._server.member(guild_id, user_id)
        playing, link = self.checkouts.is_play_money(order.provider), self.receipts.link(order)
        return OrderReceipt.of(order, entitlement, person, self._clock.now(), playing=playing, link=link)

    async def status(self, guild_id: int, user_id: int) -> Status:
        """What a member has, what is planned, and their latest orders."""
        now = self._clock.now()
        async with self._db.read() as db:
            mine = await owned_by(db, guild_id, user_id)
            ahead = await planned_changes(db, guild_id, user_id, mine, now)
            latest = await orders.of_member(db, guild_id, user_id, limit=5)
        person = await self._server.member(guild_id, user_id)
        return Status(
            held=tuple(one for one in mine if one.runs(now)),
            ahead=tuple(one for one in mine if one.lies_ahead(now) and one.order and not one.order.follows),
            planned=tuple(ahead),
            orders=tuple(latest),
            roles=person.roles if person else frozenset(),
            now=now,
            playing=self._playing,
            reminders=await self.reminders.allowed(guild_id, user_id),
            soon=self.reminders.lead_time,
            receipts={order.id: link for order in latest if (link := self.receipts.link(order))},
        )

    async def explain(self, guild_id: int, user_id: int) -> Explanation:
        """Why a member has the roles they have."""
        wanted, ours = await self.reconciler.wanted(guild_id, user_id)
        async with self._db.read() as db:
            held_entitlements = await entitlements.of_member(db, guild_id, user_id)
            exceptions = await overrides.of_member(db, guild_id, user_id)
        person = await self._server.member(guild_id, user_id)
        held, now = person.roles if person else None, self._clock.now()
        return Explanation(
            user_id=user_id,
            held_entitlements=tuple(held_entitlements),
            wanted=wanted,
            ours=frozenset(ours),
            held=held,
            now=now,
            exceptions=tuple(one for one in exceptions if one.until is None or now < one.until),
            there=frozenset(role.id for role in await self._server.roles(guild_id)),
        )

    async def log(self, guild_id: int, user_id: int | None) -> list[Entry]:
        """What was changed about access, by whom, newest first."""
        async with self._db.read() as db:
            subjects: list[int] | None = None
            if user_id is not None:
                held_entitlements = await entitlements.of_member(db, guild_id, user_id)
                subjects = [user_id, *(entitlement.id for entitlement in held_entitlements)]
            return await reading.latest(db, guild_id, areas=ACCESS, subjects=subjects, limit=20)

    async def member_joined(self, guild_id: int, user_id: int) -> None:
        """Somebody joined (again): give them what is theirs."""
        async with self._db.write() as tx:
            if await entitlements.of_member(tx, guild_id, user_id):
                await self._queue.enqueue(tx, "role.sync", guild_id, str(user_id))

    async def roles_changed(self, guild_id: int) -> None:
        """Roles or permissions of the server changed: try at once what was stuck on them."""
        await self.catalog.recheck(guild_id)
        await self.breaker.retry(guild_id)

    async def recheck_roles(self, guild_ids: Iterable[int]) -> None:
        """At the start: what changed about roles while nobody looked?"""
        for guild_id in guild_ids:
            await self.catalog.recheck(guild_id)

    async def member_changed(self, guild_id: int, user_id: int, held: frozenset[int]) -> None:
        """Somebody's roles changed, by whomever: put right what concerns us."""
        wanted, ours = await self.reconciler.wanted(guild_id, user_id)
        if wanted <= held and not (held & frozenset(ours)) - wanted:
            return
        async with self._db.write() as tx:
            await self._queue.enqueue(tx, "role.sync", guild_id, str(user_id))

    async def paying(self, guild_id: int, at: datetime) -> int:
        """How many members had a paid membership at that moment."""
        async with self._db.read() as db:
            return await entitlements.count_holders(db, guild_id, at)

    async def tiers_of(self, guild_id: int, user_id: int) -> frozenset[int]:
        """The ids of the tiers that a member has now: for whoever opens doors to members."""
        now = self._clock.now()
        return frozenset(
            entitlement.tier.id
            for entitlement in await self._rights(guild_id, user_id)
            if entitlement.holds(now)
        )

    async def opens_events(self, guild_id: int, user_id: int) -> bool:
        """Has the member a membership now that opens events for members?"""
        now = self._clock.now()
        return any(
            entitlement.tier.terms.events and entitlement.holds(now)
            for entitlement in await self._rights(guild_id, user_id)
        )

    async def event_plans(self, guild_id: int) -> list[str]:
        """The names of what is on sale and opens them."""
        return [tier.name for tier in await self.catalog.on_sale(guild_id) if tier.terms.events]

    async def _rights(self, guild_id: int, user_id: int) -> list[Entitlement]:
        now = self._clock.now()
        async with self._db.read() as db:
            found = await entitlements.of_member(db, guild_id, user_id)
        return [
            entitlement
            for entitlement in found
            if entitlement.status is EntitlementStatus.LIVE and entitlement.held_until > now
        ]

    async def _own(self, guild_id: int, user_id: int, number: str) -> Order:
        async with self._db.read() as db:
            order = await orders.numbered(db, guild_id, number)
        if order is None or order.user_id != user_id:
            raise UserError("This is not an order of yours. /membership status lists your own.")
        return order
