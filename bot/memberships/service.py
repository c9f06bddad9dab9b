"""Memberships: the interface of this domain for the cogs and for other domains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

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
from bot.memberships.backoffice.backoffice import UnmatchedPayments
from bot.memberships.backoffice.parts import backoffice_parts
from bot.memberships.catalog.authority import Authorities
from bot.memberships.catalog.editing import TierEditing
from bot.memberships.catalog.role_safety import RoleSafety
from bot.memberships.catalog.shop import ShopCards
from bot.memberships.catalog.tiers import TierCatalog
from bot.memberships.changes.changing import Changes
from bot.memberships.changes.handovers import Handovers
from bot.memberships.changes.pricing import ChangePricing
from bot.memberships.changes.renewals import Renewals
from bot.memberships.changes.status_cards import Status
from bot.memberships.departures.parts import departure_parts
from bot.memberships.departures.store import departures
from bot.memberships.item import ItemKind
from bot.memberships.model import Entitlement, EntitlementStatus, Order, OrderStatus, Tier
from bot.memberships.orders.cards import Offer, OrderReceipt
from bot.memberships.orders.checkouts import Checkouts, PendingOrder
from bot.memberships.orders.delivery import Delivery
from bot.memberships.orders.holdings import owned_by, planned_changes
from bot.memberships.orders.item_sale import ItemSale
from bot.memberships.orders.pay_cards import PayCards
from bot.memberships.orders.paying import paid_by
from bot.memberships.orders.polling import Polling
from bot.memberships.orders.purchasing import Activated, PurchaseChoice, Purchasing
from bot.memberships.orders.receipts import Receipts
from bot.memberships.orders.refunds import Refunds
from bot.memberships.orders.refusals import Refusals
from bot.memberships.orders.rejudging import Rejudging
from bot.memberships.orders.settlement import Settlement
from bot.memberships.orders.store import orders
from bot.memberships.orders.tier_holders import OrderedTiers
from bot.memberships.reminders.reminders import Reminders
from bot.memberships.selling_config import SellingConfig
from bot.outbox import Outbox
from bot.payments.inbox import OrderCallbacks
from bot.payments.port import PaymentProvider
from bot.ports import ChatServer
from bot.work import Queue

ACCESS = (Area.ENTITLEMENT, Area.ROLE, Area.BREAKER, Area.DEPARTURE)
"""The areas of the audit log that /access log shows."""


class Memberships:
    """Builds the parts of the domain and answers questions across them. `wiring.py` hands the parts to the worker."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        queue: Queue,
        server: ChatServer,
        texts: Catalog,
        providers: Mapping[str, PaymentProvider],
        config: SellingConfig,
        unmatched_payments: UnmatchedPayments,
        outbox: Outbox,
    ) -> None:
        self._db = db
        self._clock = clock
        self._queue = queue
        self._server = server
        # catalog: what is on sale, which roles may be sold, and who may cause which
        self.role_safety = RoleSafety(db, clock, queue, server, texts, outbox)
        authorities = Authorities(db, server)
        holders = OrderedTiers(queue)
        self.catalog = TierCatalog(
            db=db,
            clock=clock,
            queue=queue,
            safety=self.role_safety,
            authorities=authorities,
            holders=holders,
        )
        self.tier_editing = TierEditing(
            db=db,
            clock=clock,
            queue=queue,
            tier_catalog=self.catalog,
            safety=self.role_safety,
            authorities=authorities,
            server=server,
            holders=holders,
            zone=texts.community.zone,
        )
        # access: who has which entitlement, and the roles that follow
        self.settlement = Settlement(clock, queue, config.policy, texts.community.zone)
        self.breaker = Breaker(db, clock, queue, outbox, texts)
        self.reconciler = Reconciler(
            db=db,
            clock=clock,
            queue=queue,
            server=server,
            breaker=self.breaker,
            on_change=lambda tx, guild_id, user_id: self.pay_cards.roles_changed(tx, guild_id, user_id),
        )
        self.access_admin = AccessAdmin(
            db=db,
            clock=clock,
            queue=queue,
            server=server,
            tiers=self.catalog,
            authorities=authorities,
            entitlement_service=self.settlement.entitlements,
            zone=texts.community.zone,
            on_transfer=lambda tx, guild_id, moved, taker: self.handovers.moved(tx, guild_id, moved, taker),
        )
        # orders: buying, paying, refunding
        self.checkouts = Checkouts(
            db=db,
            clock=clock,
            queue=queue,
            providers=providers,
            settlement=self.settlement,
            valid_for=timedelta(minutes=config.link_minutes),
            receipt_page=lambda order: self.receipts.page(order),
        )
        self.purchasing = Purchasing(db, clock, self.catalog, self.checkouts, self.settlement.entitlements)
        self.items = {kind: ItemSale(kind, db, clock, self.purchasing) for kind in ItemKind}
        self.refunds = Refunds(db, clock, queue, providers, self.settlement, authorities)
        self.refusals = Refusals(db, outbox, texts)
        self.rejudging = Rejudging(db, self.settlement)
        self.delivery = Delivery(db, clock, queue, server)
        self.polling = Polling(db, clock, self.checkouts.refresh, providers, config.poll_seconds)
        self.receipts = Receipts(
            db, server, self.checkouts.is_play_money, config.folder / "receipts.key", config.address
        )
        self.pay_cards = PayCards(
            db=db,
            clock=clock,
            queue=queue,
            server=server,
            texts=texts,
            checkouts=self.checkouts,
            key=config.folder / "answers.key",
            receipts=self.receipts,
        )
        # changes: another tier, another period, the end of a subscription
        self.change_pricing = ChangePricing(db, clock, self.purchasing, providers, texts.community.zone)
        self.changes = Changes(
            db=db,
            clock=clock,
            pricing=self.change_pricing,
            purchasing=self.purchasing,
            checkouts=self.checkouts,
            refunds=self.refunds,
            providers=providers,
        )
        self.renewals = Renewals(db, clock, queue, self.checkouts, providers)
        self.handovers = Handovers(db=db, queue=queue, outbox=outbox, texts=texts, receipts=self.receipts)
        # reminders: messages before an end
        self.reminders = Reminders(db, clock, outbox, texts, config.remind_days)
        # departures: who leaves, and whom Lyceum removes
        self.departures, self.departure_notices, self.removals = departure_parts(
            db=db,
            clock=clock,
            queue=queue,
            server=server,
            outbox=outbox,
            texts=texts,
            providers=providers,
            checkouts=self.checkouts,
            receipts=self.receipts,
            reminders=self.reminders,
            settings=config.departures,
        )
        self.settlement.is_banned = departures.is_banned
        self.role_audit = RoleAudit(db, clock, queue, server, self.departures)
        # backoffice: what owners see and do by hand
        desk = backoffice_parts(
            db=db,
            clock=clock,
            queue=queue,
            server=server,
            outbox=outbox,
            texts=texts,
            providers=providers,
            settlement=self.settlement,
            checkouts=self.checkouts,
            receipts=self.receipts,
            authorities=authorities,
            unmatched_payments=unmatched_payments,
        )
        self.backoffice, self.books, self.offline_payments, self.resending, self.export = desk
        # the shop card shows the catalog, as far as a provider takes its prices
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
        """What the payment inbox needs to know about orders."""
        return OrderCallbacks(self.settlement.settle, self.checkouts.look_up, self.settlement.known)

    @property
    def is_play_money(self) -> bool:
        """Is play money among what members can pay with?"""
        return self._playing

    async def plans(self, guild_id: int, *, items: bool = False) -> list[Tier]:
        """The memberships on sale, in the owner's order; with `items` then what was ever sold singly."""
        return await self.catalog.on_sale(guild_id, items=items)

    async def offers(self, guild_id: int, user_id: int) -> list[Offer]:
        """Everything that can be bought, with the member's latest entitlement to each tier."""
        latest = {entitlement.tier.id: entitlement for entitlement in await self._held(guild_id, user_id)}
        return [
            Offer(product, latest.get(product.tier.id))
            for product in await self.purchasing.products(guild_id)
        ]

    async def buy(
        self, guild_id: int, user_id: int, plan: str, price: str | None = None, provider: str | None = None
    ) -> PendingOrder | PurchaseChoice | Activated:
        """Buy a plan: an order to pay, what is still to be chosen, or what begins at once.

        UserError when the plan cannot be bought.
        """
        return await self.purchasing.buy(guild_id, user_id, plan, price, provider)

    async def check(self, guild_id: int, user_id: int, number: str) -> PendingOrder | OrderReceipt:
        """Ask the provider about a member's own order now: the order to pay while it is open, otherwise its receipt."""
        await self.checkouts.refresh(await self._own_order(guild_id, user_id, number))
        order = await self._own_order(guild_id, user_id, number)
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
            memberships = await owned_by(db, guild_id, user_id)
            planned = await planned_changes(db, guild_id, user_id, now)
            paid = await paid_by(db, guild_id, user_id)
            latest_orders = await orders.of_member(db, guild_id, user_id, limit=5)
            parts = {
                order.id: noted
                for order in latest_orders
                if order.state in (OrderStatus.CREATED, OrderStatus.PENDING)
                and (noted := await self.checkouts.parts(db, order)) is not None
            }
        person = await self._server.member(guild_id, user_id)
        return Status(
            held=tuple(owned for owned in memberships if owned.runs(now)),
            ahead=tuple(
                owned
                for owned in memberships
                if owned.lies_ahead(now)
                and owned.order
                and not (owned.order.follows and owned.paid_by_holder)
            ),
            paying=tuple(subscription for subscription in paid if subscription.needs_showing(now)),
            planned=tuple(planned),
            orders=tuple(latest_orders),
            roles=person.roles if person else frozenset(),
            now=now,
            playing=self._playing,
            reminders=await self.reminders.allowed(guild_id, user_id),
            soon=self.reminders.lead_time,
            receipts={order.id: link for order in latest_orders if (link := self.receipts.link(order))},
            departed=await self.departures.ended_for(guild_id, user_id),
            parts=parts,
        )

    async def explain(self, guild_id: int, user_id: int) -> Explanation:
        """Why a member has the roles they have."""
        wanted, ours = await self.reconciler.wanted(guild_id, user_id)
        async with self._db.read() as db:
            held_entitlements = await entitlements.of_member(db, guild_id, user_id)
            exceptions = await overrides.of_member(db, guild_id, user_id)
        person = await self._server.member(guild_id, user_id)
        now = self._clock.now()
        return Explanation(
            user_id=user_id,
            held_entitlements=tuple(held_entitlements),
            wanted=wanted,
            ours=frozenset(ours),
            held=person.roles if person else None,
            now=now,
            exceptions=tuple(
                override for override in exceptions if override.until is None or now < override.until
            ),
            existing_roles=frozenset(role.id for role in await self._server.roles(guild_id)),
        )

    async def log(self, guild_id: int, user_id: int | None) -> list[Entry]:
        """The audit entries about access (of one member, if given), newest first."""
        async with self._db.read() as db:
            subjects: list[int] | None = None
            if user_id is not None:
                held_entitlements = await entitlements.of_member(db, guild_id, user_id)
                subjects = [user_id, *(entitlement.id for entitlement in held_entitlements)]
            return await reading.latest(db, guild_id, areas=ACCESS, subjects=subjects, limit=20)

    async def member_joined(self, guild_id: int, user_id: int) -> None:
        """A member joined or came back: sync their roles if they have entitlements, and look at what waited for them."""
        await self.departures.returned(guild_id, user_id)
        async with self._db.write() as tx:
            held = await entitlements.of_member(tx, guild_id, user_id)
            if held:
                await self._queue.enqueue(tx, "role.sync", guild_id, str(user_id))
            await self.delivery.look_again(tx, held)

    async def roles_changed(self, guild_id: int) -> None:
        """Roles or permissions of the server changed: recheck the tiers and retry stuck work at once."""
        await self.catalog.recheck(guild_id)
        await self.breaker.retry(guild_id)

    async def events_missed(self, guild_id: int) -> None:
        """A session began, the first one too: what happened before is told to nobody. Audit everybody, and the roles."""
        await self.roles_changed(guild_id)
        await self.role_audit.schedule([guild_id])

    async def recheck_roles(self, guild_ids: Iterable[int]) -> None:
        """Recheck the tiers at the start: roles may have changed while the bot was off."""
        for guild_id in guild_ids:
            await self.catalog.recheck(guild_id)

    async def member_changed(self, guild_id: int, user_id: int, held: frozenset[int]) -> None:
        """A member's roles changed to `held`: sync them if they differ from what memberships want."""
        wanted, ours = await self.reconciler.wanted(guild_id, user_id)
        if wanted <= held and not (held & frozenset(ours)) - wanted:
            return
        async with self._db.write() as tx:
            await self._queue.enqueue(tx, "role.sync", guild_id, str(user_id))

    async def paying(self, guild_id: int, at: datetime) -> int:
        """How many members had a paid membership at this moment."""
        async with self._db.read() as db:
            return await entitlements.count_holders(db, guild_id, at)

    async def tiers_of(self, guild_id: int, user_id: int) -> frozenset[int]:
        """The ids of the tiers that a member has now."""
        now = self._clock.now()
        return frozenset(
            entitlement.tier.id
            for entitlement in await self._held(guild_id, user_id)
            if entitlement.gives_roles(now)
        )

    async def opens_events(self, guild_id: int, user_id: int) -> bool:
        """Has the member a membership now that opens members-only events?"""
        now = self._clock.now()
        return any(
            entitlement.tier.terms.events and entitlement.gives_roles(now)
            for entitlement in await self._held(guild_id, user_id)
        )

    async def event_plans(self, guild_id: int) -> list[str]:
        """The names of the tiers on sale that open members-only events."""
        return [tier.name for tier in await self.catalog.on_sale(guild_id) if tier.terms.events]

    async def _held(self, guild_id: int, user_id: int) -> list[Entitlement]:
        """The member's live entitlements that are not over, including those that begin later."""
        now = self._clock.now()
        async with self._db.read() as db:
            of_member = await entitlements.of_member(db, guild_id, user_id)
        return [one for one in of_member if one.status is EntitlementStatus.LIVE and one.held_until > now]

    async def _own_order(self, guild_id: int, user_id: int, number: str) -> Order:
        async with self._db.read() as db:
            order = await orders.numbered(db, guild_id, number)
        if order is None or order.user_id != user_id:
            raise UserError("This is not an order of yours. /membership status lists your own.")
        return order
