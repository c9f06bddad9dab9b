"""From an HTTP request to a handler and back: token, body, faults, commit, log."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from sandbox.errors import DiscordError, unauthorized
from sandbox.faults import Fault
from sandbox.parts import Parts
from sandbox.rest.body import Content, read
from sandbox.rest.call import Call, Handler, Reply
from sandbox.rest.table import ROUTES
from sandbox.wire import Json, encode
from sandbox.world import applications

PREFIX = "/api/v10"
_OF_A_TOKEN = (f"{PREFIX}/webhooks/", f"{PREFIX}/interactions/")


def add_routes(app: web.Application, parts: Parts) -> None:
    """Put the whole API under /api/v10; what is not built answers 501."""
    for method, path, handler in ROUTES:
        app.router.add_route(method, PREFIX + path, _serve(parts, handler))
    app.router.add_route("*", "/api/{rest:.*}", _serve(parts, _not_built))
    app.router.add_get("/cdn/attachments/{channel_id}/{file_id}/{name}", _cdn(parts))


def _not_built(call: Call) -> Reply:
    return Reply(501, {"message": "The sandbox has not built this part of Discord's API.", "code": 0})


def _serve(parts: Parts, handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def serve(request: web.Request) -> web.StreamResponse:
        fault = parts.faults.take(request.method, request.path.removeprefix(PREFIX))
        if fault is not None and fault.delay:
            await asyncio.sleep(fault.delay)
        content = Content()
        application: Json | None = None
        try:
            actor, application = _who(parts, request)
            content = await read(request)
            if fault is not None and fault.fails and not fault.after_effect:
                reply = _failing(request, fault)
            else:
                call = Call(
                    parts, actor, application, request.match_info, request.query, content.body, content.files
                )
                reply = handler(call)
                parts.world.commit()
                if fault is not None and fault.fails:
                    reply = _failing(request, fault)
        except DiscordError as error:
            parts.world.commit()
            reply = Reply(error.status, error.as_json())
        if application is not None or request.path.startswith(_OF_A_TOKEN):
            path = request.raw_path.removeprefix(PREFIX)
            parts.log.note(request.method, path, content.body, reply.status, reply.body)
        parts.record.note(request, content.body, content.parts, reply.status, reply.body)
        return _answer(reply, fault)

    return serve


def _failing(request: web.Request, fault: Fault) -> Reply:
    if fault.drop and request.transport is not None:
        request.transport.abort()
    return Reply(fault.status or 500, fault.body())


def _answer(reply: Reply, fault: Fault | None) -> web.Response:
    if reply.body is None:
        return web.Response(status=reply.status)
    headers = {"Content-Type": "application/json"}
    if reply.status == 429 and fault is not None:
        headers |= {"Retry-After": str(fault.retry_after), "Via": "1.1 sandbox"}
    return web.Response(status=reply.status, body=encode(reply.body), headers=headers)


def _who(parts: Parts, request: web.Request) -> tuple[str | None, Json | None]:
    """The acting user and, for a bot, its application. No header is nobody; a wrong one is 401."""
    header = request.headers.get("Authorization")
    if header is None:
        return None, None
    scheme, _, token = header.partition(" ")
    if scheme == "Bot" and (application := applications.by_token(parts.world, token.strip())):
        return application["id"], application
    if scheme == "Person":
        for user in parts.world.users.values():
            if token in (user["id"], user["username"]) and not user.get("bot"):
                return user["id"], None
    raise unauthorized()


def _cdn(parts: Parts) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def serve(request: web.Request) -> web.Response:
        row = parts.world.store.connection.execute(
            "SELECT type, body FROM file WHERE id = ?", (request.match_info["file_id"],)
        ).fetchone()
        if row is None:
            raise web.HTTPNotFound(text="This content is no longer available.")
        headers = {"Content-Type": row[0], "X-Content-Type-Options": "nosniff"}
        if not row[0].startswith(("image/", "text/plain")) or "svg" in row[0]:
            headers["Content-Disposition"] = "attachment"
        return web.Response(body=row[1], headers=headers)

    return serve
