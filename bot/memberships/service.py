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
from bot.i18n import Texts
from bot.memberships.access_cards import Explanation
from bot.memberships.breaker import Breaker
from bot.memberships.buying import Bill, Buying
from bot.memberships.cards import Offer, Receipt
from bot.memberships.changing import Changing
from bot.memberships.counter import Choice, Counter, Given
from bot.memberships.desk import Desk, Strays
from bot.memberships.drift import Audit
from bot.memberships.editing import Editing
from bot.memberships.export import Export
from bot.memberships.holdings import held_by, planned
from bot.memberships.marking import Marking
from bot.memberships.model import Entitlement, Order, Standing, Tier
from bot.memberships.paycards import PayCards
from bot.memberships.polling import Polling
from bot.memberships.quoting import Quoting
from bot.memberships.receipts import Receipts
from bot.memberships.reconcile import Reconciler
from bot.memberships.refunds import Refunds
from bot.memberships.reminders import Reminders
from bot.memberships.renewals import Renewals
from bot.memberships.resending import Resending
from bot.memberships.role_safety import RoleSafety
from bot.memberships.settle import Policy, Settling
from bot.memberships.shop_cards import ShopCards
from bot.memberships.staffing import Staffing
from bot.memberships.state import State
from bot.memberships.status_cards import Status
from bot.memberships.store import entitlements, orders, overrides
from bot.memberships.tiers import Tiers
from bot.outbox import Outbox
from bot.payments.intake import OrderBook
from bot.payments.port import PaymentProvider
from bot.ports import ChatServer
from bot.work import Queue

ACCESS = (Area.ENTITLEMENT, Area.ROLE, Area.BREAKER)
"""What /access log shows."""


