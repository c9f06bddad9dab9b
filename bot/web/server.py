"""The web server and what every answer of it carries."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

from aiohttp import web

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}
BODY_LIMIT = 256 * 1024  # bytes; no webhook of ours is larger
IDLE = 130.0
"""Seconds that a connection may take for the head of a request (aiohttp's default: an hour). Longer than a reverse
proxy keeps an idle one (Caddy: two minutes), or it would send a webhook into one that we are closing."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Lost = Callable[[web.Request], web.Response | None]
LOST: web.AppKey[Lost] = web.AppKey("lost")


@web.middleware
async def careful(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Security headers on every answer, errors included."""
    try:
        response = await handler(request)
    except web.HTTPException as error:
        page = request.app[LOST](request) if error.status in (404, 405) else None
        if page is None:
            error.headers.update(_HEADERS)
            raise
        response = page
    response.headers.update(_HEADERS)
    return response


class WebServer:
    """Serves the routes it is given, from `start` to `stop`; `lost` may give a page for what is not there."""

    def __init__(
        self,
        host: str,
        port: int,
        routes: Iterable[web.RouteDef],
        idle: float = IDLE,
        lost: Lost = lambda _: None,
    ) -> None:
        self._application = web.Application(middlewares=[careful], client_max_size=BODY_LIMIT)
        self._application[LOST] = lost
        self.add(routes)
        self._runner = web.AppRunner(
            self._application,
            access_log=None,
            shutdown_timeout=2.0,
            keepalive_timeout=idle,
            lingering_time=1.0,
        )
        self._host = host
        self._port = port
        self.url = ""

    def add(self, routes: Iterable[web.RouteDef]) -> None:
        """More routes; before `start`."""
        self._application.router.add_routes(list(routes))

    async def start(self) -> None:
        """Listen; `url` then tells where (port 0 means any free one)."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        # Listening everywhere is no address to open; from outside, web.public_url is.
        host = "127.0.0.1" if self._host in ("0.0.0.0", "::") else self._host  # noqa: S104 # compared, not bound
        self.url = f"http://{host}:{self._port}"

    async def stop(self) -> None:
        """Let requests end, then close."""
        await self._runner.cleanup()
