"""The pieces that the routes work with, put together once in `app.py`."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.crowd.crowds import Crowds
from sandbox.faults.order import Faults
from sandbox.followers import Followers
from sandbox.gateway.hub import Hub
from sandbox.interactions.registry import Interactions
from sandbox.limits import Limits
from sandbox.record import Record
from sandbox.request_log import RequestLog
from sandbox.world.world import World


@dataclass(kw_only=True)
class Parts:
    """`url` is known once the port is bound; files of the CDN are served under it."""

    world: World
    hub: Hub
    interactions: Interactions
    crowds: Crowds
    faults: Faults = field(default_factory=Faults)
    limits: Limits = field(default_factory=Limits)
    log: RequestLog = field(default_factory=RequestLog)
    followers: Followers = field(default_factory=Followers)
    record: Record = field(default_factory=Record.of_environment)
    url: str = ""
    started_by: str = "hand"
