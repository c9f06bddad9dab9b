"""Lyceum's session with Discord: signing in, and an event that is set when the connection has ended for good."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator

import discord

from bot.discord.client import Client, point_at
from bot.errors import ConfigurationError

SANDBOX_TOKEN = "sandbox.Lyceum"  # noqa: S105 # no secret: the sandbox lets any bot in


@contextlib.asynccontextmanager
async def signed_in(
    client: Client, *, token: str, api: str | None, gateway_lost: asyncio.Event
) -> AsyncGenerator[None]:
    """Connect to Discord and wait until the guilds are here; sign out at the end.

    `api`: the address of a server in Discord's place. `gateway_lost` is set when discord.py has given the connection up.
    ConfigurationError (exit 77, no retry) for a wrong token or intents.
    """
    if api:
        point_at(api)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(client.close)
        try:
            await client.login(token)
        except discord.LoginFailure:
            raise ConfigurationError(
                "Discord does not accept discord.token.\nCopy it anew from the Developer Portal (Bot → Reset Token).",
                exit_code=77,
            ) from None
        gateway = asyncio.create_task(client.connect(), name="gateway")
        gateway.add_done_callback(lambda _: gateway_lost.set())

        async def sign_out() -> None:
            await client.close()
            await asyncio.gather(gateway, return_exceptions=True)

        stack.push_async_callback(sign_out)
        await _until_ready(client, gateway)
        yield


async def _until_ready(client: Client, gateway: asyncio.Task[None]) -> None:
    ready = asyncio.create_task(client.wait_until_ready())
    await asyncio.wait({gateway, ready}, return_when=asyncio.FIRST_COMPLETED)
    ready.cancel()
    if gateway.done() and (error := gateway.exception()) is not None:
        if isinstance(error, discord.PrivilegedIntentsRequired):
            raise ConfigurationError(
                "Discord closed the connection (4014): the Server Members intent is off.\n"
                "Turn it on in the Developer Portal (Bot → Privileged Gateway Intents), or set discord.members_intent = false.",
                exit_code=77,
            )
        raise error
