"""Op 8: a client asks for members of a server. The rules are those of events/gateway-events, "Request Guild Members"."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.gateway.audience import MEMBERS, PRESENCES
from sandbox.gateway.ready import presence
from sandbox.wire import Json, listing
from sandbox.world.guild import Guild
from sandbox.world.world import World

_PAGE, _MOST = 1000, 100


def asks_for_all(request: Json) -> bool:
    """Does the request ask for the whole list?"""
    return "user_ids" not in request and request.get("query") == "" and request.get("limit") == 0


def chunks(world: World, guild: Guild, intents: int, request: Json) -> Iterator[Json]:
    """GUILD_MEMBERS_CHUNK events, a thousand members each. Discord answers nothing to some requests: those
    without `user_ids` and `query`, and those for the whole list without the members intent."""
    member_ids, missing = _requested(world, guild, intents, request)
    if member_ids is None:
        return
    count = max(1, -(-len(member_ids) // _PAGE))
    nonce = request.get("nonce")
    for n in range(count):
        page = member_ids[n * _PAGE : (n + 1) * _PAGE]
        chunk: Json = {
            "guild_id": guild.id,
            "members": world.show_members(guild, page),
            "chunk_index": n,
            "chunk_count": count,
        }
        if missing is not None:
            chunk["not_found"] = missing
        if request.get("presences") is True and intents & PRESENCES:
            shown = (presence(guild, user_id) for user_id in page)
            chunk["presences"] = [{k: v for k, v in entry.items() if k != "guild_id"} for entry in shown]
        if isinstance(nonce, str) and len(nonce.encode()) <= 32:
            chunk["nonce"] = nonce
        yield chunk


def _requested(
    world: World, guild: Guild, intents: int, request: Json
) -> tuple[list[str] | None, list[str] | None]:
    """The ids of the requested members, and the ids in the request that are no members."""
    ids = request.get("user_ids")
    if ids is not None:
        requested = [str(i) for i in (listing(ids) if isinstance(ids, list) else [ids]) or []][:_MOST]
        return [u for u in requested if u in guild.members], [u for u in requested if u not in guild.members]
    query, limit = request.get("query"), request.get("limit")
    if not isinstance(query, str) or not isinstance(limit, int) or limit < 0:
        return None, None
    if query:
        return world.members_called(guild, query, min(limit or _MOST, _MOST)), None
    if not intents & MEMBERS:
        return None, None
    everybody = list(guild.members)
    return (everybody[: min(limit, _MOST)] if limit else everybody), None
