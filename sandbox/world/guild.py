"""One server with all that belongs to it, as Discord's own objects in memory."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.wire import Json


@dataclass
class Guild:
    """`body` is the server itself; the rest is found by id. Members are kept without their user."""

    body: Json
    roles: dict[str, Json] = field(default_factory=dict[str, Json])
    members: dict[str, Json] = field(default_factory=dict[str, Json])
    channels: dict[str, Json] = field(default_factory=dict[str, Json])  # threads too
    events: dict[str, Json] = field(default_factory=dict[str, Json])
    subscribers: dict[str, Json] = field(default_factory=dict[str, Json])  # "event/user" → subscription
    voice: dict[str, Json] = field(default_factory=dict[str, Json])
    bans: dict[str, Json] = field(default_factory=dict[str, Json])
    webhooks: dict[str, Json] = field(default_factory=dict[str, Json])
    invites: dict[str, Json] = field(default_factory=dict[str, Json])  # by code
    audit: dict[str, Json] = field(default_factory=dict[str, Json])
    command_permissions: dict[str, Json] = field(default_factory=dict[str, Json])

    @property
    def id(self) -> str:
        """The server's id, which is also that of its @everyone role."""
        return str(self.body["id"])
