"""What payments add to the house: the providers with what they run and show, and the settling of what webhooks report."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot.payments import store, webhooks
from bot.payments.inbox import Inbox, OrderBook
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
    core: Core, providers: Mapping[str, PaymentProvider], orders: OrderBook
) -> tuple[Inbox, Wiring]:
    """Build the inbox of webhooks; `orders` knows the orders that they are about."""
    intake = Inbox(db=core.db, clock=core.clock, queue=core.queue, providers=providers, orders=orders)
    return intake, Wiring(
        handlers={"order.settle": intake.settle},
        routes=tuple(webhooks.routes(intake)),
    )


def unmatched(core: Core) -> Callable[[int], Awaitable[list[Unmatched]]]:
    """What providers reported about no order of a guild. What names no guild is shown where there is only one."""

    async def of_guild(guild_id: int) -> list[Unmatched]:
        alone = await core.server.guild_ids() == [guild_id]
        async with core.db.read() as db:
            return await store.unmatched(db, guild_id, nobodys=alone)

    return of_guild
