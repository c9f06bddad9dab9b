"""Reading IDENTIFY, with the checks in Discord's order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.gateway import identify_limits
from sandbox.gateway.audience import DEFINED, PRIVILEGED
from sandbox.wire import Json, listing
from sandbox.world import applications
from sandbox.world.world import World

BAD_TOKEN, BAD_SHARD, SHARDING_NEEDED, BAD_INTENTS, DISALLOWED_INTENTS = 4004, 4010, 4011, 4013, 4014


class SessionRefused(Exception):
    """The connection is closed with this code."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


@dataclass(frozen=True)
class Identify:
    """The content of an IDENTIFY; `shard` is None if the client named none."""

    application: Json
    intents: int
    shard: tuple[int, int] | None
    large_threshold: int
    packed: bool


def application_of(world: World, token: Any) -> Json:
    """The application of a token; 4004 for an unknown token."""
    application = applications.by_token(world, token.removeprefix("Bot ")) if isinstance(token, str) else None
    if application is None:
        raise SessionRefused(BAD_TOKEN)
    return application


def read(world: World, body: Json) -> Identify:
    """The content of an IDENTIFY, or `SessionRefused`: 4004, 4013, 4014, 4010, 4011."""
    application = application_of(world, body.get("token"))
    intents = body.get("intents")
    if not isinstance(intents, int) or isinstance(intents, bool) or intents & ~DEFINED:
        raise SessionRefused(BAD_INTENTS)
    if intents & PRIVILEGED & ~applications.privileged_intents(application):
        raise SessionRefused(DISALLOWED_INTENTS)
    shard = _shard(body)
    place, of = shard or (0, 1)
    mine = [g for g in world.guilds.values() if application["id"] in g.members]
    if sum((int(g.id) >> 22) % of == place for g in mine) > identify_limits.guilds_per_shard(application):
        raise SessionRefused(SHARDING_NEEDED)
    threshold = body.get("large_threshold")
    return Identify(
        application,
        intents,
        shard,
        min(250, max(50, threshold)) if isinstance(threshold, int) else 50,
        body.get("compress") is True,
    )


def _shard(body: Json) -> tuple[int, int] | None:
    if body.get("shard") is None:
        return None
    match listing(body["shard"]):
        case [int(place), int(of)] if 0 <= place < of:
            return place, of
        case _:
            raise SessionRefused(BAD_SHARD)
