"""`python3 -m sandbox`: the stand-in Discord as a process of its own."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from sandbox.app import Sandbox
from sandbox.clock import parse
from sandbox.crowd.people import populate
from sandbox.world import find


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 -m sandbox", description="A Discord on this machine.")
    parser.add_argument("--port", type=int, default=8780, help="0 takes any free one (default 8780)")
    parser.add_argument("--data", type=Path, default=Path("data/sandbox"), help="where the world is kept")
    parser.add_argument("--fresh", action="store_true", help="forget the world that is there")
    parser.add_argument("--empty", action="store_true", help="a bare world instead of the demo community")
    parser.add_argument("--clock", type=parse, metavar="ISO", help="the community's time in a new world")
    parser.add_argument("--no-limits", action="store_true", help="no rate limits, for load tests")
    parser.add_argument("--guilds", type=int, default=1, help="servers of a new world")
    parser.add_argument("--strict", action="store_true", help="one IDENTIFY in five seconds, as at Discord")
    parser.add_argument(
        "--members", type=int, default=0, metavar="N", help="a crowd of at least so many members"
    )
    parser.add_argument(
        "--crowd", type=float, metavar="RATE", help="they write so many messages a second; 0: any"
    )
    parser.add_argument("--count", type=int, default=0, help="and stop after so many")
    parser.add_argument("--seed", type=int, default=0, help="of the crowd")
    parser.add_argument("--started-by", default="hand", help="noted in sandbox.json")
    return parser.parse_args()


async def _run(arguments: argparse.Namespace) -> None:
    sandbox = Sandbox(
        arguments.data,
        port=arguments.port,
        fresh=arguments.fresh,
        empty=arguments.empty,
        clock=arguments.clock,
        started_by=arguments.started_by,
        limits=not arguments.no_limits,
        guilds=arguments.guilds,
        identify_seconds=5.0 if arguments.strict else 0.0,
    )
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    populate(sandbox.world, find.guild(sandbox.world), arguments.members, arguments.seed)
    async with sandbox:
        if arguments.crowd is not None:
            sandbox.world.clock.set(speed=1.0)  # a crowd writes in real time
            sandbox.world.keep_clock()
            sandbox.world.commit()
            sandbox.parts.crowds.start(arguments.crowd, arguments.seed, arguments.count)
        sys.stdout.write(f"sandbox ready {sandbox.url}\n")
        sys.stdout.flush()
        await ended.wait()


def main() -> int:
    """Run until SIGTERM or Ctrl-C; return 1 and print a sentence when the port is taken."""
    arguments = _arguments()
    try:
        asyncio.run(_run(arguments))
    except OSError as error:
        sys.stderr.write(f"The sandbox cannot listen on port {arguments.port}: {error.strerror}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
