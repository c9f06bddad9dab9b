"""SKUs of applications, and the entitlements to them."""

from __future__ import annotations

from sandbox.wire import Json
from sandbox.world.events import Event
from sandbox.world.world import World

DURABLE, CONSUMABLE, SUBSCRIPTION, GROUP = 2, 3, 5, 6
PURCHASE, TEST_MODE, APP_SUBSCRIPTION = 1, 4, 8
_GUILD_SUBSCRIPTION, _USER_SUBSCRIPTION, _AVAILABLE = 1 << 7, 1 << 8, 1 << 2


def make_sku(world: World, application_id: str, name: str, kind: int) -> Json:
    """Add a SKU, as the Developer Portal would."""
    sku: Json = {
        "id": world.new_id(),
        "type": kind,
        "application_id": application_id,
        "name": name,
        "slug": "-".join(name.lower().split()),
        "flags": _AVAILABLE | (_USER_SUBSCRIPTION if kind in (SUBSCRIPTION, GROUP) else 0),
    }
    return world.keep("sku", sku["id"], sku)


def grant(
    *,
    world: World,
    sku: Json,
    kind: int,
    user_id: str,
    guild_id: str | None,
    starts_at: str | None = None,
    ends_at: str | None = None,
) -> Json:
    """Entitle a person or a server to a SKU."""
    entitlement: Json = {
        "id": world.new_id(),
        "sku_id": sku["id"],
        "application_id": sku["application_id"],
        "user_id": user_id,
        "type": kind,
        "deleted": False,
        "consumed": False,
        "starts_at": starts_at,
        "ends_at": ends_at,
    }
    if guild_id is not None:
        entitlement["guild_id"] = guild_id
    world.keep("entitlement", entitlement["id"], entitlement)
    _tell(world, "ENTITLEMENT_CREATE", entitlement)
    return entitlement


def change(world: World, entitlement: Json, kind: str, **fields: object) -> None:
    """Change fields of an entitlement; its application gets the event `kind`."""
    _tell(world, kind, world.keep("entitlement", entitlement["id"], entitlement | fields))


def active(world: World, application_id: str, user_id: str, guild_id: str | None) -> list[Json]:
    """The entitlements that an interaction of this person in this server carries."""
    now = world.now_iso()
    return [
        e
        for e in world.entitlements.values()
        if e["application_id"] == application_id
        and not e["deleted"]
        and (e["ends_at"] is None or e["ends_at"] > now)
        and (e["guild_id"] == guild_id if "guild_id" in e else e["user_id"] == user_id)
    ]


def _tell(world: World, kind: str, entitlement: Json) -> None:
    world.tell(Event(kind, entitlement, application=entitlement["application_id"]))
