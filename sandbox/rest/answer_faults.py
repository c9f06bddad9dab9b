"""The answer to a request that a fault strikes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

from aiohttp import web

from sandbox.faults.order import AnswerFault
from sandbox.limits import Answered, cloudflare, limited
from sandbox.rest.call import Reply

_PATIENCE = 120.0  # longer than any client waits


def _spent(headers: Mapping[str, str], wait: float, scope: str) -> Mapping[str, str] | None:
    """The bucket's headers as they are when nothing is left until `wait` is over; a global limit tells of no bucket."""
    if scope == "global":
        return None
    spent = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": f"{time.time() + wait:.3f}"}
    return {**headers, **spent, "X-RateLimit-Reset-After": f"{wait:.3f}"}


async def failing(request: web.Request, fault: AnswerFault, answered: Answered) -> tuple[Reply, Answered]:
    """The failing answer. A dropped connection gets none; a hanging one gets it when no client waits any more."""
    if fault.drop and request.transport is not None:
        request.transport.abort()
    if fault.hang:
        await asyncio.sleep(_PATIENCE)
    if fault.limit is None:
        body = {"message": fault.message, "code": fault.code}
        return Reply(fault.status or 500, body), answered
    if fault.limit == "cloudflare":
        refused = cloudflare(fault.retry_after)
    else:
        scope = "user" if fault.limit == "route" else fault.limit
        refused = limited(fault.retry_after, scope, _spent(answered.headers, fault.retry_after, scope))
    return Reply(429, refused.body), refused
