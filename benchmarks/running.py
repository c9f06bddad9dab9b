"""The sandbox as a process of its own, for measurements: how long it took to start and what it uses."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Running:
    """`ready_seconds` is from the start of the process to its ready line."""

    pid: int
    url: str
    ready_seconds: float

    def memory(self) -> dict[str, float]:
        """Megabytes in use now and at most, of this process."""
        text = Path(f"/proc/{self.pid}/status").read_text("ascii")
        found = dict(re.findall(r"(VmRSS|VmHWM):\s+(\d+) kB", text))
        return {"now": round(int(found["VmRSS"]) / 1024, 1), "peak": round(int(found["VmHWM"]) / 1024, 1)}

    def ask(self, path: str, body: Any = None, **headers: str) -> Any:
        """The answer to a GET, or to a POST of a body."""
        data, kind = None if body is None else json.dumps(body).encode(), {"Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, data, kind | headers)  # noqa: S310 (loopback)
        with urllib.request.urlopen(request, timeout=600) as answer:  # noqa: S310
            return json.load(answer)


@contextmanager
def sandbox(folder: Path, *arguments: str) -> Generator[Running, None, None]:
    """`python3 -m sandbox` on a world in this folder; ended by SIGTERM."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--port", "0", "--data", str(folder), *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    line: str = process.stdout.readline() if process.stdout else ""
    words = line.split()
    try:
        yield Running(process.pid, words[2], round(time.perf_counter() - began, 3))
    finally:
        process.terminate()
        process.wait(20)
        if process.stdout:
            process.stdout.close()
