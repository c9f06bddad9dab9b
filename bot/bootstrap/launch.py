"""The first step of both commands: check that their packages are installed, else install them and restart.

Written so that Python 3.8 can read it: an old interpreter must get far enough to be told its age.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn, Sequence  # noqa: UP035 - collections.abc.Sequence[str] is no type on 3.8

from bot.bootstrap.environment import (
    CANNOT_RUN_HERE,
    environment_folder,
    exit_with,
    installed_packages,
    is_complete,
    meets_pyproject,
    refusal,
)

_REPAIRED = "_LYCEUM_MENDED"  # holds our process id, which survives execv and differs in a child


def ensure(lock: str, script_argv: Sequence[str] | None = None) -> None:
    """Return only in a Python that has the packages of `lock`; else prepare `.venv` and restart the script there.

    `script_argv` is the command line after the interpreter's name, by default ours. When the environment cannot
    be prepared, the process ends with one sentence and no traceback.
    """
    sentence = refusal(sys.version_info[:2], os.name)
    if sentence:
        exit_with(sentence, CANNOT_RUN_HERE)
    folder = environment_folder()
    inside = _same(Path(sys.prefix), folder)
    version = sys.version_info[:2] if inside else None
    if _running_suits(lock, folder, inside):
        os.environ.pop(_REPAIRED, None)
        return
    if os.environ.get(_REPAIRED) == str(os.getpid()):
        exit_with(
            f"Packages are still missing from {folder} after installing. Delete it and start again.", 70
        )
    if inside or not is_complete(folder, lock):
        from bot.bootstrap.installer import repair

        repair(folder, lock, version)
        os.environ[_REPAIRED] = str(os.getpid())
    _restart(folder, script_argv)


def _running_suits(lock: str, folder: Path, inside: bool) -> bool:
    if inside:
        return is_complete(folder, lock, sys.version_info[:2])
    if sys.prefix == sys.base_prefix:
        return False
    return meets_pyproject(installed_packages(Path(sys.prefix), sys.version_info[:2]), lock)


def _same(first: Path, second: Path) -> bool:
    return os.path.realpath(first) == os.path.realpath(second)


def _restart(folder: Path, script_argv: Sequence[str] | None) -> NoReturn:
    python = str(folder / "bin" / "python")
    arguments = sys.orig_argv[1:] if script_argv is None else list(script_argv)
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        os.execv(python, [python, *arguments])  # noqa: S606 - restarting is the point
    except OSError as error:
        exit_with(f"Cannot start {python}: {error.strerror}. Delete {folder} and start again.", 70)
