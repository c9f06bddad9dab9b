"""What a transfer means for who pays: it moves the entitlement, never the card, and the payer is told once."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from bot.cards import plain
from bot.db import Database, Writer
from bot.errors import RetryLater, UserError
from bot.i18n import Catalog
from bot.ids import new_id
from bot.memberships.access.entitlements import RUNNING
from bot.memberships.access.store import entitlements
from bot.memberships.changes import paying_cards
from bot.memberships.model import RENEWING, Entitlement, Order
from bot.memberships.orders.eligibility import outlasting
from bot.memberships.orders.holdings import owned_by
from bot.memberships.orders.paying import PaidSubscription
from bot.memberships.orders.receipts import Receipts
from bot.memberships.orders.store import orders
from bot.outbox import Outbox, OutboxKey
from bot.payments.port import Phase
from bot.work import Job, Queue

TOLD, SPARED = "payer.moved", "payer.spared"
"""The kinds of these messages in the outbox."""


class Handovers:
    """Takes part in transfers by staff, and handles the work `payer.tell`."""

    def __init__(
        self, *, db: Database, queue: Queue, outbox: Outbox, texts: Catalog, receipts: Receipts
    ) -> None:
        self._db = db
        self._queue = queue
        self._outbox = outbox
        self._texts = texts
        self._receipts = receipts

    async def moved(self, tx: Writer, guild_id: int, moved: Sequence[Entitlement], taker: int) -> None:
        """Queue a message to each payer whose subscription serves another member from now on.

        UserError while a provider is making a change of one of them: who gets the outcome could not be told. And where
        one of the two accounts' subscriptions would charge for what the other one has.
        """
        await _require_none_for_nothing(tx, guild_id, moved, taker)
        by_payer: dict[int, list[str]] = {}
        for entitlement in moved:
            order = await _subscription(tx, entitlement)
            if order is None:
                continue
            for open_order in await orders.open_orders(tx, guild_id, order.user_id):
                if open_order.replaces == entitlement.id and open_order.renewal is not None:
                    raise UserError(
                        "A change of {plan} is being made at the payment provider just now. Try again in some minutes.",
                        plan=plain(entitlement.tier.name),
                    )
            if order.phase in RENEWING and order.user_id != taker:
                by_payer.setdefault(order.user_id, []).append(str(order.id))
        for payer, order_ids in by_payer.items():
            await self._queue.enqueue_once(
                tx, "payer.tell", guild_id, str(new_id()), payer=str(payer), orders=order_ids
            )

    async def tell_spared(self, job: Job) -> None:
        """Work `payer.spared`: write to a payer that their subscription was stopped, as what it gave is there without it."""
        key, order_id = OutboxKey(job.guild_id, SPARED, job.key), int(job.payload["order"])
        async with self._db.read() as db:
            order = await orders.find(db, job.guild_id, order_id)
            held = await entitlements.find(db, job.guild_id, order_id=order_id)
            owned = [] if held is None else await owned_by(db, job.guild_id, held.user_id)
        if order is None or held is None:
            return
        lasting = outlasting(held, owned)
        if lasting is None:
            await self._outbox.drop(key, "it is not there without it any more", user_id=order.user_id)
        elif order.phase in RENEWING:
            raise RetryLater("the subscription is being stopped")
        else:
            paid = PaidSubscription(order, held)
            card = paying_cards.spared(self._texts.community, paid, lasting.entitlement)
            await self._outbox.direct(key, order.user_id, card)

    async def tell(self, job: Job) -> None:
        """Work `payer.tell`: write to a payer what was moved, that they go on paying, and how to end that."""
        payer, key = int(job.payload["payer"]), OutboxKey(job.guild_id, TOLD, job.key)
        subscriptions: list[tuple[PaidSubscription, str | None]] = []
        async with self._db.read() as db:
            for order_id in job.payload["orders"]:
                order = await orders.find(db, job.guild_id, int(order_id))
                entitlement = await entitlements.find(db, job.guild_id, order_id=int(order_id))
                paid = None if order is None else PaidSubscription(order, entitlement)
                if paid is not None and paid.renews and paid.serves is not None:
                    subscriptions.append((paid, self._receipts.link(paid.order)))
        if subscriptions:
            await self._outbox.direct(key, payer, paying_cards.moved(self._texts.community, subscriptions))
        else:
            await self._outbox.drop(key, "nothing is paid for another any more", user_id=payer)


async def _require_none_for_nothing(
    tx: Writer, guild_id: int, moved: Sequence[Entitlement], taker: int
) -> None:
    moved_ids = {entitlement.id for entitlement in moved}
    lasting = [
        one
        for one in await owned_by(tx, guild_id, taker)
        if one.entitlement.status in RUNNING and (one.order is not None or one.entitlement.forever)
    ]
    arriving = [one for one in lasting if one.entitlement.id in moved_ids]
    there = [one for one in lasting if one.entitlement.id not in moved_ids]
    for one, other in itertools.product(arriving, there):
        same = one.entitlement.tier.id == other.entitlement.tier.id
        if same and (one.renews or other.renews):
            raise UserError(
                "Both accounts have {plan}, and a subscription to it would go on charging for nothing. Whoever pays for it has to end it first, with /membership cancel or on the receipt’s page; then hand over the rest.",
                plan=plain(one.entitlement.tier.name),
            )


async def _subscription(tx: Writer, entitlement: Entitlement) -> Order | None:
    """The order of an entitlement, if it is a subscription that has not ended."""
    if entitlement.order_id is None:
        return None
    order = await orders.find(tx, entitlement.guild_id, entitlement.order_id)
    return order if order is not None and order.phase in (*RENEWING, Phase.ENDING) else None
