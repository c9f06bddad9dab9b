"""`main`: runs what the arguments ask for and returns the exit code."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys

from bot import crashpoints
from bot.cli.arguments import parser
from bot.cli.stop import Stop
from bot.errors import ConfigurationError, UserError
from bot.section import secrets_of
from bot.settings import Settings, load


def main(arguments: list[str], started: float) -> int:
    """Run the verb; returns an exit code of sysexits.h. `started` is when the process began."""
    asked = parser().parse_args(arguments)
    crashpoints.arm(os.environ.get("LYCEUM_CRASH_AT", ""))
    stop = Stop()
    try:
        return asyncio.run(_run(asked, load(), stop, started))
    except ConfigurationError as error:
        print(f"Lyceum {'stopped' if stop.ready else 'cannot start'}: {error}", file=sys.stderr)
        return error.exit_code
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


async def _run(asked: argparse.Namespace, settings: Settings, stop: Stop, started: float) -> int:
    from bot import logs  # imported late: a mistake in the settings is reported without structlog

    logs.set_up(settings.log.level, settings.log.format, secrets_of(settings))
    if asked.verb == "course":
        from bot.cli.course_import import import_from_disk

        print(await import_from_disk(settings, asked.path, asked.guild))
        return 0
    if asked.check:
        from bot.cli.check import check

        return await check(settings)
    from bot.cli.start import with_discord, with_sandbox

    stop.listen(signal.SIGINT, signal.SIGTERM)
    try:
        if settings.sandboxed:
            await with_sandbox(asked, settings, stop, started)
        else:
            await with_discord(settings, stop, started)
    except asyncio.CancelledError:
        if not stop.asked.is_set():
            raise
    return 0
