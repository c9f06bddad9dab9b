"""What payments add to the house: the providers, the till's life, and the work of settling what webhooks report."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot.payments import store
from bot.payments.intake import Intake, OrderBook
from bot.payments.port import PaymentProvider, Unmatched
from bot.payments.registry import Surroundings, open_till, providers
from bot.payments.till import Till
from bot.wiring import Core, Lifetime, Wiring


def wire(core: Core, address: Callable[[], str]) -> tuple[Till | None, Mapping[str, PaymentProvider], Wiring]:
    """Build the till, if it is open, and the providers that are set up. `address` is our own web server's."""
    till = open_till(core.settings, core.clock, address)
    sellers = providers(Surroundings(core.settings, address, till))
    if till is None:
        return None, sellers, Wiring()

    async def start() -> None:
        till.start()

    return till, sellers, Wiring(lifetimes=(Lifetime(till.open, till.close),), at_start=(start,))


def wire_inbox(
    core: Core, sellers: Mapping[str, PaymentProvider], orders: OrderBook
) -> tuple[Intake, Wiring]:
    """Build the inbox of webhooks, which needs somebody who knows the orders."""
    intake = Intake(db=core.db, clock=core.clock, queue=core.queue, providers=sellers, orders=orders)
    return intake, Wiring(handlers={"order.settle": intake.settle})


def unmatched(core: Core) -> Callable[[int], Awaitable[list[Unmatched]]]:
    """What providers reported about no order of a guild. What names no guild is shown where there is only one."""

    async def of_guild(guild_id: int) -> list[Unmatched]:
        alone = await core.server.guild_ids() == [guild_id]
        async with core.db.read() as db:
            return await store.unmatched(db, guild_id, nobodys=alone)

    return of_guild
