"""One tiny project, started once in the session, and a copy of it for each test that wants one."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.environment.tiny_project import TinyProject


@pytest.fixture
def fresh(tmp_path: Path) -> TinyProject:
    """A tiny project that was never started."""
    project = TinyProject(tmp_path / "fresh")
    project.write()
    return project


@pytest.fixture(scope="session")
def first_start(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[TinyProject, subprocess.CompletedProcess[str]]:
    """A tiny project after its first start, and what that start said."""
    project = TinyProject(tmp_path_factory.mktemp("environment") / "prepared")
    project.write()
    return project, project.start("run_bot.py", "--fresh", "two words")


@pytest.fixture
def prepared(
    first_start: tuple[TinyProject, subprocess.CompletedProcess[str]], tmp_path: Path
) -> TinyProject:
    """A copy of it that may be harmed."""
    shutil.copytree(first_start[0].root, tmp_path / "prepared", symlinks=True)
    return TinyProject(tmp_path / "prepared")
