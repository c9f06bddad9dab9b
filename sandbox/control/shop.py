"""Sales inside Discord: an application's SKUs, and people who buy them."""

from __future__ import annotations

from datetime import timedelta

from sandbox.clock import iso
from sandbox.control.ask import Ask, Calls
from sandbox.errors import Refusal
from sandbox.wire import Json
from sandbox.world import applications, shop

_KINDS = {"durable": shop.DURABLE, "consumable": shop.CONSUMABLE, "subscription": shop.SUBSCRIPTION}


async def make_sku(ask: Ask) -> Json:
    """POST /sandbox/sku {application, name, kind?}: durable, consumable or subscription"""
    application = applications.by_token(ask.world, f"sandbox.{ask.body.get('application')}")
    name, kind = ask.body.get("name"), _KINDS.get(str(ask.body.get("kind", "subscription")))
    if application is None or not isinstance(name, str) or not name or kind is None:
        hint = "Give `application`, `name` and `kind`: " + ", ".join(_KINDS)
        raise Refusal(400, "What is sold, and by whom?", hint)
    return shop.make_sku(ask.world, application["id"], name, kind)


async def purchase(ask: Ask) -> Json:
    """POST /sandbox/purchase {as, sku}: the person buys it; a subscription runs for thirty days"""
    person = ask.person
    named = str(ask.body.get("sku"))
    sku = next((s for s in ask.world.skus.values() if named in (s["id"], s["name"])), None)
    if sku is None:
        names = ", ".join(str(s["name"]) for s in ask.world.skus.values()) or "none"
        raise Refusal(404, f"There is no SKU {named}.", f"There are: {names}")
    if sku["type"] != shop.SUBSCRIPTION:
        return shop.grant(world=ask.world, sku=sku, kind=shop.PURCHASE, user_id=person, guild_id=None)
    now = ask.world.clock.now()
    ends = iso(now + timedelta(days=30))
    return shop.grant(
        world=ask.world,
        sku=sku,
        kind=shop.APP_SUBSCRIPTION,
        user_id=person,
        guild_id=None,
        starts_at=iso(now),
        ends_at=ends,
    )


CALLS: Calls = [("POST", "/sandbox/sku", make_sku), ("POST", "/sandbox/purchase", purchase)]
