"""`python3 -m sandbox`: the stand-in Discord as a process of its own."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from sandbox.app import Sandbox
from sandbox.clock import parse


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 -m sandbox", description="A Discord on this machine.")
    parser.add_argument("--port", type=int, default=8780, help="0 takes any free one (default 8780)")
    parser.add_argument("--data", type=Path, default=Path("data/sandbox"), help="where the world is kept")
    parser.add_argument("--fresh", action="store_true", help="forget the world that is there")
    parser.add_argument("--empty", action="store_true", help="a bare world instead of the demo community")
    parser.add_argument("--clock", type=parse, metavar="ISO", help="the community's time in a new world")
    parser.add_argument("--no-limits", action="store_true", help="no rate limits, for load tests")
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
    )
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with sandbox:
        sys.stdout.write(f"sandbox ready {sandbox.url}\n")
        sys.stdout.flush()
        await ended.wait()


def main() -> int:
    """Run until SIGTERM or Ctrl-C; 1 with a sentence when the port is taken."""
    arguments = _arguments()
    try:
        asyncio.run(_run(arguments))
    except OSError as error:
        sys.stderr.write(f"The sandbox cannot listen on port {arguments.port}: {error.strerror}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
