"""POST /hooks/{provider}: where providers report. A sender whose signature is wrong gets no explanation."""

from __future__ import annotations

import asyncio

import structlog
from aiohttp import web

from bot.crashpoints import point
from bot.payments.inbox import Inbox
from bot.payments.port import InvalidWebhook

SLOWEST = 10.0  # seconds for a body to arrive

log = structlog.get_logger(__name__)


def routes(inbox: Inbox, slowest: float = SLOWEST) -> list[web.RouteDef]:
    """The one route of all providers; it answers 404 for a provider that is off."""

    async def post(request: web.Request) -> web.StreamResponse:
        provider = inbox.provider(request.match_info["provider"])
        if provider is None:
            raise web.HTTPNotFound
        try:
            async with asyncio.timeout(slowest):
                body = await request.read()
        except TimeoutError:
            raise web.HTTPRequestTimeout from None
        try:
            await inbox.receive(provider, list(request.headers.items()), body)
        except InvalidWebhook as error:
            log.info("a webhook was refused", provider=provider.name, reason=str(error))
            raise web.HTTPBadRequest(text="bad request") from None
        except (
            Exception
        ):  # a full disk, a locked file, or a bug of ours: the provider sends the webhook again
            log.exception("a webhook could not be stored", provider=provider.name)
            raise web.HTTPServiceUnavailable(text="try again") from None
        response = web.Response(body=provider.acknowledgement)
        await response.prepare(request)
        await response.write_eof()
        point("webhook.answered")
        return response

    return [web.post("/hooks/{provider}", post)]
