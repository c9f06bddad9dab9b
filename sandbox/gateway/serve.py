"""The socket: HELLO, IDENTIFY or RESUME, heartbeats, and the few things that a client asks for."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from aiohttp import WSMsgType, web

from sandbox.gateway import hello
from sandbox.gateway.hub import Hub
from sandbox.gateway.link import Link
from sandbox.gateway.session import Session
from sandbox.wire import Json, decode
from sandbox.world import applications, shapes
from sandbox.world.events import Event
from sandbox.world.world import World

_UNKNOWN_OP, _DECODE, _NOT_IDENTIFIED, _BAD_TOKEN, _TWICE, _BAD_SEQ = 4001, 4002, 4003, 4004, 4005, 4007
_BAD_VERSION, _BAD_INTENTS = 4012, 4013
_ALL_INTENTS = (1 << 26) - 1


class Gateway:
    """The handler of `/gateway`."""

    def __init__(self, world: World, hub: Hub, heartbeat_ms: int = 41250) -> None:
        self.world, self.hub, self.heartbeat_ms = world, hub, heartbeat_ms
        self.url = ""

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """One socket from upgrade to end."""
        socket = web.WebSocketResponse(max_msg_size=2**20, compress=False)
        await socket.prepare(request)
        compress = request.query.get("compress")
        link = Link(socket, request.transport, compressed=compress == "zlib-stream")
        if request.query.get("v", "10") not in ("9", "10") or compress not in (None, "zlib-stream"):
            await socket.close(code=_BAD_VERSION)
            return socket
        pump = asyncio.create_task(link.pump())
        conversation = _Conversation(self, link)
        try:
            link.say(10, {"heartbeat_interval": self.heartbeat_ms})
            await conversation.run()
        finally:
            conversation.end(socket.close_code)
            if not link.closing:
                pump.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError, TimeoutError):
                await asyncio.wait_for(pump, 2)
        return socket


class _Conversation:
    def __init__(self, gateway: Gateway, link: Link) -> None:
        self._gateway, self._world, self._hub = gateway, gateway.world, gateway.hub
        self._link = link
        self._session: Session | None = None

    async def run(self) -> None:
        patience = self._gateway.heartbeat_ms / 1000 * 2
        while True:
            try:
                message = await self._link.socket.receive(timeout=patience)
            except TimeoutError:
                self._link.close(4009)
                return
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                return
            self._frame(message.data)
            self._world.commit()

    def end(self, code: int | None) -> None:
        """A client that closes with 1000 or 1001 ends its session; any other end can be resumed."""
        session = self._session
        if session is None or session.link is not self._link:
            return
        session.lose()
        if code in (1000, 1001):
            self._hub.end(session)

    def _frame(self, data: Any) -> None:
        try:
            frame: Any = decode(data)
            op: int = frame["op"]
            body: Any = frame.get("d")
        except (ValueError, KeyError, TypeError, AttributeError):
            self._link.close(_DECODE)
            return
        if op == 1:
            if self._session:
                self._session.heard(body if isinstance(body, int) else None)
            self._link.say(11)
        elif op == 2:
            self._identify(body)
        elif op == 6:
            self._resume(body)
        elif self._session is None:
            self._link.close(_NOT_IDENTIFIED)
        elif op == 8:
            self._request_members(self._session, body)
        elif op == 4:
            self._voice(self._session, body)
        elif op != 3:  # presence updates are accepted and shown nowhere
            self._link.close(_UNKNOWN_OP)

    def _application(self, token: Any) -> Json | None:
        application = applications.by_token(self._world, str(token).removeprefix("Bot "))
        if application is None:
            self._link.close(_BAD_TOKEN)
        return application

    def _identify(self, body: Json) -> None:
        if self._session is not None:
            self._link.close(_TWICE)
            return
        application = self._application(body.get("token"))
        if application is None:
            return
        intents = body.get("intents")
        if not isinstance(intents, int) or intents & ~_ALL_INTENTS:
            self._link.close(_BAD_INTENTS)
            return
        shard: list[int] = body.get("shard") or [0, 1]
        session = self._session = Session(application["id"], intents, (shard[0], shard[1]))
        session.link = self._link
        if application["_intents"] != intents:
            application["_intents"] = intents
            self._world.keep("application", application["id"], application)
        self._world.commit()
        self._hub.begin(session)
        session.dispatch("READY", hello.ready(self._world, session, self._gateway.url))
        for guild in hello.guilds_of(self._world, session):
            large_threshold = int(body.get("large_threshold") or 50)
            session.dispatch("GUILD_CREATE", hello.guild_create(self._world, guild, session, large_threshold))

    def _resume(self, body: Json) -> None:
        application = self._application(body.get("token"))
        if application is None:
            return
        session = self._hub.find(str(body.get("session_id")), application["id"])
        if session is None:
            self._link.say(9, data=False)
            return
        if session.link is not None and session.link is not self._link:
            session.link.close(4000)
        if session.resume(self._link, int(body.get("seq") or 0)):
            self._session = session
        else:
            self._link.close(_BAD_SEQ)

    def _request_members(self, session: Session, body: Json) -> None:
        guild = self._world.guilds.get(str(body.get("guild_id")))
        if guild is None or session.application_id not in guild.members:
            return
        for chunk in hello.member_chunks(self._world, guild, body):
            session.dispatch("GUILD_MEMBERS_CHUNK", chunk)

    def _voice(self, session: Session, body: Json) -> None:
        """The bot's own voice state is told; there is no voice server behind it."""
        guild = self._world.guilds.get(str(body.get("guild_id")))
        if guild is None:
            return
        wanted = body.get("channel_id")
        channel_id = str(wanted) if wanted is not None else None
        state = shapes.voice_state(guild.id, channel_id, session.application_id)
        state |= {"self_mute": bool(body.get("self_mute")), "self_deaf": bool(body.get("self_deaf"))}
        if channel_id:
            self._world.keep("voice", session.application_id, state, guild)
        else:
            self._world.drop("voice", session.application_id, guild)
        self._world.tell(Event("VOICE_STATE_UPDATE", self._world.show_voice(guild, state), guild.id))
