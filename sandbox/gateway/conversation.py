"""The frames of a client, and the answers to them."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import Any

from sandbox.gateway import identify, identify_limits, members, ready, voice
from sandbox.gateway.hub import Hub
from sandbox.gateway.identify import BAD_TOKEN, SessionRefused
from sandbox.gateway.identify_limits import Spacing
from sandbox.gateway.link import Link
from sandbox.gateway.session import Session
from sandbox.wire import Json, decode, items, mapping
from sandbox.world.guild import Guild
from sandbox.world.world import World

_UNKNOWN_ERROR, _UNKNOWN_OP, _DECODE, _NOT_IDENTIFIED, _TWICE = 4000, 4001, 4002, 4003, 4005
_BAD_SEQ, _TOO_MANY = 4007, 4008
_FINAL = (4004, 4010, 4011, 4012, 4013, 4014)
_MOST_BYTES = 4096
_MOST_FRAMES, _IN_SECONDS = 120, 60.0
_ALL_MEMBERS_EVERY = 30.0


class Conversation:
    """The conversation on one socket. `beat_at` is the time of the client's last heartbeat."""

    def __init__(self, world: World, hub: Hub, link: Link, spacing: Spacing, url: str) -> None:
        self._world, self._hub, self._link, self._spacing, self._url = world, hub, link, spacing, url
        self._session: Session | None = None
        self._frames: deque[float] = deque(maxlen=_MOST_FRAMES)
        self._sending: set[asyncio.Task[None]] = set()
        self.beat_at = time.monotonic()

    def end(self, code: int | None) -> None:
        """End the conversation; the session can be resumed, unless one side ended it with the close.

        The client does so with 1000 or 1001 (`code` is what it sent), the gateway with the codes after which Discord
        says that nobody is to reconnect. What a socket reports of a close that it sent itself says nothing.
        """
        for task in self._sending:
            task.cancel()
        session = self._session
        if session is None or session.link is not self._link:
            return
        session.lose()
        sent = self._link.close_code
        if sent in _FINAL if sent is not None else code in (1000, 1001):
            self._hub.end(session)

    def frame(self, data: str | bytes) -> None:
        """Handle one frame of the client."""
        now = time.monotonic()
        if len(self._frames) == _MOST_FRAMES and now - self._frames[0] < _IN_SECONDS:
            self._link.close(_TOO_MANY)
            return
        self._frames.append(now)
        if len(data.encode() if isinstance(data, str) else data) > _MOST_BYTES:
            self._link.close(_DECODE)
            return
        try:
            frame: Any = decode(data)
            op, body = frame["op"], frame.get("d")
        except (ValueError, KeyError, TypeError, AttributeError):
            self._link.close(_DECODE)
            return
        try:
            self._do(op, body)
        except SessionRefused as refused:
            self._link.close(refused.code)

    def _do(self, op: Any, body: Any) -> None:
        if op == 1:
            self._beat(body)
            return
        asked = mapping(body)
        if op in (2, 6):
            if self._session is not None and self._hub.knows(self._session):
                raise SessionRefused(_TWICE)
            if asked is None:
                raise SessionRefused(_DECODE)
            (self._identify if op == 2 else self._resume)(asked)
        elif self._session is None or not self._hub.knows(self._session):
            raise SessionRefused(_NOT_IDENTIFIED)
        elif op not in (3, 4, 8, 31, 43):
            raise SessionRefused(_UNKNOWN_OP)
        elif asked is None:
            raise SessionRefused(_DECODE)
        else:
            self._ask(self._session, op, asked)

    def _ask(self, session: Session, op: int, asked: Json) -> None:
        if op == 4:
            voice.move(self._world, session, asked)
        elif op == 8:
            self._request_members(session, asked)
        elif op == 31:
            for guild_id in map(str, items(asked, "guild_ids")):
                if self._guild(session, guild_id):
                    session.dispatch("SOUNDBOARD_SOUNDS", {"guild_id": guild_id, "soundboard_sounds": []})
        elif op == 43 and (guild := self._guild(session, asked.get("guild_id"))):
            session.dispatch("CHANNEL_INFO", {"guild_id": guild.id, "channels": []})
        # op 3, a presence, is accepted and shown nowhere

    def _beat(self, seq: Any) -> None:
        self.beat_at = time.monotonic()
        if self._session:
            self._session.heard(seq if isinstance(seq, int) else None)
        self._link.say(11)

    def _identify(self, body: Json) -> None:
        request = identify.read(self._world, body)
        application = request.application
        if not self._spacing.may(application, request.shard[0] if request.shard else 0):
            self._link.say(9, data=False)
            return
        if not identify_limits.take(
            self._world, application
        ):  # Discord resets the token and ends all sessions
            self._hub.expel(application["id"], BAD_TOKEN)
            raise SessionRefused(BAD_TOKEN)
        session = self._session = Session(
            application["id"], request.intents, request.shard, request.large_threshold
        )
        session.link = self._link
        self._link.packed = request.packed
        application["_intents"] = request.intents
        self._world.keep("application", application["id"], application)
        self._world.commit()
        self._hub.begin(session)
        session.dispatch("READY", ready.ready(self._world, session, self._url))
        self._hub.greet(session)

    def _resume(self, body: Json) -> None:
        application = identify.application_of(self._world, body.get("token"))
        session = self._hub.find(str(body.get("session_id")), application["id"])
        seq = body.get("seq")
        if session is None:
            self._link.say(9, data=False)
            return
        if not isinstance(seq, int) or not session.knows(seq):
            raise SessionRefused(_BAD_SEQ)
        before = session.link
        if not session.resume(self._link, seq):
            self._link.say(9, data=False)
            return
        self._session = session
        if before is not None and before is not self._link:
            before.close(_UNKNOWN_ERROR)

    def _guild(self, session: Session, guild_id: object) -> Guild | None:
        guild = self._world.guilds.get(str(guild_id))
        return guild if guild and session.application_id in guild.members else None

    def _request_members(self, session: Session, request: Json) -> None:
        guild = self._guild(session, request.get("guild_id"))
        if guild is None:
            return
        if members.asks_for_all(request):
            wait = self._hub.may_ask_for_all(session.application_id, guild.id, _ALL_MEMBERS_EVERY)
            if wait:
                meta = {"guild_id": guild.id} | ({"nonce": request["nonce"]} if "nonce" in request else {})
                session.dispatch("RATE_LIMITED", {"opcode": 8, "retry_after": round(wait, 3), "meta": meta})
                return
        task = asyncio.create_task(self._send_members(session, guild, request))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _send_members(self, session: Session, guild: Guild, request: Json) -> None:
        """Send the chunks, each after the client has taken most of the earlier ones."""
        for chunk in members.chunks(self._world, guild, session.intents, request):
            session.dispatch("GUILD_MEMBERS_CHUNK", chunk)
            await self._link.room()
