"""A server with all its objects, in Discord's own form."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass, field

from sandbox.wire import Json
from sandbox.world.rows import Rows


@dataclass(kw_only=True)
class Guild:
    """`body` is the server itself; the other fields map ids to its objects. Members are stored without their user."""

    body: Json
    roles: dict[str, Json] = field(default_factory=dict[str, Json])
    members: MutableMapping[str, Json] = field(default_factory=dict[str, Json])
    channels: dict[str, Json] = field(default_factory=dict[str, Json])  # threads too
    events: dict[str, Json] = field(default_factory=dict[str, Json])
    subscribers: dict[str, Json] = field(default_factory=dict[str, Json])  # "event/user" → subscription
    voice: dict[str, Json] = field(default_factory=dict[str, Json])
    bans: dict[str, Json] = field(default_factory=dict[str, Json])
    webhooks: dict[str, Json] = field(default_factory=dict[str, Json])
    invites: dict[str, Json] = field(default_factory=dict[str, Json])  # by code
    audit: dict[str, Json] = field(default_factory=dict[str, Json])
    command_permissions: dict[str, Json] = field(default_factory=dict[str, Json])
    unavailable: bool = False  # an outage: no session gets its events

    @property
    def id(self) -> str:
        """The server's id, which is also that of its @everyone role."""
        return str(self.body["id"])

    def holding(self, role_id: str) -> list[str]:
        """The members who have a role."""
        maybe = self.members.naming(role_id) if isinstance(self.members, Rows) else list(self.members)
        return [user_id for user_id in maybe if role_id in self.members[user_id]["roles"]]
