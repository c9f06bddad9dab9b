"""Voice states."""

from __future__ import annotations

from sandbox.errors import unknown
from sandbox.rest.call import Call, Reply, Routes, ok


def get_voice_state(call: Call) -> Reply:
    """GET /guilds/{guild_id}/voice-states/{user_id}"""
    guild, user_id = call.guild, call.path["user_id"]
    state = guild.voice.get(call.me if user_id == "@me" else user_id)
    if state is None:
        raise unknown("Voice State")
    return ok(call.world.show_voice(guild, state))


ROUTES: Routes = [("GET", "/guilds/{guild_id}/voice-states/{user_id}", get_voice_state)]
