"""From an HTTP request to a handler and back: token, body, faults, commit, log."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from sandbox.errors import DiscordError, unauthorized
from sandbox.faults import Fault
from sandbox.parts import Parts
from sandbox.posting.uploads import Upload
from sandbox.rest.call import Call, Handler, Reply
from sandbox.rest.table import ROUTES
from sandbox.wire import Json, decode, encode
from sandbox.world import applications

PREFIX = "/api/v10"
_FILE = re.compile(r"files\[(\d+)\]")
_NAMES = web.RequestKey("form", list[str])


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
        path = request.path.removeprefix(PREFIX)
        fault = parts.faults.take(request.method, path)
        if fault is not None and fault.delay:
            await asyncio.sleep(fault.delay)
        body: Any = None
        application: Json | None = None
        try:
            body, files = await _read(request)
            actor, application = _who(parts, request)
            if fault is not None and not fault.after_effect and (fault.status or fault.drop):
                reply = _failing(request, fault)
            else:
                call = Call(parts, actor, application, request.match_info, request.query, body, files)
                reply = handler(call)
                parts.world.commit()
                if fault is not None and (fault.status or fault.drop):
                    reply = _failing(request, fault)
        except DiscordError as error:
            parts.world.commit()
            reply = Reply(error.status, error.as_json())
        if application is not None or request.path.startswith(
            (f"{PREFIX}/webhooks", f"{PREFIX}/interactions")
        ):
            shown = f"{path}?{request.query_string}" if request.query_string else path
            parts.log.note(request.method, shown, body, reply.status, reply.body)
        parts.record.note(request, body, request.get(_NAMES, ()), reply.status, reply.body)
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


async def _read(request: web.Request) -> tuple[Any, dict[int, Upload]]:
    """The JSON body and the files of a request, from either form in which they may come."""
    if not request.can_read_body:
        return None, {}
    if request.content_type.startswith("multipart/"):
        return await _read_multipart(request)
    data = await request.read()
    if not data:
        return None, {}
    return _json(data), {}


async def _read_multipart(request: web.Request) -> tuple[Any, dict[int, Upload]]:
    body: Json = {}
    files: dict[int, Upload] = {}
    names: list[str] = []
    request[_NAMES] = names
    async for part in await request.multipart():
        if not hasattr(part, "read"):
            raise DiscordError(400, 50109, "The request body contains a nested multipart body.")
        name = str(part.name)
        names.append(name)
        data = bytes(await part.read(decode=True))
        match = _FILE.fullmatch(name)
        if name == "payload_json":
            body = _json(data)
        elif match or part.filename:
            number = int(match[1]) if match else len(files)
            files[number] = Upload(part.filename or "file", data, part.headers.get("Content-Type"))
        else:
            body[name] = data.decode()
    return body, files


def _json(data: bytes) -> Any:
    try:
        return decode(data)
    except ValueError as error:
        raise DiscordError(400, 50109, "The request body contains invalid JSON.") from error


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
