"""`python3 -m tests.clients.install`: what npm and pip bring for strangers' clients, into folders that git ignores.

hikari gets a folder of its own, because it pins an older multidict than ours. Does nothing where the locks are as
they were when it last ran to its end.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from bot.bootstrap.launch import ensure

HERE = Path(__file__).resolve().parent
NODE_MODULES = HERE / "node_modules"
HIKARI = NODE_MODULES / ".python"
LOCKS = ("package.json", "package-lock.json", "requirements.lock")
STAMP = NODE_MODULES / ".lyceum-stamp"


def wanted() -> str:
    """A digest of what is to be installed, and for which Python."""
    told = b"".join((HERE / name).read_bytes() for name in LOCKS)
    return hashlib.sha256(told + sys.version.encode()).hexdigest()


def main() -> int:
    """Install; the exit code of what failed, or 0."""
    if STAMP.exists() and STAMP.read_text("utf-8") == wanted():
        return 0
    npm = shutil.which("npm")
    if npm is None:
        print("npm is missing: install Node 18 or newer", file=sys.stderr)
        return 1
    commands = (
        [npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"],
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
            "--only-binary=:all:",
            "--no-compile",
            "--require-hashes",
            "--target",
            str(HIKARI),
            "-r",
            "requirements.lock",
        ],
    )
    for command in commands:
        done = subprocess.run(command, cwd=HERE, check=False)
        if done.returncode:
            return done.returncode
    STAMP.write_text(wanted(), "utf-8")
    return 0


if __name__ == "__main__":
    ensure("requirements-dev.lock")
    sys.exit(main())
