"""What payments add to Lyceum: the providers with their services and pages, and the inbox of their webhooks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot.payments import store, webhooks
from bot.payments.inbox import Inbox, OrderCallbacks
from bot.payments.kind import ProviderContext, Providers
from bot.payments.port import PaymentProvider, Unmatched
from bot.payments.registry import install
from bot.wiring import Core, Lifetime, Wiring


def wire(core: Core, address: Callable[[], str]) -> tuple[Providers, Wiring]:
    """Set up every provider that the settings name. `address` is our own web server's."""
    settings = core.settings
    context = ProviderContext(
        folder=settings.folder,
        clock=core.clock,
        address=address,
        sandboxed=settings.sandboxed,
        public_url=settings.web.public_url,
    )
    providers = install(settings.payments, context)

    async def start() -> None:
        for service in providers.services:
            service.start()

    return providers, Wiring(
        routes=tuple(providers.routes(core.catalog)),
        lifetimes=tuple(Lifetime(service.open, service.close) for service in providers.services),
        at_start=(start,),
    )


def wire_inbox(
    core: Core, providers: Mapping[str, PaymentProvider], orders: OrderCallbacks
) -> tuple[Inbox, Wiring]:
    """Build the inbox of webhooks; `orders` settles what they report."""
    inbox = Inbox(db=core.db, clock=core.clock, queue=core.queue, providers=providers, orders=orders)
    return inbox, Wiring(
        handlers={"order.settle": inbox.settle},
        routes=tuple(webhooks.routes(inbox)),
    )


def unmatched(core: Core) -> Callable[[int], Awaitable[list[Unmatched]]]:
    """Lists the events that match no order of a guild. If Lyceum serves only that guild, also those that name none."""

    async def of_guild(guild_id: int) -> list[Unmatched]:
        is_only_guild = await core.server.guild_ids() == [guild_id]
        async with core.db.read() as db:
            return await store.unmatched(db, guild_id, unnamed=is_only_guild)

    return of_guild