@dataclass(frozen=True, kw_only=True)
class Terms:
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
        texts: Texts,
        providers: Mapping[str, PaymentProvider],
        terms: Terms,
        strays: Strays,
        outbox: Outbox,
    ) -> None:
        self._db = db
        self._clock = clock
        self._queue = queue
        self._server = server
        # catalog: what is on sale, and to whom it may be sold
        self.role_safety = RoleSafety(db, clock, queue, server, texts, outbox)
        self.tiers = Tiers(db, clock, queue, self.role_safety)
        self.editing = Editing(db, clock, queue, self.tiers, self.role_safety, texts.community.zone)
        # access: who has what, and the roles that follow from it
        self.settling = Settling(clock, queue, terms.policy)
        self.breaker = Breaker(db, clock, queue, outbox, texts)
        self.reconciler = Reconciler(db, clock, queue, server, self.breaker)
        self.audit = Audit(db, clock, queue, server)
        self.staffing = Staffing(
            db=db,
            clock=clock,
            queue=queue,
            server=server,
            tiers=self.tiers,
            entitling=self.settling.entitling,
            zone=texts.community.zone,
        )
        # orders: buying, paying, giving money back
        self.buying = Buying(
            db=db,
            clock=clock,
            queue=queue,
            providers=providers,
            settling=self.settling,
            valid_for=timedelta(minutes=terms.link_minutes),
        )
        self.counter = Counter(db, clock, self.tiers, self.buying, self.settling.entitling)
        self.refunds = Refunds(db, clock, queue, providers, self.settling)
        self.polling = Polling(db, clock, self.buying.look, terms.poll_seconds)
        self.receipts = Receipts(db, server, self.buying.plays, terms.folder / "receipts.key", terms.address)
        self.pay_cards = PayCards(
            db=db,
            clock=clock,
            server=server,
            texts=texts,
            buying=self.buying,
            key=terms.folder / "answers.key",
            receipts=self.receipts,
        )
        # changes: another tier, another period, the end of a subscription
        self.quoting = Quoting(db, clock, self.counter, providers)
        self.changing = Changing(
            db=db,
            clock=clock,
            quoting=self.quoting,
            counter=self.counter,
            buying=self.buying,
            refunds=self.refunds,
            providers=providers,
        )
        self.renewals = Renewals(db, clock, self.buying, providers)
        # reminders: what is said before an end
        self.reminders = Reminders(db, clock, outbox, texts, terms.remind_days)
        # backoffice: what the owner sees and does by hand
        self.desk = Desk(
            db=db,
            clock=clock,
            queue=queue,
            providers=providers,
            settling=self.settling,
            buying=self.buying,
            strays=strays,
        )
        self.marking = Marking(db, clock, providers, self.settling)
        self.resending = Resending(
            db=db,
            clock=clock,
            queue=queue,
            server=server,
            outbox=outbox,
            texts=texts,
            buying=self.buying,
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
            payable=self.buying.payable,
            playing=self._playing,
        )

    @property
    def order_book(self) -> OrderBook:
        """What the inbox of payments asks about orders."""
        return OrderBook(self.settling.settle, self.buying.look_up, self.settling.known)

    @property
    def playing(self) -> bool:
        """Is play money among what members can pay with?"""
        return self._playing

    async def plans(self, guild_id: int) -> list[Tier]:
        """Everything on sale, in the owner's order."""
        return await self.tiers.on_sale(guild_id)

    async def offers(self, guild_id: int, user_id: int) -> list[Offer]:
        """Everything that can be bought, with what the member has of it."""
        last = {right.tier.id: right for right in await self._rights(guild_id, user_id)}
        return [Offer(product, last.get(product.tier.id)) for product in await self.counter.shelf(guild_id)]

    async def buy(
        self, guild_id: int, user_id: int, plan: str, price: str | None = None, provider: str | None = None
    ) -> Bill | Choice | Given:
        """Buy a plan: the bill, what is still to be chosen, or what begins at once. UserError for what cannot be had."""
        return await self.counter.ask(guild_id, user_id, plan, price, provider)

    async def check(self, guild_id: int, user_id: int, number: str) -> Bill | Receipt:
        """Ask the provider now: the bill again while the member's own order is open, else what became of it."""
        await self.buying.look(await self._own(guild_id, user_id, number))
        order = await self._own(guild_id, user_id, number)
        if order.state in (State.CREATED, State.PENDING):
            return await self.buying.bill(order)
        async with self._db.read() as db:
            right = await entitlements.find(db, guild_id, order_id=order.id)
        person = await self._server.member(guild_id, user_id)
        playing, link = self.buying.plays(order.provider), self.receipts.link(order)
        return Receipt.of(order, right, person, self._clock.now(), playing=playing, link=link)

    async def status(self, guild_id: int, user_id: int) -> Status:
        """What a member has, what is planned, and their latest orders."""
        now = self._clock.now()
        async with self._db.read() as db:
            mine = await held_by(db, guild_id, user_id)
            ahead = await planned(db, guild_id, user_id, mine, now)
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
            soon=self.reminders.first,
            receipts={order.id: link for order in latest if (link := self.receipts.link(order))},
        )

    async def explain(self, guild_id: int, user_id: int) -> Explanation:
        """Why a member has the roles they have."""
        wanted, ours = await self.reconciler.wanted(guild_id, user_id)
        async with self._db.read() as db:
            rights = await entitlements.of_member(db, guild_id, user_id)
            exceptions = await overrides.of_member(db, guild_id, user_id)
        person = await self._server.member(guild_id, user_id)
        held, now = person.roles if person else None, self._clock.now()
        return Explanation(
            user_id=user_id,
            rights=tuple(rights),
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
                rights = await entitlements.of_member(db, guild_id, user_id)
                subjects = [user_id, *(right.id for right in rights)]
            return await reading.latest(db, guild_id, areas=ACCESS, subjects=subjects, limit=20)

    async def returned(self, guild_id: int, user_id: int) -> None:
        """Somebody joined (again): give them what is theirs."""
        async with self._db.write() as tx:
            if await entitlements.of_member(tx, guild_id, user_id):
                await self._queue.again(tx, "role.sync", guild_id, str(user_id))

    async def roles_changed(self, guild_id: int) -> None:
        """Roles or permissions of the server changed: try at once what was stuck on them."""
        await self.tiers.recheck(guild_id)
        await self.breaker.retry(guild_id)

    async def look_at_roles(self, guild_ids: Iterable[int]) -> None:
        """At the start: what changed about roles while nobody looked?"""
        for guild_id in guild_ids:
            await self.tiers.recheck(guild_id)

    async def member_changed(self, guild_id: int, user_id: int, held: frozenset[int]) -> None:
        """Somebody's roles changed, by whomever: put right what concerns us."""
        wanted, ours = await self.reconciler.wanted(guild_id, user_id)
        if wanted <= held and not (held & frozenset(ours)) - wanted:
            return
        async with self._db.write() as tx:
            await self._queue.again(tx, "role.sync", guild_id, str(user_id))

    async def paying(self, guild_id: int, at: datetime) -> int:
        """How many members had a paid membership at that moment."""
        async with self._db.read() as db:
            return await entitlements.count_holders(db, guild_id, at)

    async def tiers_of(self, guild_id: int, user_id: int) -> frozenset[int]:
        """The ids of the tiers that a member has now: for whoever opens doors to members."""
        now = self._clock.now()
        return frozenset(right.tier.id for right in await self._rights(guild_id, user_id) if right.holds(now))

    async def opens_events(self, guild_id: int, user_id: int) -> bool:
        """Has the member a membership now that opens events for members?"""
        now = self._clock.now()
        return any(
            right.tier.terms.events and right.holds(now) for right in await self._rights(guild_id, user_id)
        )

    async def event_plans(self, guild_id: int) -> list[str]:
        """The names of what is on sale and opens them."""
        return [tier.name for tier in await self.tiers.on_sale(guild_id) if tier.terms.events]

    async def _rights(self, guild_id: int, user_id: int) -> list[Entitlement]:
        now = self._clock.now()
        async with self._db.read() as db:
            found = await entitlements.of_member(db, guild_id, user_id)
        return [right for right in found if right.standing is Standing.LIVE and right.held_until > now]

    async def _own(self, guild_id: int, user_id: int, number: str) -> Order:
        async with self._db.read() as db:
            order = await orders.numbered(db, guild_id, number)
        if order is None or order.user_id != user_id:
            raise UserError("This is not an order of yours. /membership status lists your own.")
        return order
