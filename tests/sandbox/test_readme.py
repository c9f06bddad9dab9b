"""The README's example is run as it stands there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "sandbox" / "README.md"
_BLOCK = re.compile(r"^`(\w+\.py)`[^\n]*\n\n```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def run(folder: Path) -> tuple[int, str]:
    """A session of pytest in a folder that knows nothing of ours but the sandbox."""
    (folder / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\n")
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("LYCEUM_", "PYTEST_"))}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(folder), str(folder)],
        cwd=folder, env=plain | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout


def write(folder: Path) -> dict[str, str]:
    blocks = dict(_BLOCK.findall(README.read_text("utf-8")))
    for name, text in blocks.items():
        (folder / name).write_text(text, "utf-8")
    return blocks


def test_the_example_tests_a_bot_in_ten_lines(tmp_path: Path) -> None:
    blocks = write(tmp_path)

    status, said = run(tmp_path)

    assert status == 0, said
    assert "1 passed" in said
    assert sum(1 for line in blocks["test_greeter.py"].splitlines() if line.strip()) == 10


def test_the_example_sees_a_bot_that_is_wrong(tmp_path: Path) -> None:
    bot = write(tmp_path)["greeter.py"]
    (tmp_path / "greeter.py").write_text(bot.replace("Hello {name}", "Hullo {name}"), "utf-8")

    status, said = run(tmp_path)

    assert status == 1
    assert "1 failed" in said
