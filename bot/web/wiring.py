"""What is served over HTTP: webhooks, receipts, and the till's pages while it is open."""

from __future__ import annotations

from bot.memberships.receipts import Receipts
from bot.payments.intake import Intake
from bot.payments.till import Till
from bot.web import hooks, pay, receipts, till_api
from bot.wiring import Core, Wiring


def wire(core: Core, *, intake: Intake, slips: Receipts, till: Till | None) -> Wiring:
    """The routes of the domains. This room draws the pages, so that no domain knows of HTTP."""
    routes = [*hooks.routes(intake), *receipts.routes(slips, core.texts)]
    if till is not None:
        routes += [*pay.routes(till, core.texts), *till_api.routes(till)]
    return Wiring(routes=tuple(routes))
