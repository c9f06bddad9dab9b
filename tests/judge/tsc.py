"""The TypeScript compiler as a judge of what the gateway told."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.judge.dispatches import Dispatches
from tests.judge.findings import Finding

PACKAGES = Path(__file__).resolve().parents[1] / "clients" / "node_modules"
_OPTIONS: dict[str, Any] = {
    "strict": True,
    "noEmit": True,
    "target": "es2022",
    "module": "nodenext",
    "types": [],
}
_ERROR = re.compile(r"^dispatches\.ts\((\d+),\d+\): error (TS\d+): (.*)$")


def available() -> str | None:
    """Why the compiler cannot run here, or None."""
    if shutil.which("node") is None:
        return "Node is missing"
    if not all((PACKAGES / name).is_dir() for name in ("typescript", "discord-api-types")):
        return "run `python3 -m tests.clients.install`"
    return None


def findings(dispatches: Dispatches, folder: Path) -> Iterator[Finding]:
    """What `tsc --strict --noEmit` finds wrong. The module is left in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dispatches.ts").write_text(dispatches.typescript(), "utf-8")
    settings: dict[str, Any] = {"compilerOptions": _OPTIONS, "files": ["dispatches.ts"]}
    (folder / "tsconfig.json").write_text(json.dumps(settings), "utf-8")
    if not (folder / "node_modules").exists():
        (folder / "node_modules").symlink_to(PACKAGES)
    done = subprocess.run(
        ["node", str(PACKAGES / "typescript" / "bin" / "tsc"), "--pretty", "false", "-p", str(folder)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    said = done.stdout + done.stderr
    found = _read(dispatches, said)
    if done.returncode and not found:
        found = [Finding("tsc", "run", f"status {done.returncode}", said[:2000])]
    yield from found


def _read(dispatches: Dispatches, said: str) -> list[Finding]:
    found: list[Finding] = []
    for line in said.splitlines():
        match = _ERROR.match(line)
        if match:
            found.append(Finding(dispatches.where(int(match[1])), "dispatch", match[2] + match[3], match[3]))
        elif found and line.startswith("  "):
            last = found[-1]
            found[-1] = Finding(last.operation, last.where, last.rule, f"{last.what} {line.strip()}"[:600])
    return found
