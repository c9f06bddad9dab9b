"""GET /health: is Lyceum ready, and has it worked off what it was given?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

Health = Callable[[], Awaitable[dict[str, Any]]]


def routes(health: Health) -> list[web.RouteDef]:
    """The one route of this page."""

    async def get(_request: web.Request) -> web.StreamResponse:
        return web.json_response(await health())

    return [web.get("/health", get)]
