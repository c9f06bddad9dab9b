"""Secrets that Lyceum makes for itself: one file each in the data folder, readable by its owner alone."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from bot.errors import ConfigurationError


def own_secret(path: Path, make: Callable[[], bytes]) -> bytes:
    """The secret in this file; the first time it is made and stored (mode 0600, written whole or not at all).

    Raises ConfigurationError (exit 78) when other users of the machine may read the file.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    if path.stat().st_mode & 0o077:
        raise ConfigurationError(
            f"{path} holds a secret, but other users of this machine can read it.\nRun: chmod 600 {path}"
        )
    return path.read_bytes()
