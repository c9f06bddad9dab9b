"""`run_bot.py` without a verb: the bot with Discord, or with the demo community in the sandbox."""

from __future__ import annotations

import argparse
import asyncio
import gc
import sys
import time

from bot.cli.stop import Stop
from bot.demo import calendar, sandbox_process
from bot.errors import ConfigurationError
from bot.settings import Settings


async def with_discord(settings: Settings, stop: Stop, started: float) -> None:
    """Run the bot until it is asked to stop."""
    from bot.app import running  # heavy, so imported after the settings were checked

    async with running(settings) as app:
        _ready(stop, started, "-", app.web.url)
        await stop.wait(app.gateway_lost)


async def with_sandbox(asked: argparse.Namespace, settings: Settings, stop: Stop, started: float) -> None:
    """Run the bot with the demo community or an empty server: start the sandbox, then the bot; a new demo plays its month."""
    folder = settings.folder
    empty = asked.empty or settings.sandbox.empty
    if asked.fresh or calendar.is_half_played(folder):
        sandbox_process.forget(folder)
    play_month = calendar.is_new(folder) and not empty
    arguments = ["--empty"] if empty else []
    clock_start = asked.clock or (None if empty else calendar.world_start().isoformat())
    arguments += ["--clock", clock_start] if clock_start else []
    starting = asyncio.create_task(
        asyncio.to_thread(sandbox_process.find_or_start, folder, settings.sandbox.port, arguments=arguments)
    )
    await asyncio.sleep(0)  # lets the thread start; the heavy imports happen meanwhile
    from bot.app import NotSettled, running

    try:
        sandbox = await asyncio.shield(starting)
    except asyncio.CancelledError:  # asked to stop while the sandbox starts: it must not be left running
        await asyncio.to_thread(sandbox_process.end, await starting)
        raise
    try:
        settings = calendar.demo_settings(settings)
        async with running(settings, sandbox.url) as app:
            if play_month and sandbox.new:
                from bot.demo import month

                try:
                    await month.play(folder, sandbox.url, app)
                except NotSettled as error:
                    raise ConfigurationError(
                        f"The demo's month could not be played to its end: {error}.\n"
                        "Start Lyceum again: the month then begins anew.",
                        exit_code=75,
                    ) from None
            _ready(stop, started, sandbox.url, app.web.url)
            await stop.wait(app.gateway_lost)
    finally:
        await asyncio.to_thread(sandbox_process.end, sandbox)


def _ready(stop: Stop, started: float, sandbox: str, web: str) -> None:
    stop.ready = True
    gc.freeze()  # nothing loaded so far is garbage: later collections skip it
    if sandbox != "-":
        print(
            f"Open {sandbox} in a browser: that is Discord on this machine. Ctrl-C ends it.",
            file=sys.stderr,
            flush=True,
        )
    print(f"ready {time.perf_counter() - started:.2f} sandbox={sandbox} web={web}", flush=True)
