"""Makes, fills and repairs the environment folder: the slow half of `environment.py`.

Standard library only. While the folder may be half-made its stamp says so, and what a killed start left in
that state is made anew.
"""

from __future__ import annotations

import fcntl
import importlib
import os
import queue
import shutil
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.bootstrap import environment
from bot.bootstrap.progress import PipOutput, Progress, explain

NO_PACKAGES = 69  # sysexits.h EX_UNAVAILABLE


class CannotInstall(Exception):
    """The environment cannot be prepared: a sentence for the person who started us, and an exit code."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code


class PipFailed(Exception):
    """pip failed for a reason that a fresh environment may cure."""


def repair(folder: Path, lock: str, version: tuple[int, int] | None) -> None:
    """Make `environment.is_complete` true for `folder`, or exit with a sentence. Two starts at once take turns."""
    progress = Progress(sys.stderr)
    try:
        with folder_lock(folder, progress) as handle:
            if not environment.is_complete(folder, lock, version):
                Installation(folder, lock, version, handle, progress).run()
    except CannotInstall as error:
        progress.close()
        environment.exit_with(str(error), error.code)
    except OSError as error:
        progress.close()
        what = f"Cannot prepare {folder}: {error.strerror} ({error.filename})."
        environment.exit_with(f"{what} Mend that, or name another folder in LYCEUM_VENV, and start again.", 1)
    except KeyboardInterrupt:
        progress.close()
        environment.exit_with("Stopped while preparing the environment. Start again to go on.", 130)


@contextmanager
def folder_lock(folder: Path, progress: Progress) -> Generator[int]:
    """Lock the folder against other starts; yields its handle, which pip inherits.

    So when a start is killed, the folder stays locked until its orphaned pip has ended too.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except (FileExistsError, NotADirectoryError):
        sentence = f"{folder} should be a folder and is not. Remove it and start again."
        raise CannotInstall(sentence) from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress.say("Another start of Lyceum is preparing the environment; waiting for it.")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)


@dataclass
class Installation:
    """One attempt to prepare `folder` for the lock file `lock`; `handle` holds the folder's lock."""

    folder: Path
    lock: str
    version: tuple[int, int] | None
    handle: int
    progress: Progress

    def run(self) -> None:
        """Install into the existing environment if it works, else into a new one."""
        self.progress.say(
            f"Preparing Lyceum's own Python environment in {self.folder} (once; about a minute)."
        )
        if self._usable():
            try:
                return self._fill()
            except PipFailed:
                self.progress.say("That environment cannot be mended; making a new one.")
        self._rebuild()
        try:
            return self._fill()
        except PipFailed as failure:
            raise CannotInstall(str(failure)) from None

    @property
    def _python(self) -> str:
        return str(self.folder / "bin" / "python")

    def _usable(self) -> bool:
        """Whether there is a finished environment whose Python runs and has the recorded version."""
        recorded = environment.recorded_version(self.folder)
        if recorded is None or environment.read_stamp(self.folder) == environment.UNFINISHED:
            return False
        command = [self._python, "-Ic", "import sys; print(*sys.version_info[:2])"]
        try:
            answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=60, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return False
        return recorded >= environment.OLDEST and answer.stdout.split() == [str(part) for part in recorded]

    def _rebuild(self) -> None:
        try:
            importlib.import_module("ensurepip")  # Debian's Python comes without it
            from venv import EnvBuilder
        except ImportError:
            raise _no_venv(sys.version_info[:2]) from None
        is_environment = environment.read_stamp(self.folder) or (self.folder / "pyvenv.cfg").exists()
        if not is_environment and any(self.folder.iterdir()):
            sentence = f"{self.folder} holds something that is not a Python environment."
            raise CannotInstall(f"{sentence} Name another folder in LYCEUM_VENV and start again.")
        stamp = self._mark_unfinished()
        for entry in self.folder.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            elif entry != stamp:
                entry.unlink()
        try:
            EnvBuilder(symlinks=True).create(self.folder.resolve())
        except ValueError as error:  # a colon in the path, for one
            raise CannotInstall(f"No environment can be made in {self.folder}: {error}") from None

    def _mark_unfinished(self) -> Path:
        stamp = self.folder / environment.STAMP
        stamp.write_text(environment.UNFINISHED, "utf-8")
        return stamp

    def _fill(self) -> None:
        version = environment.recorded_version(self.folder) or sys.version_info[:2]
        before = environment.read_stamp(self.folder)
        stamp = self._mark_unfinished()
        if "pip" not in environment.installed_packages(self.folder, version):
            self._install_pip(version)
        output = PipOutput(environment.entries(self.lock))
        if self._run_pip(output, version) == 0:
            stamp.write_text(environment.stamp_text(self.lock, version), "utf-8")
            self.progress.say("The environment is ready.")
            return
        if not output.installing:
            stamp.write_text(before, "utf-8")  # nothing was changed yet
        if sentence := explain(output.lines):
            raise CannotInstall(sentence, NO_PACKAGES)
        log = self.folder / "install.log"
        log.write_text("\n".join(output.lines), "utf-8")
        errors = [line for line in output.lines if line.startswith("ERROR:")] or output.lines or ["nothing"]
        raise PipFailed(f"pip could not install the packages: {errors[-1]} (all that it said is in {log})")

    def _install_pip(self, version: tuple[int, int]) -> None:
        result = subprocess.run(
            [self._python, "-I", "-m", "ensurepip", "--upgrade", "--default-pip"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            pass_fds=(self.handle,),
            check=False,
        )
        if "No module named ensurepip" in result.stdout:
            raise _no_venv(version)
        if result.returncode:
            raise CannotInstall(f"pip could not be set up: {result.stdout.strip().rpartition(chr(10))[2]}")

    def _run_pip(self, output: PipOutput, version: tuple[int, int]) -> int:
        command = [self._python, "-Iu", "-m", "pip", "install", "--require-hashes", "--progress-bar=off"]
        pip_environment = {
            "PIP_USER": "0",
            "PIP_NO_INPUT": "1",
            "PIP_NO_COLOR": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        }
        with subprocess.Popen(
            [*command, "-r", str(environment.ROOT / self.lock)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env={**os.environ, **pip_environment},
            pass_fds=(self.handle,),
        ) as pip:
            for line in _lines(pip):
                output.hear(line)
                if step := output.step(environment.installed_packages(self.folder, version)):
                    self.progress.step(step)
        return pip.returncode


def _lines(process: subprocess.Popen[str]) -> Iterator[str]:
    """The lines that the process prints, and an empty line whenever it prints nothing for 0.3 seconds."""
    lines: queue.Queue[str | None] = queue.Queue()

    def listen() -> None:
        for line in process.stdout or ():
            lines.put(line.rstrip())
        lines.put(None)

    threading.Thread(target=listen, daemon=True).start()
    while True:
        try:
            line = lines.get(timeout=0.3)
        except queue.Empty:
            line = ""
        if line is None:
            return
        yield line


def _no_venv(version: tuple[int, int]) -> CannotInstall:
    return CannotInstall(
        "This Python cannot make environments: its venv module is incomplete. On Debian and Ubuntu run "
        f"`sudo apt install python{version[0]}.{version[1]}-venv` and start again.",
        environment.CANNOT_RUN_HERE,
    )
