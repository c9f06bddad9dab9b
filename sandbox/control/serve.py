"""The control side over HTTP. Only this machine's own programs and pages may use it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox.control import (
    act,
    answered,
    application,
    clock,
    crowd,
    faults,
    look,
    press,
    shop,
    submit,
    use,
    vote,
)
from sandbox.control.ask import Answer, Ask, Calls
from sandbox.control.watch import Watchers
from sandbox.errors import DiscordError, Refusal
from sandbox.parts import Parts
from sandbox.wire import Json, decode, encode, mapping

CALLS: Calls = [
    *look.CALLS,
    *act.CALLS,
    *use.CALLS,
    *press.CALLS,
    *submit.CALLS,
    *answered.CALLS,
    *clock.CALLS,
    *faults.CALLS,
    *application.CALLS,
    *crowd.CALLS,
    *shop.CALLS,
    *vote.CALLS,
]

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "::1")
_PAGE = Path(__file__).parent.parent / "page"


def add_routes(app: web.Application, parts: Parts, watchers: Watchers) -> None:
    """Put the control side under /sandbox and the page at /."""
    for method, path, handler in CALLS:
        app.router.add_route(method, path, _serve(parts, handler))

    async def watch(request: web.Request) -> web.StreamResponse:
        _require_local(request)
        return await watchers.serve(request)

    async def follow(request: web.Request) -> web.StreamResponse:
        _require_local(request)
        return await parts.followers.serve(parts.world.clock, request)

    app.router.add_get("/sandbox/events", watch)
    app.router.add_get("/sandbox/clock/follow", follow)
    app.router.add_get("/", _page)
    app.router.add_get("/page/{name}", _page)


def _serve(parts: Parts, handler: Answer) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def serve(request: web.Request) -> web.Response:
        try:
            _require_local(request)
            body = await _body(request)
            answer: Any = await handler(Ask(parts, request.match_info, request.query, body))
            status = 200
        except Refusal as refusal:
            answer, status = {"error": refusal.error, "hint": refusal.hint}, refusal.status
        except DiscordError as error:
            answer, status = _as_refusal(error), error.status
        parts.world.commit()
        headers = {"Content-Type": "application/json"}
        return web.Response(status=status, body=encode(answer), headers=headers)

    return serve


def _as_refusal(error: DiscordError) -> Json:
    """The refusal of the control side for an error of Discord's."""
    details = encode(error.errors).decode() if error.errors else ""
    if error.status == 403:
        details = details or "A person with the permission may do it."
    return {
        "error": error.message,
        "hint": f"Discord's code {error.code}. {details}".strip(),
        "code": error.code,
    }


async def _body(request: web.Request) -> Json:
    if request.method != "POST":
        return {}
    if request.content_type != "application/json":
        raise Refusal(415, "The body is no JSON.", "Send Content-Type: application/json.")
    try:
        body: Any = decode(await request.read())
    except ValueError as error:
        raise Refusal(400, "The body is no JSON.", str(error)) from error
    asked = mapping(body)
    if asked is None:
        raise Refusal(400, "The body is no JSON object.", 'Send {"…": …}.')
    return asked


def _require_local(request: web.Request) -> None:
    """403 for web pages of other hosts: the Host must be this machine, and so must the Origin if there is one."""
    origin = request.headers.get("Origin")
    hosts = [request.host, origin.split("://", 1)[-1] if origin else request.host]
    for host in hosts:
        if host.rsplit(":", 1)[0] not in _LOOPBACK and host not in _LOOPBACK:
            raise Refusal(403, "Only this machine may do that.", "Use http://127.0.0.1.")


async def _page(request: web.Request) -> web.StreamResponse:
    name = request.match_info.get("name", "index.html")
    file = _PAGE / name
    if "/" in name or name.startswith(".") or not file.is_file():
        raise web.HTTPNotFound(text="There is no such page.")
    return web.FileResponse(file, headers={"Cache-Control": "no-cache"})
