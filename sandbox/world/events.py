"""Events of the world, for the gateway and the page."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.wire import Json


@dataclass(frozen=True, slots=True)
class Event:
    """One dispatch. It reaches the applications of `guild` that see `channel`, or `application` alone.

    A private event (an ephemeral message) reaches the page, but no gateway session.
    """

    type: str
    data: Json
    guild: str | None = None
    channel: Json | None = None
    application: str | None = None
    private: bool = False
