"""All routes of the HTTP API. A literal path stands before one with a parameter in its place."""

from __future__ import annotations

from sandbox.rest import (
    bans,
    channels,
    commands,
    events,
    followups,
    gateway,
    guilds,
    members,
    messages,
    overwrites,
    pins,
    reactions,
    roles,
    threads,
    users,
    voice,
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
    *voice.ROUTES,
    *commands.ROUTES,
    *followups.ROUTES,
]
