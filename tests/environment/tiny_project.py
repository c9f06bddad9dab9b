"""A project as small as can be that starts the way Lyceum does: two locks, own wheels, no network."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from bot.bootstrap.environment import ROOT

BYTECODE = shutil.ignore_patterns("__pycache__")
BARE_PYTHON = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
SCRIPT = """\
from bot.bootstrap.launch import ensure

ensure("{lock}")
import sys
import {package}

print("started", {package}.version, sys.prefix, *sys.argv[1:])
"""
PROJECT = """\
[project]
dependencies = ["tiny>=1,<9"]
[dependency-groups]
dev = ["tiny-test"]
"""


@dataclass(frozen=True)
class TinyProject:
    """A folder with `run_bot.py` and `run_tests.py`, which stands for `-m tests`; wheels lie in `wheels`."""

    root: Path

    @property
    def venv(self) -> Path:
        """Where its environment will be."""
        return self.root / ".venv"

    @property
    def site(self) -> Path:
        """Where its packages lie."""
        return next(self.venv.glob("lib/python3*/site-packages"))

    def write(self) -> None:
        """Lay the project down, with `tiny` at 1.0."""
        (self.root / "bot").mkdir(parents=True)
        shutil.copy(ROOT / "bot" / "__init__.py", self.root / "bot")
        shutil.copytree(ROOT / "bot" / "bootstrap", self.root / "bot" / "bootstrap", ignore=BYTECODE)
        (self.root / "run_bot.py").write_text(SCRIPT.format(lock="requirements.lock", package="tiny"))
        (self.root / "run_tests.py").write_text(
            SCRIPT.format(lock="requirements-dev.lock", package="tiny_test")
        )
        (self.root / "pyproject.toml").write_text(PROJECT)
        (self.root / "wheels").mkdir()
        self.pin("1.0")

    def pin(self, version: str) -> None:
        """Lock `tiny` at this version and have a wheel of it."""
        run = self._pinned("tiny", version)
        run += "windows-only==1.0 ; sys_platform == 'win32' \\\n    --hash=sha256:" + "0" * 64 + "\n"
        (self.root / "requirements.lock").write_text(run)
        (self.root / "requirements-dev.lock").write_text(run + self._pinned("tiny-test", "1.0"))

    def environ(self, **more: str) -> dict[str, str]:
        """Nothing set but where programs lie, a home, and an index that answers at once."""
        wheels = {
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": (self.root / "wheels").as_uri(),
            "PIP_CONFIG_FILE": "/dev/null",
        }
        return {"PATH": os.defpath, "HOME": str(self.root / "home"), **wheels, **more}

    def start(
        self, script: str = "run_bot.py", *arguments: str, **environ: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a script with a Python that has nothing installed, and wait for its end."""
        return subprocess.run(
            [BARE_PYTHON, script, *arguments],
            cwd=self.root,
            env=self.environ(**environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def _pinned(self, name: str, version: str) -> str:
        package = name.replace("-", "_")
        wheel = self.root / "wheels" / f"{package}-{version}-py3-none-any.whl"
        info = f"{package}-{version}.dist-info"
        content = {
            f"{package}.py": f"version = {version!r}\n",
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        content[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in [*content, f"{info}/RECORD"])
        with zipfile.ZipFile(wheel, "w") as archive:
            for path, text in content.items():
                archive.writestr(
                    zipfile.ZipInfo(path), text
                )  # always of 1980: the same wheel has the same hash
        return f"{name}=={version} \\\n    --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"
