"""The first thing that both commands do: see that their packages are at hand, else prepare them and start again.

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
    installed_packages,
    leave,
    meets_pyproject,
    refusal,
    suits,
)

_MENDED = "_LYCEUM_MENDED"  # holds this process's id, which survives execv and is not a child's


def ensure(lock: str, script_argv: Sequence[str] | None = None) -> None:
    """Return only where the packages of `lock` are at hand; else prepare `.venv` and start the script there.

    `script_argv` is what follows the interpreter's name on its command line, by default what followed ours.
    Leaves the process with one sentence and no traceback when that cannot be done.
    """
    sentence = refusal(sys.version_info[:2], os.name)
    if sentence:
        leave(sentence, CANNOT_RUN_HERE)
    folder = environment_folder()
    inside = _same(Path(sys.prefix), folder)
    version = sys.version_info[:2] if inside else None
    if _running_suits(lock, folder, inside):
        os.environ.pop(_MENDED, None)
        return
    if os.environ.get(_MENDED) == str(os.getpid()):
        leave(f"Packages are still missing from {folder} after installing. Delete it and start again.", 70)
    if inside or not suits(folder, lock):
        from bot.bootstrap.installer import repair

        repair(folder, lock, version)
        os.environ[_MENDED] = str(os.getpid())
    _restart(folder, script_argv)


def _running_suits(lock: str, folder: Path, inside: bool) -> bool:
    if inside:
        return suits(folder, lock, sys.version_info[:2])
    if sys.prefix == sys.base_prefix:
        return False
    return meets_pyproject(installed_packages(Path(sys.prefix), sys.version_info[:2]), lock)


def _same(one: Path, other: Path) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def _restart(folder: Path, script_argv: Sequence[str] | None) -> NoReturn:
    python = str(folder / "bin" / "python")
    arguments = sys.orig_argv[1:] if script_argv is None else list(script_argv)
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        os.execv(python, [python, *arguments])  # noqa: S606 - the point of this file
    except OSError as error:
        leave(f"Cannot start {python}: {error.strerror}. Delete {folder} and start again.", 70)
