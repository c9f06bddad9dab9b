"""Start Lyceum. On a fresh machine it makes its own environment first: `python3 run_bot.py`.

run_bot.py                      the bot; with nothing configured, the demo community in the sandbox
run_bot.py --fresh              forget the sandbox's world and begin anew
run_bot.py --empty --clock ISO  a bare world that starts at that moment
run_bot.py --check              look at everything that can be wrong, and say what to do
run_bot.py course import PATH   import a folder of Markdown as a course
"""

from __future__ import annotations

import sys
import time

STARTED = time.perf_counter()

from bot.environment import ensure

if __name__ == "__main__":
    ensure("requirements.lock")

import argparse
import asyncio
import gc
import os
import signal
from pathlib import Path

from bot import crashpoints
from bot.errors import ConfigurationError, UserError
from bot.section import secrets_of
from bot.settings import Settings, load


def main(arguments: list[str]) -> int:
    """Run what the arguments ask for; the exit code is sysexits.h's."""
    asked = _parser().parse_args(arguments)
    crashpoints.arm(os.environ.get("LYCEUM_CRASH_AT", ""))
    try:
        settings = load()
        return asyncio.run(_run(asked, settings))
    except ConfigurationError as error:
        print(f"Lyceum {'stopped' if READY.is_set() else 'cannot start'}: {error}", file=sys.stderr)
        return error.exit_code
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="run_bot.py",
        description="Lyceum: paid roles, courses, events and figures in Discord. Without a configuration it runs the demo community.",
    )
    parser.add_argument(
        "--check", action="store_true", help="look at everything that can be wrong, and say what to do"
    )
    parser.add_argument("--fresh", action="store_true", help="sandbox: forget the world and begin anew")
    parser.add_argument(
        "--empty", action="store_true", help="sandbox: a bare world instead of the demo community"
    )
    parser.add_argument("--clock", metavar="ISO", help="sandbox: the moment at which a new world starts")
    verbs = parser.add_subparsers(dest="verb")
    course = verbs.add_parser("course", help="courses on disk").add_subparsers(
        dest="course_verb", required=True
    )
    importing = course.add_parser("import", help="import a folder of Markdown (own form or mdBook)")
    importing.add_argument("path", type=Path)
    importing.add_argument("--guild", type=int, help="the server it belongs to, when Lyceum is in several")
    return parser


async def _run(asked: argparse.Namespace, settings: Settings) -> int:
    from bot import logs  # structlog is not needed to report a mistake in the settings

    logs.set_up(settings.log.level, settings.log.format, [*secrets_of(settings)])
    if asked.verb == "course":
        from bot.courses.disk import import_from_disk

        print(await import_from_disk(settings, asked.path, asked.guild))
        return 0
    if asked.check:
        from bot.discord.doctor import check

        if not settings.sandboxed:
            return await check(settings)
        from bot.demo import world

        there = world.find_or_start(settings.folder, settings.sandbox.port, arguments=[])
        return await check(settings, there.url)
    stop = asyncio.Event()
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 # we run in one
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, _asked_to_stop, stop, task)
    try:
        await (
            _in_the_sandbox(asked, settings, stop) if settings.sandboxed else _with_discord(settings, stop)
        )
    except asyncio.CancelledError:
        if not stop.is_set():
            raise
    return 0


def _asked_to_stop(stop: asyncio.Event, task: asyncio.Task[object]) -> None:
    """The first time, let everything end in order; before we are ready, give the start up."""
    if not stop.is_set():
        stop.set()
        if not READY.is_set():
            task.cancel()


READY = asyncio.Event()


async def _with_discord(settings: Settings, stop: asyncio.Event) -> None:
    from bot.app import running  # heavy; a mistake in the settings is told before

    async with running(settings) as app:
        _ready("-", app.web.url)
        await _until(stop, app.deaf)


async def _in_the_sandbox(asked: argparse.Namespace, settings: Settings, stop: asyncio.Event) -> None:
    """The demo community (or a bare world): the sandbox first, then the bot, then, once, its month."""
    from bot.demo import calendar, world

    folder = settings.folder
    bare = asked.empty or settings.sandbox.empty
    if asked.fresh or calendar.broken_off(folder):
        world.forget(folder)
    to_be_played = calendar.is_new(folder) and not bare
    arguments = ["--empty"] if bare else []
    begins = asked.clock or (None if bare else calendar.beginning().isoformat())
    arguments += ["--clock", begins] if begins else []
    starting = asyncio.create_task(
        asyncio.to_thread(world.find_or_start, folder, settings.sandbox.port, arguments=arguments)
    )
    await asyncio.sleep(0)  # the thread is on its way; meanwhile we import what is heavy
    from bot.app import running

    try:
        there = await asyncio.shield(starting)
    except asyncio.CancelledError:  # asked to stop before the sandbox was there: it must not be left behind
        await asyncio.to_thread(world.end, await starting)
        raise
    try:
        settings = calendar.settings(settings)
        async with running(settings, there.url) as app:
            if to_be_played and there.new:
                from bot.demo import month

                await month.play(folder, there.url, app)
            _ready(there.url, app.web.url)
            await _until(stop, app.deaf)
    finally:
        await asyncio.to_thread(world.end, there)


async def _until(stop: asyncio.Event, deaf: asyncio.Event) -> None:
    """Wait to be asked to stop. ConfigurationError (75) when Discord's connection ended for good meanwhile."""
    waits = [asyncio.create_task(event.wait()) for event in (stop, deaf)]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    if not stop.is_set():
        raise ConfigurationError(
            "The connection to Discord ended and cannot be taken up again. The log says why; start Lyceum again.",
            exit_code=75,
        )


def _ready(sandbox: str, web: str) -> None:
    READY.set()
    gc.freeze()  # what is here now stays: later collections need not look at it
    if sandbox != "-":
        print(
            f"Open {sandbox} in a browser: that is Discord on this machine. Ctrl-C ends it.",
            file=sys.stderr,
            flush=True,
        )
    print(f"ready {time.perf_counter() - STARTED:.2f} sandbox={sandbox} web={web}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
