"""The files that git keeps, for tests that look at all of them."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

import pytest

from bot.bootstrap.environment import ROOT


@cache
def _listed() -> tuple[str, ...]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    return tuple(sorted(name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()))


def tracked(*suffixes: str) -> list[Path]:
    """Tracked files with one of these suffixes (all without any); skips the test outside a checkout."""
    names = _listed()
    if not names:
        pytest.skip("not a git checkout, so nobody knows which files belong to the project")
    return [ROOT / name for name in names if not suffixes or name.endswith(suffixes)]


def text_of(file: Path) -> str:
    """Its text; an empty one for pictures and the like."""
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError:
        return ""


def place(file: Path) -> str:
    """How people name it: relative to the project."""
    return file.relative_to(ROOT).as_posix()
