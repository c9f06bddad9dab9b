"""Where the gateway is."""

from __future__ import annotations

from sandbox.errors import unauthorized
from sandbox.rest.call import Call, Reply, Routes, ok


def _url(call: Call) -> str:
    return call.parts.url.replace("http://", "ws://", 1) + "/gateway/"


def get_gateway(call: Call) -> Reply:
    """GET /gateway"""
    return ok({"url": _url(call)})


def get_gateway_bot(call: Call) -> Reply:
    """GET /gateway/bot"""
    if call.application is None:
        raise unauthorized()
    limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
    return ok({"url": _url(call), "shards": 1, "session_start_limit": limit})


ROUTES: Routes = [
    ("GET", "/gateway", get_gateway),
    ("GET", "/gateway/bot", get_gateway_bot),
]
