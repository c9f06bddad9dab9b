"""Op 8: a client asks for members of a server. The rules are those of events/gateway-events, "Request Guild Members"."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.gateway.audience import MEMBERS, PRESENCES
from sandbox.gateway.ready import presence
from sandbox.wire import Json, listing
from sandbox.world.guild import Guild
from sandbox.world.world import World

_PAGE, _MOST = 1000, 100


def asks_for_all(wish: Json) -> bool:
    """Does it ask for the whole list?"""
    return "user_ids" not in wish and wish.get("query") == "" and wish.get("limit") == 0


def chunks(world: World, guild: Guild, intents: int, wish: Json) -> Iterator[Json]:
    """GUILD_MEMBERS_CHUNK events, a thousand members each. None at all for a wish that Discord leaves unanswered:
    one without `user_ids` and `query`, or for the whole list without the members intent."""
    found, missing = _found(world, guild, intents, wish)
    if found is None:
        return
    count = max(1, -(-len(found) // _PAGE))
    nonce = wish.get("nonce")
    for n in range(count):
        page = found[n * _PAGE : (n + 1) * _PAGE]
        chunk: Json = {
            "guild_id": guild.id,
            "members": world.show_members(guild, page),
            "chunk_index": n,
            "chunk_count": count,
        }
        if missing is not None:
            chunk["not_found"] = missing
        if wish.get("presences") is True and intents & PRESENCES:
            shown = (presence(guild, user_id) for user_id in page)
            chunk["presences"] = [{k: v for k, v in one.items() if k != "guild_id"} for one in shown]
        if isinstance(nonce, str) and len(nonce.encode()) <= 32:
            chunk["nonce"] = nonce
        yield chunk


def _found(world: World, guild: Guild, intents: int, wish: Json) -> tuple[list[str] | None, list[str] | None]:
    """Whom the wish means, and which of the ids that it names are no members."""
    ids = wish.get("user_ids")
    if ids is not None:
        wanted = [str(i) for i in (listing(ids) if isinstance(ids, list) else [ids]) or []][:_MOST]
        return [u for u in wanted if u in guild.members], [u for u in wanted if u not in guild.members]
    query, limit = wish.get("query"), wish.get("limit")
    if not isinstance(query, str) or not isinstance(limit, int) or limit < 0:
        return None, None
    if query:
        return world.members_called(guild, query, min(limit or _MOST, _MOST)), None
    if not intents & MEMBERS:
        return None, None
    everybody = list(guild.members)
    return (everybody[: min(limit, _MOST)] if limit else everybody), None
