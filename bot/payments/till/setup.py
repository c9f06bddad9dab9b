"""The till from its settings, with its pages. With a real Discord token, `play_money` must be set."""

from __future__ import annotations

import structlog

from bot.payments.kind import Installed, ProviderContext
from bot.payments.till import api, page
from bot.payments.till.machine import Till
from bot.payments.till.provider import TillProvider
from bot.payments.till.settings import TillSettings

log = structlog.get_logger(__name__)


def open_till(settings: TillSettings, context: ProviderContext) -> Till | None:
    """The till; None when it is off."""
    if not settings.enabled:
        return None
    if not context.sandboxed and not settings.play_money:
        log.warning(
            "the till stays closed: it moves play money only. payments.till.play_money = true opens it"
        )
        return None
    return Till(
        context.folder, context.clock, context.address, deliveries=settings.deliveries, delay=settings.delay
    )


def set_up(settings: TillSettings, context: ProviderContext) -> Installed | None:
    """The till as a provider with its service and pages; None when it is off."""
    till = open_till(settings, context)
    if till is None:
        return None
    return Installed(
        provider=TillProvider(till.secret, context.address, context.public),
        service=till,
        routes=lambda texts: [*page.routes(till, texts), *api.routes(till)],
    )
