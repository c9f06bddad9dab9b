"""CI fails when a test that it could have run was skipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hygiene.skipped import main, skipped

pytest_plugins = ["pytester"]

STORY = """
import pytest

def test_runs(): pass

def test_real_data(): pytest.skip("needs the folder LYCEUM_SHARED")

def test_font(): pytest.skip("optional: no Chinese font is installed")

@pytest.mark.xfail(reason="known")
def test_known(): assert False
"""


MODULE = """
import pytest

pytest.skip("the whole module needs LYCEUM_SHARED", allow_module_level=True)
"""
EMPTY = "<testsuites><testsuite/></testsuites>"
GOOD = "<testsuites><testsuite><testcase classname='a' name='b'/></testsuite></testsuites>"


def test_skips_for_want_of_real_data_are_named(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function")
    pytester.makepyfile(test_story=STORY, test_module=MODULE)
    pytester.runpytest_inprocess("--junitxml=report.xml", "-p", "no:cacheprovider")
    report = pytester.path / "report.xml"

    whole, one = skipped(report.read_text("utf-8"))

    assert "test_module" in whole
    assert "the whole module needs LYCEUM_SHARED" in whole
    assert one.endswith("test_real_data: needs the folder LYCEUM_SHARED")
    assert main(report) == 1


def test_nothing_skipped_is_good(tmp_path: Path) -> None:
    (tmp_path / "report.xml").write_text(GOOD)

    assert main(tmp_path / "report.xml") == 0


def test_no_test_at_all_is_not_good(tmp_path: Path) -> None:
    (tmp_path / "report.xml").write_text(EMPTY)

    assert main(tmp_path / "report.xml") == 1
    assert main() == 1


@pytest.mark.parametrize("second", ["", EMPTY])
def test_one_good_run_of_two_is_not_good(tmp_path: Path, second: str) -> None:
    (tmp_path / "quick.xml").write_text(GOOD)
    (tmp_path / "thorough.xml").write_text(second)

    assert main(tmp_path / "quick.xml", tmp_path / "thorough.xml") == 1
