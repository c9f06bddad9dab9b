"""All routes of the HTTP API. A literal path stands before one with a parameter in its place."""

from __future__ import annotations

from sandbox.rest import (
    audit_log,
    bans,
    channels,
    command_permissions,
    commands,
    entitlements,
    event_exceptions,
    events,
    followups,
    gateway,
    guilds,
    invites,
    members,
    messages,
    overwrites,
    pins,
    reactions,
    roles,
    threads,
    users,
    voice,
    webhooks,
)
from sandbox.rest.call import Routes

ROUTES: Routes = [
    *gateway.ROUTES,
    *users.ROUTES,
    *guilds.ROUTES,
    *members.ROUTES,
    *bans.ROUTES,
    *roles.ROUTES,
    *channels.ROUTES,
    *overwrites.ROUTES,
    *pins.ROUTES,
    *messages.ROUTES,
    *reactions.ROUTES,
    *threads.ROUTES,
    *events.ROUTES,
    *event_exceptions.ROUTES,
    *voice.ROUTES,
    *command_permissions.ROUTES,
    *commands.ROUTES,
    *entitlements.ROUTES,
    *invites.ROUTES,
    *audit_log.ROUTES,
    *webhooks.ROUTES,
    *followups.ROUTES,
]
