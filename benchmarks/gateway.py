"""A gateway that says hello and then sends messages as fast as the client takes them: `python -m benchmarks.gateway N`.

Just enough of Discord for discord.py to sign in; it prints its port. People, channels and words are made up.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import zlib
from typing import Any

from aiohttp import web

GUILD, BOT, CHANNELS, AUTHORS = 10**17, 5 * 10**17, 50, 5000
JOINED = "2026-01-01T00:00:00.000000+00:00"
WORDS = (
    "async",
    "await",
    "task",
    "group",
    "cancel",
    "queue",
    "loop",
    "future",
    "thread",
    "lock",
    "协程",
    "任务",
    "取消",
    "队列",
)


def user(number: int, **more: Any) -> dict[str, Any]:
    """Somebody with the fields that Discord sends."""
    named = {"username": f"user{number}", "global_name": f"User {number}", "discriminator": "0"}
    return {"id": str(number), **named, "avatar": "a" * 32, "public_flags": 0, "primary_guild": None, **more}


def message_id(number: int) -> int:
    """Two messages in a millisecond, from the last days of October 2026 on."""
    return (373_000_000_000 + number // 2 << 22) + number


def message(dice: random.Random, number: int) -> dict[str, Any]:
    """A MESSAGE_CREATE like those of a busy server; about 1,300 bytes."""
    author = 10**18 + int(AUTHORS * dice.random() ** 2)
    text = " ".join(dice.choices(WORDS, k=dice.randrange(3, 60)))
    return {
        "type": 0,
        "tts": False,
        "timestamp": "2026-11-02T08:00:00.000000+00:00",
        "pinned": False,
        "nonce": str(number),
        "mentions": [],
        "mention_roles": [],
        "mention_everyone": False,
        "id": str(message_id(number)),
        "flags": 0,
        "embeds": [],
        "edited_timestamp": None,
        "content": text,
        "components": [],
        "attachments": [],
        "channel_id": str(GUILD + 1 + int(CHANNELS * dice.random() ** 2)),
        "author": user(author),
        "guild_id": str(GUILD),
        "member": {
            "roles": [str(GUILD + 900 + n) for n in range(dice.randrange(6))],
            "mute": False,
            "joined_at": JOINED,
            "flags": 0,
            "deaf": False,
            "nick": None,
            "avatar": None,
            "premium_since": None,
            "pending": False,
            "communication_disabled_until": None,
            "banner": None,
        },
    }


def guild() -> dict[str, Any]:
    """The server: text channels, the bot as its member, nothing else."""
    channels: Any = [
        {
            "id": str(GUILD + 1 + n),
            "type": 0,
            "name": f"channel-{n}",
            "position": n,
            "permission_overwrites": [],
        }
        for n in range(CHANNELS)
    ]
    role = {"id": str(GUILD), "name": "@everyone", "permissions": str((1 << 10) | (1 << 16)), "position": 0}
    me: Any = {
        "user": user(BOT, bot=True),
        "roles": [],
        "joined_at": JOINED,
        "deaf": False,
        "mute": False,
        "flags": 0,
    }
    return {
        "id": str(GUILD),
        "name": "Busy",
        "owner_id": "1",
        "unavailable": False,
        "member_count": AUTHORS,
        "large": True,
        "roles": [
            role
            | {
                "color": 0,
                "hoist": False,
                "managed": False,
                "mentionable": False,
                "colors": {"primary_color": 0},
            }
        ],
        "channels": channels,
        "threads": [],
        "members": [me],
        "voice_states": [],
        "presences": [],
        "emojis": [],
        "stickers": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
        "features": [],
        "joined_at": JOINED,
    }


async def gateway(request: web.Request) -> web.WebSocketResponse:
    """HELLO, READY, GUILD_CREATE; then, when the client says op 99, all messages at once."""
    socket = web.WebSocketResponse(compress=False)
    await socket.prepare(request)
    deflate, sequence = zlib.compressobj(1), 0

    async def send(op: int, data: Any, event: str | None = None) -> None:
        nonlocal sequence
        sequence += event is not None
        frame = json.dumps({"op": op, "d": data, "s": sequence if event else None, "t": event}).encode()
        await socket.send_bytes(deflate.compress(frame) + deflate.flush(zlib.Z_SYNC_FLUSH))

    await send(10, {"heartbeat_interval": 600_000})
    async for frame in socket:
        told = json.loads(frame.data)
        if told["op"] == 1:
            await send(11, None)
        elif told["op"] == 2:
            me = user(BOT, bot=True, verified=True, email=None, mfa_enabled=True)
            application = {"id": str(BOT), "flags": 0}
            await send(
                0,
                {
                    "v": 10,
                    "user": me,
                    "guilds": [{"id": str(GUILD), "unavailable": True}],
                    "session_id": "s",
                    "resume_gateway_url": "ws://127.0.0.1",
                    "application": application,
                    "shard": [0, 1],
                },
                "READY",
            )
            await send(0, guild(), "GUILD_CREATE")
        elif told["op"] == 99:
            for body in request.app["messages"]:
                sequence += 1
                line = b'{"op":0,"d":%b,"s":%d,"t":"MESSAGE_CREATE"}' % (body, sequence)
                await socket.send_bytes(deflate.compress(line) + deflate.flush(zlib.Z_SYNC_FLUSH))
    return socket


async def rest(request: web.Request) -> web.Response:
    """What discord.py and the read-back ask for."""
    path = request.path.removeprefix("/api/v10")
    me = user(BOT, bot=True)
    member: Any = {"user": me, "roles": [], "joined_at": JOINED, "deaf": False, "mute": False, "flags": 0}
    answers: dict[str, Any] = {
        "/users/@me": me,
        "/oauth2/applications/@me": {
            "id": str(BOT),
            "name": "b",
            "owner": user(1),
            "flags": 0,
            "description": "",
            "summary": "",
            "bot_public": True,
            "bot_require_code_grant": False,
            "verify_key": "",
            "icon": None,
        },
        f"/guilds/{GUILD}/members/{BOT}": member,
        f"/guilds/{GUILD}/threads/active": {"threads": [], "members": []},
    }
    answer: Any = {"threads": [], "has_more": False} if path.endswith("/public") else answers.get(path, [])
    # discord.py reads JSON only under exactly this type
    return web.Response(body=json.dumps(answer).encode(), headers={"Content-Type": "application/json"})


async def main(count: int) -> None:
    """Serve until killed."""
    app = web.Application()
    dice = random.Random(1)
    app["messages"] = [json.dumps(message(dice, number)).encode() for number in range(count)]
    app.router.add_get("/gateway/", gateway)
    app.router.add_route("*", "/api/v10/{rest:.*}", rest)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
