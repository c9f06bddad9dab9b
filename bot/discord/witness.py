"""Discord's answers say what time it is: a second opinion for the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import SimpleNamespace

import aiohttp


def date_trace(hear: Callable[[datetime], None]) -> aiohttp.TraceConfig:
    """A trace for discord.py that tells the `Date` of each answer (RFC 9110, 6.6.1)."""

    async def answered(
        _: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceRequestEndParams
    ) -> None:
        try:
            moment = parsedate_to_datetime(params.response.headers.get("Date", ""))
        except ValueError:
            return
        if moment.tzinfo is not None:
            hear(moment.astimezone(UTC))

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(answered)
    return trace
