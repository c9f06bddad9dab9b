"""Accounts, the bot's own application, and direct channels."""

from __future__ import annotations

from sandbox.errors import DiscordError, unauthorized
from sandbox.forms import Form
from sandbox.rest.call import Call, Reply, Routes, ok, takes
from sandbox.shape import image, snowflake, text, thing
from sandbox.wire import Json
from sandbox.world import applications, direct, permissions
from sandbox.world.events import Event
from sandbox.world.guild import Guild

_ME = thing({"username": text(32, 2), "avatar": image, "banner": image})


def get_me(call: Call) -> Reply:
    """GET /users/@me"""
    return ok(_private(call))


def _private(call: Call) -> Json:
    """An account as its owner sees it."""
    own: Json = {"mfa_enabled": True, "locale": call.world.users[call.me]["_locale"]}
    return call.world.show_user(call.me) | own | {"verified": True, "email": None}


@takes(_ME)
def edit_me(call: Call) -> Reply:
    """PATCH /users/@me: changes the name, twice an hour at most; pictures are accepted and dropped"""
    username = call.json.get("username")
    user = call.world.users[call.me]
    if username is not None and username != user["username"]:
        if any(word in username.lower() for word in ("discord", "clyde", "@", "#", ":", "```")):
            form = Form({})
            form.fault("username", "USERNAME_INVALID_CONTAINS", "Username cannot contain this.")
            form.done()
        call.world.keep("user", call.me, user | {"username": username})
        call.world.tell(Event("USER_UPDATE", _private(call), application=call.me))
    return ok(_private(call))


def get_user(call: Call) -> Reply:
    """GET /users/{user_id}"""
    call.world.user(call.path["user_id"])
    return ok(call.world.show_user(call.path["user_id"]))


def list_my_guilds(call: Call) -> Reply:
    """GET /users/@me/guilds"""
    mine = {g.id: g for g in call.world.guilds.values() if call.me in g.members}
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
            | (_counts(g) if call.flag("with_counts") else {})
            for g in map(mine.__getitem__, call.page(mine, 200))
        ]
    )


def _counts(guild: Guild) -> Json:
    return {
        "approximate_member_count": len(guild.members),
        "approximate_presence_count": len(guild.members),
    }


@takes(thing({"recipient_id": snowflake}))
def open_direct(call: Call) -> Reply:
    """POST /users/@me/channels"""
    form = Form(call.json)
    recipient = str(call.json.get("recipient_id") or "")
    if not recipient:
        form.required("recipient_id")
    form.done()
    if recipient == call.me:
        raise DiscordError(400, 50007, "Cannot send messages to this user")
    return ok(call.world.show_channel(direct.channel_between(call.world, call.me, recipient)))


def get_my_application(call: Call) -> Reply:
    """GET /applications/@me, GET /oauth2/applications/@me"""
    if call.application is None:
        raise unauthorized()
    return ok(applications.show(call.world, call.application))


def get_application(call: Call) -> Reply:
    """GET /applications/{application_id}"""
    return ok(applications.show(call.world, call.app))


def empty_list(call: Call) -> Reply:
    """A list of the application that is always empty in the sandbox: role connections."""
    _ = call.app  # 20012 for another's application
    nothing: list[Json] = []
    return ok(nothing)


def list_emojis(call: Call) -> Reply:
    """GET /applications/{application_id}/emojis"""
    _ = call.app
    nothing: list[Json] = []
    return ok({"items": nothing})


_SOUNDS = (
    ("quack", "🦆"),
    ("airhorn", "🔊"),
    ("cricket", "🦗"),
    ("golf clap", "👏"),
    ("sad horn", "🎺"),
    ("ba dum tss", "🥁"),
)


def default_sounds(call: Call) -> Reply:
    """GET /soundboard-default-sounds: the sounds that everybody has"""
    return ok(
        [
            {
                "name": name,
                "sound_id": str(number),
                "volume": 1.0,
                "emoji_id": None,
                "emoji_name": emoji,
                "available": True,
            }
            for number, (name, emoji) in enumerate(_SOUNDS, start=1)
        ]
    )


ROUTES: Routes = [
    ("GET", "/users/@me", get_me),
    ("GET", "/soundboard-default-sounds", default_sounds),
    ("PATCH", "/users/@me", edit_me),
    ("GET", "/users/@me/guilds", list_my_guilds),
    ("POST", "/users/@me/channels", open_direct),
    ("GET", "/users/{user_id}", get_user),
    ("GET", "/applications/@me", get_my_application),
    ("GET", "/oauth2/applications/@me", get_my_application),
    ("GET", "/applications/{application_id}", get_application),
    ("GET", "/applications/{application_id}/role-connections/metadata", empty_list),
    ("GET", "/applications/{application_id}/emojis", list_emojis),
]
