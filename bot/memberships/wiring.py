"""What memberships add to the process: handlers of work, routes, timers, and what runs at the start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from bot.memberships.backoffice.backoffice import UnmatchedPayments
from bot.memberships.departures.departure import Cause, DepartureAction
from bot.memberships.orders import receipt_page
from bot.memberships.orders.settlement import Policy
from bot.memberships.selling_config import SellingConfig
from bot.memberships.service import Memberships
from bot.payments.port import PaymentProvider
from bot.settings import Settings
from bot.wiring import Core, Timer, Wiring
from bot.work import Job
from bot.work.worker import Handler


def wire(
    core: Core,
    *,
    providers: Mapping[str, PaymentProvider],
    unmatched: UnmatchedPayments,
    address: Callable[[], str],
) -> tuple[Memberships, Wiring]:
    """Build the domain.

    `unmatched` lists the payments that belong to no order of a guild. `address()` is the URL under which receipts can
    be read, "" while there is none.
    """
    config = selling_config(core.settings, address)
    memberships = Memberships(
        db=core.db,
        clock=core.clock,
        queue=core.queue,
        server=core.server,
        texts=core.catalog,
        providers=providers,
        config=config,
        unmatched_payments=unmatched,
        outbox=core.outbox,
    )

    async def check_roles() -> None:
        guild_ids = await core.server.guild_ids()
        await memberships.recheck_roles(guild_ids)
        await memberships.books.schedule(guild_ids)

    return memberships, Wiring(
        handlers={
            **_catalog(memberships),
            **_access(memberships),
            **_orders(memberships),
            **_changes(memberships),
            **_reminders(memberships),
            **_departures(memberships),
            **_books(memberships),
        },
        routes=tuple(receipt_page.routes(memberships.receipts, core.catalog, memberships.renewals)),
        timers=(
            *(
                Timer(config.poll_seconds, partial(memberships.polling.beat, name), f"look at orders: {name}")
                for name in memberships.polling.asked
            ),
            Timer(60, memberships.pay_cards.forget, "forget pay cards"),
        ),
        at_start=(check_roles,),
    )


def selling_config(settings: Settings, address: Callable[[], str]) -> SellingConfig:
    """The part of the settings that is about selling."""
    payments, memberships = settings.payments, settings.memberships
    return SellingConfig(
        link_minutes=payments.link_minutes,
        poll_seconds=payments.poll_seconds,
        folder=settings.folder,
        remind_days=tuple(memberships.remind_days),
        policy=Policy(memberships.dispute, memberships.partial_refund),
        departures={
            Cause.LEAVE: DepartureAction(memberships.leave),
            Cause.KICK: DepartureAction(memberships.kick),
            Cause.BAN: DepartureAction(memberships.ban),
        },
        address=address,
    )


def _catalog(memberships: Memberships) -> dict[str, Handler]:
    return {
        "shop.update": memberships.shop_cards.update,
        "tier.suspended": memberships.role_safety.tell,
    }


def _access(memberships: Memberships) -> dict[str, Handler]:
    return {
        "role.sync": memberships.reconciler.sync,
        "access.audit": memberships.role_audit.run,
        "access.refused": memberships.breaker.tell,
        "access.release": memberships.reconciler.resync,
        "entitlement.start": memberships.reconciler.start,
        "entitlement.end": memberships.reconciler.end,
    }


def _orders(memberships: Memberships) -> dict[str, Handler]:
    return {
        "order.expire": memberships.checkouts.expire,
        "order.close": memberships.checkouts.close,
        "order.deliver": memberships.delivery.check,
        "order.refused": memberships.refusals.tell,
        "order.refund": memberships.refunds.refund,
        "order.review": memberships.refunds.review,
        "card.update": memberships.pay_cards.update,
        "order.judge": memberships.rejudging.judge,
        "discount.judge": memberships.rejudging.judge_discounts,
    }


def _changes(memberships: Memberships) -> dict[str, Handler]:
    async def end_subscription(job: Job) -> None:
        """It must not renew, or its payer let it go on: whichever it is, the provider was asked first."""
        await memberships.renewals.end(job)
        await memberships.departures.renewed(job.guild_id, int(job.key))

    return {
        "order.change": memberships.changes.change,
        "subscription.end": end_subscription,
        "subscription.stop": memberships.renewals.stop_asked,
        "payer.tell": memberships.handovers.tell,
        "payer.spared": memberships.handovers.tell_spared,
    }


def _reminders(memberships: Memberships) -> dict[str, Handler]:
    return {
        "entitlement.remind": memberships.reminders.remind,
    }


def _departures(memberships: Memberships) -> dict[str, Handler]:
    return {
        "member.left": memberships.departures.settle,
        "departure.end": memberships.departures.end,
        "departure.tell": memberships.departure_notices.tell,
        "member.kick": memberships.removals.kick,
    }


def _books(memberships: Memberships) -> dict[str, Handler]:
    return {
        "books.compare": memberships.books.run,
        "books.tell": memberships.books.tell,
    }
