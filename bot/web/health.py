"""GET /health: whether Lyceum is ready, and how much work is open."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

Health = Callable[[], Awaitable[dict[str, Any]]]


def routes(health: Health) -> list[web.RouteDef]:
    """The route of /health."""

    async def get(_request: web.Request) -> web.StreamResponse:
        return web.json_response(await health())

    return [web.get("/health", get)]
