"""`python3 -m tests [what pytest takes]`: prepares the environment and runs the tests there."""

from __future__ import annotations

import os
import sys

from bot.bootstrap.launch import ensure

if __name__ == "__main__":
    ensure("requirements-dev.lock")
    # A process of its own, so that nothing is imported before pytest rewrites its assertions.
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *sys.argv[1:]])  # noqa: S606
