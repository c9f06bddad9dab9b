"""`python -m tests.hygiene.skipped REPORT.xml...`: fails if a test was skipped that CI has all the means to run.

Tests skip where the folder named by LYCEUM_SHARED, a browser or git is missing. In CI nothing is missing, so a
skip there means that nobody looked. A reason that begins with "optional:" is let through.
"""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree


def skipped(report: str) -> list[str]:
    """Test and reason of each skip in pytest's JUnit report; expected failures are none."""
    found: list[str] = []
    for case in ElementTree.fromstring(report).iter("testcase"):  # noqa: S314 - pytest wrote it just now
        for skip in case.iter("skipped"):
            # A module that skips itself has its reason in the text and no type.
            reason = skip.get("message", "") if skip.get("type") else skip.text or ""
            if skip.get("type") != "pytest.xfail" and not reason.startswith("optional:"):
                found.append(f"{case.get('classname', '')}.{case.get('name', '')}: {reason}")
    return found


def ran(report: str) -> int:
    """How many tests the report holds."""
    return sum(1 for _ in ElementTree.fromstring(report).iter("testcase"))  # noqa: S314


def main(*reports: Path) -> int:
    """Print what was skipped; 1 if anything was, or if one of the runs had no test at all."""
    wrong = 0
    for report in reports:
        text = report.read_text("utf-8") or "<testsuites/>"  # pytest could not even begin
        for line in skipped(text):
            wrong += 1
            print(f"skipped, but must run here: {line}")
        if not ran(text):
            wrong += 1
            print(f"no test ran: {report.stem}")
    return 1 if wrong or not reports else 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
