"""The address of the gateway."""

from __future__ import annotations

from sandbox.errors import unauthorized
from sandbox.gateway import identify_limits
from sandbox.rest.call import Call, Reply, Routes, ok


def _url(call: Call) -> str:
    return call.parts.url.replace("http://", "ws://", 1) + "/gateway/"


def get_gateway(call: Call) -> Reply:
    """GET /gateway"""
    return ok({"url": _url(call)})


def get_gateway_bot(call: Call) -> Reply:
    """GET /gateway/bot"""
    application = call.application
    if application is None:
        raise unauthorized()
    guilds = sum(application["id"] in guild.members for guild in call.world.guilds.values())
    return ok(
        {
            "url": _url(call),
            "shards": identify_limits.shards_for(application, guilds),
            "session_start_limit": identify_limits.limit_of(application),
        }
    )


ROUTES: Routes = [
    ("GET", "/gateway", get_gateway),
    ("GET", "/gateway/bot", get_gateway_bot),
]
