"""`run_bot.py` itself: the bot with Discord, or the demo community in the sandbox."""

from __future__ import annotations

import argparse
import asyncio
import gc
import sys
import time

from bot.cli.stop import Stop
from bot.demo import calendar, sandbox_process
from bot.settings import Settings


async def with_discord(settings: Settings, stop: Stop, started: float) -> None:
    """The bot, until it is asked to stop."""
    from bot.app import running  # heavy; a mistake in the settings is told before

    async with running(settings) as app:
        _ready(stop, started, "-", app.web.url)
        await stop.wait(app.gateway_lost)


async def in_the_sandbox(asked: argparse.Namespace, settings: Settings, stop: Stop, started: float) -> None:
    """The demo community (or a bare world): the sandbox first, then the bot, then, once, its month."""
    folder = settings.folder
    bare = asked.empty or settings.sandbox.empty
    if asked.fresh or calendar.broken_off(folder):
        sandbox_process.forget(folder)
    to_be_played = calendar.is_new(folder) and not bare
    arguments = ["--empty"] if bare else []
    begins = asked.clock or (None if bare else calendar.beginning().isoformat())
    arguments += ["--clock", begins] if begins else []
    starting = asyncio.create_task(
        asyncio.to_thread(sandbox_process.find_or_start, folder, settings.sandbox.port, arguments=arguments)
    )
    await asyncio.sleep(0)  # the thread is on its way; meanwhile we import what is heavy
    from bot.app import running

    try:
        there = await asyncio.shield(starting)
    except asyncio.CancelledError:  # asked to stop before the sandbox was there: it must not be left behind
        await asyncio.to_thread(sandbox_process.end, await starting)
        raise
    try:
        settings = calendar.settings(settings)
        async with running(settings, there.url) as app:
            if to_be_played and there.new:
                from bot.demo import month

                await month.play(folder, there.url, app)
            _ready(stop, started, there.url, app.web.url)
            await stop.wait(app.gateway_lost)
    finally:
        await asyncio.to_thread(sandbox_process.end, there)


def _ready(stop: Stop, started: float, sandbox: str, web: str) -> None:
    stop.ready = True
    gc.freeze()  # what is here now stays: later collections need not look at it
    if sandbox != "-":
        print(
            f"Open {sandbox} in a browser: that is Discord on this machine. Ctrl-C ends it.",
            file=sys.stderr,
            flush=True,
        )
    print(f"ready {time.perf_counter() - started:.2f} sandbox={sandbox} web={web}", flush=True)
