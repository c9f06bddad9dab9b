"""Named points at which a test may kill the process, to prove that nothing is lost there.

`LYCEUM_CRASH_AT=name:n` raises a real SIGKILL the n-th time that `point("name")` is passed.
Without that setting a point costs one dictionary look-up. Tests read the list of names from the source.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

_armed: dict[str, int] = {}
_watchers: list[Callable[[str], None]] = []


def arm(spec: str) -> None:
    """Read `name:n` (n counts from 1); an empty text disarms."""
    _armed.clear()
    if spec:
        name, _, count = spec.partition(":")
        _armed[name] = int(count or 1)


def watch(watcher: Callable[[str], None] | None) -> None:
    """Call `watcher` with the name of every point that is passed; None ends that.

    A simulation that restarts Lyceum many times in one process crashes through it, without SIGKILL.
    """
    _watchers[:] = [watcher] if watcher else []


def point(name: str) -> None:
    """Die here, at once and without any clean-up, if this point is armed and its count is reached."""
    for watcher in _watchers:
        watcher(name)
    if name not in _armed:
        return
    _armed[name] -= 1
    if _armed[name] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
