"""Accounts, the bot's own application, and direct channels."""

from __future__ import annotations

from sandbox import permissions
from sandbox.errors import DiscordError, unauthorized
from sandbox.forms import Form
from sandbox.posting import post
from sandbox.rest.call import Call, Reply, Routes, ok
from sandbox.wire import Json
from sandbox.world import applications


def get_me(call: Call) -> Reply:
    """GET /users/@me"""
    user = call.world.users[call.me]
    return ok(
        {
            **call.world.show_user(call.me),
            "mfa_enabled": True,
            "locale": user["_locale"],
            "verified": True,
            "email": None,
        }
    )


def get_user(call: Call) -> Reply:
    """GET /users/{user_id}"""
    call.world.user(call.path["user_id"])
    return ok(call.world.show_user(call.path["user_id"]))


def list_my_guilds(call: Call) -> Reply:
    """GET /users/@me/guilds"""
    mine = [g for g in call.world.guilds.values() if call.me in g.members]
    return ok(
        [
            {
                "id": g.id,
                "name": g.body["name"],
                "icon": None,
                "banner": None,
                "owner": g.body["owner_id"] == call.me,
                "permissions": str(permissions.in_guild(call.world, g, call.me)),
                "features": [],
            }
            for g in mine
        ]
    )


def open_direct(call: Call) -> Reply:
    """POST /users/@me/channels"""
    form = Form(call.json)
    recipient = str(call.json.get("recipient_id") or "")
    if not recipient:
        form.required("recipient_id")
    form.done()
    if recipient == call.me:
        raise DiscordError(400, 50007, "Cannot send messages to this user")
    return ok(call.world.show_channel(post.direct(call.world, call.me, recipient)))


def get_my_application(call: Call) -> Reply:
    """GET /applications/@me, GET /oauth2/applications/@me"""
    if call.application is None:
        raise unauthorized()
    return ok(applications.show(call.world, call.application))


def get_application(call: Call) -> Reply:
    """GET /applications/{application_id}"""
    return ok(applications.show(call.world, call.app))


def empty_list(call: Call) -> Reply:
    """A list of an application's that is always empty here: SKUs, entitlements, role connections."""
    _ = call.app  # 20012 for another's application
    nothing: list[Json] = []
    return ok(nothing)


def list_emojis(call: Call) -> Reply:
    """GET /applications/{application_id}/emojis"""
    _ = call.app
    nothing: list[Json] = []
    return ok({"items": nothing})


ROUTES: Routes = [
    ("GET", "/users/@me", get_me),
    ("GET", "/users/@me/guilds", list_my_guilds),
    ("POST", "/users/@me/channels", open_direct),
    ("GET", "/users/{user_id}", get_user),
    ("GET", "/applications/@me", get_my_application),
    ("GET", "/oauth2/applications/@me", get_my_application),
    ("GET", "/applications/{application_id}", get_application),
    ("GET", "/applications/{application_id}/skus", empty_list),
    ("GET", "/applications/{application_id}/entitlements", empty_list),
    ("GET", "/applications/{application_id}/role-connections/metadata", empty_list),
    ("GET", "/applications/{application_id}/emojis", list_emojis),
]
