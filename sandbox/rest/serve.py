"""From an HTTP request to a handler and back: token, body, faults, commit, log."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import unquote

from aiohttp import web

from sandbox.errors import DiscordError, unauthorized
from sandbox.forms import Form
from sandbox.limits import Answered, Route
from sandbox.parts import Parts
from sandbox.rest.answer_faults import failing
from sandbox.rest.body import Content, read
from sandbox.rest.call import NOTHING, Call, Handler, Reply
from sandbox.rest.table import ROUTES
from sandbox.wire import Json, encode
from sandbox.world import applications

PREFIX = "/api/v10"
_OF_A_TOKEN = (f"{PREFIX}/webhooks/", f"{PREFIX}/interactions/")


def add_routes(app: web.Application, parts: Parts) -> None:
    """Add the whole API under /api/v10; parts that are not built answer 501."""
    for method, path, handler in ROUTES:
        app.router.add_route(method, PREFIX + path, _serve(parts, handler, Route(method, path)))
    app.router.add_route("*", "/api/{rest:.*}", _serve(parts, _not_built, None))
    app.router.add_get("/cdn/attachments/{channel_id}/{file_id}/{name}", _cdn(parts))


def _not_built(call: Call) -> Reply:
    return Reply(501, {"message": "The sandbox has not built this part of Discord's API.", "code": 0})


def _serve(
    parts: Parts, handler: Handler, route: Route | None
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def serve(request: web.Request) -> web.StreamResponse:
        exchange = _Exchange(parts, request, handler)
        exchange.identify()
        if (answered := exchange.limited(route)).refused:
            parts.limits.note(429)
            await exchange.read()
            exchange.reply = Reply(429, answered.body)
            return exchange.answer(answered)
        fault = parts.faults.of_request(request.method, request.path.removeprefix(PREFIX))
        if fault is not None and fault.delay:
            await asyncio.sleep(fault.delay)
        await exchange.read()
        if fault is None or not fault.fails or fault.after_effect:
            exchange.handle()
        if fault is not None and fault.fails:
            exchange.reply, answered = await failing(request, fault, answered)
            exchange.ordered = True
        parts.limits.note(exchange.reply.status, shared=fault is not None and fault.limit == "shared")
        return exchange.answer(answered)

    return serve


class _Exchange:
    """A request on its way to the handler and back."""

    def __init__(self, parts: Parts, request: web.Request, handler: Handler) -> None:
        self._parts, self._request, self._handler = parts, request, handler
        self._actor: str | None = None
        self._application: Json | None = None
        self._refused: DiscordError | None = None
        self._content = Content()
        self.reply = NOTHING
        self.ordered = False  # the reply is that of a fault

    def identify(self) -> None:
        """Find the actor. A wrong token is answered with 401 later, like every refusal."""
        try:
            self._actor, self._application = _who(self._parts, self._request)
        except DiscordError as error:
            self._refused = error

    def limited(self, route: Route | None) -> Answered:
        """The answer of the rate limits, which do not apply to people who administer."""
        if route is None or (self._actor is not None and self._application is None):
            return Answered()
        path = self._request.match_info
        globally = route.counted and not self._is_of_an_interaction(path)
        return self._parts.limits.ask(self._actor or "", route, path, globally=globally)

    def _is_of_an_interaction(self, path: Mapping[str, str]) -> bool:
        """Is it the webhook of an interaction, which does not count among the bot's fifty requests a second?"""
        return "token" in path and path.get("application_id", "") in self._parts.world.applications

    async def read(self) -> None:
        """Read the body."""
        try:
            self._content = await read(self._request)
        except DiscordError as error:
            self._refused = self._refused or error

    def handle(self) -> None:
        """Run the handler, and commit."""
        parts, content, request = self._parts, self._content, self._request
        try:
            if self._refused:
                raise self._refused
            reason = _reason(request)
            call = Call(
                parts=parts,
                actor=self._actor,
                application=self._application,
                path=request.match_info,
                query=request.query,
                body=content.body,
                files=content.files,
                reason=reason,
            )
            self.reply = self._handler(call)
        except DiscordError as error:
            self.reply = Reply(error.status, error.as_json())
        except Exception:
            traceback.print_exc()  # a defect of the sandbox is answered like one of Discord
            self.reply = Reply(500, {"message": "500: Internal Server Error", "code": 0})
        parts.world.commit()

    def answer(self, answered: Answered) -> web.Response:
        """The response, noted in the log and the record."""
        request, content, reply = self._request, self._content, self.reply
        if self._application is not None or request.path.startswith(_OF_A_TOKEN):
            path = request.raw_path.removeprefix(PREFIX)
            self._parts.log.note(request.method, path, content.body, reply.status, reply.body)
        ordered = self.ordered or answered.html is not None
        record = self._parts.record
        record.note(request, content.body, content.parts, reply.status, reply.body, ordered=ordered)
        if answered.html is not None:
            headers = {"Content-Type": "text/html", **answered.headers}
            return web.Response(status=429, text=answered.html, headers=headers)
        headers = {"Via": "1.1 sandbox", **answered.headers}
        if reply.body is None:
            return web.Response(status=reply.status, headers=headers)
        headers["Content-Type"] = "application/json"
        return web.Response(status=reply.status, body=encode(reply.body), headers=headers)


def _reason(request: web.Request) -> str | None:
    """X-Audit-Log-Reason, percent-encoded UTF-8 of at most 512 characters."""
    header = request.headers.get("X-Audit-Log-Reason")
    if header is None:
        return None
    reason = unquote(header)
    if len(reason) > 512:
        form = Form({})
        form.length("X-Audit-Log-Reason", reason, 0, 512)
        form.done()
    return reason


def _who(parts: Parts, request: web.Request) -> tuple[str | None, Json | None]:
    """The acting user and, for a bot, its application; None without a header, 401 for a wrong one."""
    header = request.headers.get("Authorization")
    if header is None:
        return None, None
    scheme, _, token = header.partition(" ")
    if scheme == "Bot" and (application := applications.by_token(parts.world, token.strip())):
        return application["id"], application
    if scheme == "Person":
        user_id = token if token in parts.world.users else parts.world.names.username(token)
        if user_id is not None and not parts.world.users[user_id].get("bot"):
            return user_id, None
    raise unauthorized()


def _cdn(parts: Parts) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def serve(request: web.Request) -> web.Response:
        file = parts.world.store.file(request.match_info["file_id"])
        if file is None:
            raise web.HTTPNotFound(text="This content is no longer available.")
        content_type, data = file
        headers = {"Content-Type": content_type, "X-Content-Type-Options": "nosniff"}
        if not content_type.startswith(("image/", "text/plain")) or "svg" in content_type:
            headers["Content-Disposition"] = "attachment"
        return web.Response(body=data, headers=headers)

    return serve
