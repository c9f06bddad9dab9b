"""The parts of a running sandbox, put together in `app.py` and handed to the routes."""

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
    """The parts of a running sandbox. `url` is known once the port is bound; CDN files are served under it."""

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
