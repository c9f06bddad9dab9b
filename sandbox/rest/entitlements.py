"""SKUs and entitlements of an application."""

from __future__ import annotations

from sandbox.errors import DiscordError, unknown
from sandbox.rest.call import NOTHING, Call, Reply, Routes, ok, takes
from sandbox.shape import one_of, snowflake, thing
from sandbox.wire import Json
from sandbox.world import shop

_GUILD, _USER = 1, 2
_NEW = thing(
    {"sku_id": snowflake, "owner_id": snowflake, "owner_type": one_of(_GUILD, _USER)},
    "sku_id",
    "owner_id",
    "owner_type",
)


def list_skus(call: Call) -> Reply:
    """GET /applications/{application_id}/skus"""
    return ok([sku for sku in call.world.skus.values() if sku["application_id"] == call.app["id"]])


def list_entitlements(call: Call) -> Reply:
    """GET /applications/{application_id}/entitlements"""
    query, now = call.query, call.world.now_iso()
    skus = [sku for sku in query.get("sku_ids", "").split(",") if sku]
    without_deleted = query.get("exclude_deleted", "true").lower() in ("true", "1")
    entitlements = {
        entitlement["id"]: entitlement
        for entitlement in call.world.entitlements.values()
        if entitlement["application_id"] == call.app["id"]
        and (not skus or entitlement["sku_id"] in skus)
        and query.get("user_id", entitlement["user_id"]) == entitlement["user_id"]
        and query.get("guild_id", entitlement.get("guild_id")) == entitlement.get("guild_id")
        and not (without_deleted and entitlement["deleted"])
        and not (call.flag("exclude_ended") and entitlement["ends_at"] and entitlement["ends_at"] <= now)
    }
    return ok([entitlements[id_] for id_ in call.page(entitlements, 100)])


def get_entitlement(call: Call) -> Reply:
    """GET /applications/{application_id}/entitlements/{entitlement_id}"""
    return ok(_entitlement(call))


@takes(_NEW)
def create_test(call: Call) -> Reply:
    """POST /applications/{application_id}/entitlements: a test entitlement, good for ever"""
    application, body = call.app, call.json
    sku = call.world.skus.get(str(body["sku_id"]))
    if sku is None or sku["application_id"] != application["id"]:
        raise unknown("SKU")
    owner = str(body["owner_id"])
    if body["owner_type"] == _GUILD:
        guild = call.world.guild(owner)
        return ok(
            shop.grant(
                world=call.world,
                sku=sku,
                kind=shop.TEST_MODE,
                user_id=guild.body["owner_id"],
                guild_id=guild.id,
            )
        )
    call.world.user(owner)
    return ok(shop.grant(world=call.world, sku=sku, kind=shop.TEST_MODE, user_id=owner, guild_id=None))


def delete_test(call: Call) -> Reply:
    """DELETE /applications/{application_id}/entitlements/{entitlement_id}: only a test entitlement"""
    entitlement = _entitlement(call)
    if entitlement["type"] != shop.TEST_MODE:
        raise DiscordError(403, 40019, "You can only delete sandbox entitlements.")
    shop.change(call.world, entitlement, "ENTITLEMENT_DELETE", deleted=True)
    return NOTHING


def consume(call: Call) -> Reply:
    """POST /applications/{application_id}/entitlements/{entitlement_id}/consume"""
    entitlement = _entitlement(call)
    if call.world.skus[entitlement["sku_id"]]["type"] != shop.CONSUMABLE:
        raise DiscordError(400, 40018, "Only consumable SKUs can be consumed")
    shop.change(call.world, entitlement, "ENTITLEMENT_UPDATE", consumed=True)
    return NOTHING


def _entitlement(call: Call) -> Json:
    entitlement = call.world.entitlements.get(call.path["entitlement_id"])
    if entitlement is None or entitlement["application_id"] != call.app["id"] or entitlement["deleted"]:
        raise unknown("Entitlement")
    return entitlement


_ALL = "/applications/{application_id}/entitlements"
ROUTES: Routes = [
    ("GET", "/applications/{application_id}/skus", list_skus),
    ("GET", _ALL, list_entitlements),
    ("POST", _ALL, create_test),
    ("GET", _ALL + "/{entitlement_id}", get_entitlement),
    ("DELETE", _ALL + "/{entitlement_id}", delete_test),
    ("POST", _ALL + "/{entitlement_id}/consume", consume),
]
