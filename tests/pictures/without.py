"""A Python in which a package is not installed: another process, whose imports of it fail as they really would."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from bot.bootstrap.environment import ROOT

_SITE = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {package!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Missing())
"""


async def run_without(package: str, module: str, *arguments: str, folder: Path) -> str:
    """What `python -m module` prints where the package is missing. Its failure fails the test, with what it said."""
    (folder / "sitecustomize.py").write_text(_SITE.format(package=package))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        *arguments,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONUTF8": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    printed, complained = await process.communicate()
    assert process.returncode == 0, complained.decode()
    return printed.decode()
