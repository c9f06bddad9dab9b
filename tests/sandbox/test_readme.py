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


def begin(folder: Path) -> subprocess.Popen[str]:
    """A session of pytest in a folder that knows nothing of ours but the sandbox."""
    (folder / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\n")
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("LYCEUM_", "PYTEST_"))}
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "--rootdir",
            str(folder),
            str(folder),
        ],
        cwd=folder,
        env=plain | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


def write(folder: Path) -> dict[str, str]:
    folder.mkdir()
    blocks = dict(_BLOCK.findall(README.read_text("utf-8")))
    for name, text in blocks.items():
        (folder / name).write_text(text, "utf-8")
    return blocks


def test_the_example_tests_a_bot_in_ten_lines_and_sees_one_that_is_wrong(tmp_path: Path) -> None:
    right, wrong = tmp_path / "right", tmp_path / "wrong"
    blocks = write(right)
    bot = write(wrong)["greeter.py"]
    (wrong / "greeter.py").write_text(bot.replace("Hello {name}", "Hullo {name}"), "utf-8")

    with begin(right) as good, begin(wrong) as bad:
        said, complained = good.communicate(timeout=120)[0], bad.communicate(timeout=120)[0]

    assert (good.returncode, bad.returncode) == (0, 1), said + complained
    assert "1 passed" in said
    assert "Hullo Ann" in complained
    assert sum(1 for line in blocks["test_greeter.py"].splitlines() if line.strip()) == 10
