"""What is served over HTTP but for the providers' own pages: webhooks and receipts."""

from __future__ import annotations

from bot.memberships.receipts import Receipts
from bot.payments.intake import Intake
from bot.web import hooks, receipts
from bot.wiring import Core, Wiring


def wire(core: Core, *, intake: Intake, slips: Receipts) -> Wiring:
    """The routes of the domains. This room draws the pages, so that no domain knows of HTTP."""
    return Wiring(routes=(*hooks.routes(intake), *receipts.routes(slips, core.texts)))
