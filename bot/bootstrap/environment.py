"""The project's own Python environment: made on the first start, checked in milliseconds on every other.

Standard library only, and written so that Python 3.8 can read it: an old interpreter must get far enough
to be told its age. The slow half (making, installing, repairing) is `installer.py`, imported when needed.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from pathlib import Path
from typing import NoReturn, Sequence  # noqa: UP035 - collections.abc.Sequence[str] is no type on 3.8

ROOT = Path(__file__).resolve().parents[2]
OLDEST = (3, 11)
STAMP = "lyceum-stamp"
UNFINISHED = "unfinished"

# The development lock pins every package of requirements.lock at the same version (tests/hygiene/test_locks.py).
SATISFIED_BY = {
    "requirements.lock": ("requirements.lock", "requirements-dev.lock"),
    "requirements-dev.lock": ("requirements-dev.lock",),
}

CANNOT_RUN_HERE = 78  # sysexits.h EX_CONFIG: trying again without a change will not help

_PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s;]+)( ;)?", re.MULTILINE)
_SPECIFIER = re.compile(r"(>=|<|==)\s*([\w.]+)")


def refusal(version: Sequence[int], os_name: str) -> str | None:
    """Why this interpreter can never run Lyceum; None if it can."""
    if os_name == "nt":
        return "Lyceum runs on Linux and macOS; on Windows start it inside WSL (`wsl --install`)."
    if tuple(version) < OLDEST:
        needed, present = (".".join(map(str, pair)) for pair in (OLDEST, version))
        return f"Lyceum needs Python {needed} or newer; this is {present} ({sys.executable})."
    return None


def environment_folder() -> Path:
    """`.venv` beside the project, or the folder that LYCEUM_VENV names."""
    named = os.environ.get("LYCEUM_VENV")
    return Path(named).expanduser().absolute() if named else ROOT / ".venv"


def is_complete(folder: Path, lock: str, version: tuple[int, int] | None = None) -> bool:
    """Whether `folder` is a finished environment with all that `lock` needs; looks at file names only.

    Either our stamp names the lock as it is now and its packages are still there, or another tool (uv) manages
    the environment and it has what pyproject.toml asks for. `version` is the Python it really runs, if known.
    """
    version = version or recorded_version(folder)
    if version is None or version < OLDEST or not os.access(folder / "bin" / "python", os.X_OK):
        return False
    stamp = read_stamp(folder)
    if stamp == UNFINISHED:
        return False
    installed = installed_packages(folder, version)
    stamped = any(
        stamp == stamp_text(name, version) and pinned_packages(name).items() <= installed.items()
        for name in SATISFIED_BY[lock]
    )
    # `uv run`, which also syncs, sets this variable.
    managed_by_others = not stamp or "UV_RUN_RECURSION_DEPTH" in os.environ
    return stamped or (managed_by_others and meets_pyproject(installed, lock))


def recorded_version(folder: Path) -> tuple[int, int] | None:
    """The Python version that pyvenv.cfg records; None where there is no environment."""
    try:
        text = (folder / "pyvenv.cfg").read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    match = re.search(r"^version(?:_info)?\s*=\s*(\d+)\.(\d+)", text, re.MULTILINE)
    return (int(match[1]), int(match[2])) if match else None


def read_stamp(folder: Path) -> str:
    """The stamp of the last installation: lock, hash and Python version, or UNFINISHED; "" if there is none."""
    try:
        return (folder / STAMP).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def stamp_text(lock: str, version: tuple[int, int]) -> str:
    """The stamp of an environment into which all of the present `lock` was installed."""
    try:
        digest = hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()
    except OSError:
        digest = "missing"
    return f"{lock} {digest} {version[0]}.{version[1]}"


def pinned_packages(lock: str) -> dict[str, str]:
    """Name and version of each package that `lock` pins on every platform."""
    pins = _PIN.findall((ROOT / lock).read_text("utf-8"))
    return {plain_name(name): version for name, version, marker in pins if not marker}


def entries(lock: str) -> int:
    """How many packages `lock` pins, on any platform."""
    return len(_PIN.findall((ROOT / lock).read_text("utf-8")))


def installed_packages(folder: Path, version: tuple[int, int]) -> dict[str, str]:
    """Name and version of each installed package, from the names of the `.dist-info` folders."""
    packages: dict[str, str] = {}
    for site in folder.glob(f"lib/python{version[0]}.{version[1]}*/site-packages"):
        for entry in os.listdir(site):  # noqa: PTH208 - only names are needed
            name, _, release = entry[: -len(".dist-info")].rpartition("-")
            if entry.endswith(".dist-info"):
                packages[plain_name(name)] = release
    return packages


def meets_pyproject(installed: dict[str, str], lock: str) -> bool:
    """Whether `installed` holds what pyproject.toml asks for, which uses only `>=`, `<` and `==`."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    required = list(project["project"]["dependencies"])
    if lock == "requirements-dev.lock":
        required += project["dependency-groups"]["dev"]
    return all(_meets(installed, requirement) for requirement in required)


def plain_name(name: str) -> str:
    """A package's name, normalised as in PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def exit_with(sentence: str, code: int) -> NoReturn:
    """End the process with a sentence on standard error."""
    print(sentence, file=sys.stderr)
    raise SystemExit(code)


def _meets(installed: dict[str, str], requirement: str) -> bool:
    name = re.match(r"[\w.-]+", requirement)
    installed_version = installed.get(plain_name(name[0])) if name else None
    if installed_version is None:
        return False
    release = _numbers(installed_version)
    compare = {">=": release.__ge__, "<": release.__lt__, "==": release.__eq__}
    return all(compare[sign](_numbers(bound)) for sign, bound in _SPECIFIER.findall(requirement))


def _numbers(version: str) -> tuple[int, ...]:
    leading = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(int(part) for part in leading[0].split(".")) if leading else ()
