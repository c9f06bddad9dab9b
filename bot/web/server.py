"""The web server, and the security headers of every answer."""

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
BODY_LIMIT = 256 * 1024  # bytes; no webhook that we take is larger
IDLE = 130.0
"""Seconds that a connection may take for the head of a request (aiohttp's default: an hour). It is longer than
a reverse proxy keeps an idle connection (Caddy: two minutes), or a webhook could arrive on one that we are closing."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
NotFoundPage = Callable[[web.Request], web.Response | None]
NOT_FOUND_PAGE: web.AppKey[NotFoundPage] = web.AppKey("not_found_page")


@web.middleware
async def add_security_headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Security headers on every answer, errors included."""
    try:
        response = await handler(request)
    except web.HTTPException as error:
        page = request.app[NOT_FOUND_PAGE](request) if error.status in (404, 405) else None
        if page is None:
            error.headers.update(_HEADERS)
            raise
        response = page
    response.headers.update(_HEADERS)
    return response


class WebServer:
    """Serves the routes it is given, from `start` to `stop`; `not_found` may give the page of a 404 or 405."""

    def __init__(
        self,
        host: str,
        port: int,
        routes: Iterable[web.RouteDef],
        idle: float = IDLE,
        not_found: NotFoundPage = lambda _: None,
    ) -> None:
        self._application = web.Application(middlewares=[add_security_headers], client_max_size=BODY_LIMIT)
        self._application[NOT_FOUND_PAGE] = not_found
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
        """Add routes; only before `start`."""
        self._application.router.add_routes(list(routes))

    async def start(self) -> None:
        """Listen. Afterwards `url` is the address; port 0 takes any free port."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        # Nobody can open 0.0.0.0 in a browser; people outside use web.public_url.
        host = "127.0.0.1" if self._host in ("0.0.0.0", "::") else self._host  # noqa: S104 # compared, not bound
        self.url = f"http://{host}:{self._port}"

    async def stop(self) -> None:
        """Wait for open requests, then close."""
        await self._runner.cleanup()
