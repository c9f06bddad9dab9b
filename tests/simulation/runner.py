"""Many schedules in one process: one virtual loop, one database file after the other."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import tempfile
from collections.abc import Generator, Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import structlog

from bot import ids
from tests.blank import blank
from tests.simulation.loop import VirtualLoop
from tests.simulation.options import Tally, options
from tests.simulation.process import Mutation
from tests.simulation.schedule import Schedule

MEMORY = Path("/dev/shm")  # noqa: S108 # where there is one, an fsync costs nothing; what a power cut does is not simulated


class Broken(AssertionError):
    """A schedule in which something did not hold: its seed and options reproduce it."""


def run(seeds: Iterable[int], *, reconciler: bool, mutation: Mutation | None = None, **weather: Any) -> Tally:
    """Play these seeds. Broken at the first in which something does not hold. `weather` overrides their options."""
    total = Tally()
    for seed in seeds:
        total.add(trace(seed, reconciler=reconciler, mutation=mutation, **weather)[0])
        if total.schedules % 10 == 0:
            gc.collect()
    return total


def trace(
    seed: int, *, reconciler: bool, mutation: Mutation | None = None, **weather: Any
) -> tuple[Tally, list[str]]:
    """Play one seed; what happened, and the tally."""
    chosen = replace(options(seed, reconciler=reconciler), **weather)
    loop = VirtualLoop()
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        (Path(folder) / "simulated.db").write_bytes(blank())
        played: list[Schedule] = []

        async def play() -> Tally:
            played.append(Schedule(chosen, Path(folder), mutation))
            try:
                return await played[0].play()
            finally:
                await played[0].close()

        try:
            with (
                ids.own_time()
            ):  # what virtual time makes of them must not reach what follows in this process
                return loop.run(play()), played[0].trace
        except Exception as error:
            told = "\n  ".join([f"{name} = {value}" for name, value in asdict(chosen).items()])
            steps = "\n  ".join(played[0].trace[-30:])
            raise Broken(f"seed {seed}: {error}\n  {told}\nlast:\n  {steps}") from error
        finally:
            asyncio.set_event_loop(None)
            loop.close()


@contextlib.contextmanager
def quiet() -> Generator[None]:
    """Faults by the thousand need not be read, and what they leave behind is swept up between schedules only."""
    gc.disable()
    before = structlog.get_config()
    logging.disable(logging.CRITICAL)
    structlog.configure(
        processors=before["processors"], wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL)
    )
    try:
        yield
    finally:
        structlog.configure(**before)
        logging.disable(logging.NOTSET)
        gc.enable()
