"""POST /hooks/{provider}: where providers report. Nothing is told to a sender who cannot sign."""

from __future__ import annotations

import asyncio

import structlog
from aiohttp import web

from bot.crashpoints import point
from bot.payments.inbox import Inbox
from bot.payments.port import InvalidWebhook

SLOWEST = 10.0  # seconds for a body to arrive

log = structlog.get_logger(__name__)


def routes(intake: Inbox, slowest: float = SLOWEST) -> list[web.RouteDef]:
    """The one route of all providers; one that is off does not exist (404)."""

    async def post(request: web.Request) -> web.StreamResponse:
        provider = intake.provider(request.match_info["provider"])
        if provider is None:
            raise web.HTTPNotFound
        try:
            async with asyncio.timeout(slowest):
                body = await request.read()
        except TimeoutError:
            raise web.HTTPRequestTimeout from None
        try:
            await intake.receive(provider, list(request.headers.items()), body)
        except InvalidWebhook as error:
            log.info("a webhook was refused", provider=provider.name, reason=str(error))
            raise web.HTTPBadRequest(text="bad request") from None
        except (
            Exception
        ):  # a full disk, a locked file, or a defect of ours: the provider keeps it and comes again
            log.exception("a webhook could not be stored", provider=provider.name)
            raise web.HTTPServiceUnavailable(text="try again") from None
        answer = web.Response(body=provider.acknowledgement)
        await answer.prepare(request)
        await answer.write_eof()
        point("webhook.answered")
        return answer

    return [web.post("/hooks/{provider}", post)]
