"""`python3 run_bot.py` on a bare machine: it prepares what it needs, once, and says plainly what it lacks."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from tests.environment.tiny_project import BARE_PYTHON, TinyProject

WITHOUT_ENSUREPIP = """\
import sys


class Without:
    def find_spec(self, name, path=None, target=None):
        if name == "ensurepip":
            raise ModuleNotFoundError("No module named 'ensurepip'", name=name)


sys.meta_path.insert(0, Without())
"""


def test_first_start_prepares_the_environment_and_keeps_the_arguments(
    first_start: tuple[TinyProject, subprocess.CompletedProcess[str]],
) -> None:
    project, done = first_start

    assert done.returncode == 0, done.stderr
    assert done.stdout == f"started 1.0 {project.venv} --fresh two words\n"
    assert "Installing packages ... 1/1 tiny" in done.stderr
    assert "The environment is ready." in done.stderr
    assert done.stderr.isascii()


def test_second_start_is_silent_and_quick(prepared: TinyProject) -> None:
    began = time.perf_counter()
    done = prepared.start(PIP_FIND_LINKS="/nonexistent")

    assert (done.stderr, done.returncode) == ("", 0)
    assert time.perf_counter() - began < 2


def test_new_lock_is_installed_into_the_same_environment(prepared: TinyProject) -> None:
    kept = prepared.site / "added-by-hand.txt"
    kept.touch()
    prepared.pin("2.0")

    done = prepared.start()

    assert done.stdout.startswith("started 2.0 "), done.stderr
    assert kept.exists()


def test_tests_add_their_tools_and_the_bot_then_starts_without_installing(prepared: TinyProject) -> None:
    tests = prepared.start("run_tests.py")
    bot = prepared.start("run_bot.py")

    assert tests.stdout.startswith("started 1.0 "), tests.stderr
    assert (bot.stderr, bot.returncode) == ("", 0)


def test_environment_made_by_another_tool_is_used_as_it_is(prepared: TinyProject) -> None:
    (prepared.venv / "lyceum-stamp").unlink()
    prepared.pin("2.0")  # pyproject.toml is content with 1.0, and so is the tool that made it

    done = prepared.start()

    assert done.stdout.startswith("started 1.0 ")
    assert done.stderr == ""


@pytest.mark.thorough
def test_environment_without_pip_gets_one_when_something_is_missing(prepared: TinyProject) -> None:
    for left in prepared.site.glob("pip*"):
        left.rename(prepared.root / left.name)
    (prepared.venv / "lyceum-stamp").unlink()
    (prepared.site / "tiny-1.0.dist-info").rename(prepared.root / "gone")
    kept = prepared.site / "added-by-hand.txt"
    kept.touch()

    done = prepared.start()

    assert done.stdout.startswith("started 1.0 "), done.stderr
    assert kept.exists()


def test_packages_deleted_by_hand_come_back(prepared: TinyProject) -> None:
    for left in prepared.site.glob("tiny*"):
        left.rename(prepared.root / left.name)

    done = prepared.start()

    assert done.stdout.startswith("started 1.0 "), done.stderr


def test_without_network_one_sentence_says_so_and_nothing_is_harmed(prepared: TinyProject) -> None:
    prepared.pin("2.0")
    nowhere = {"PIP_NO_INDEX": "", "PIP_FIND_LINKS": "", "PIP_INDEX_URL": "http://127.0.0.1:9/simple"}

    done = prepared.start(**nowhere, PIP_RETRIES="1")
    prepared.pin("1.0")
    again = prepared.start()

    assert done.returncode == 69
    assert "no package index answers" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert (again.stderr, again.returncode) == ("", 0)


def test_forged_package_is_refused(prepared: TinyProject) -> None:
    prepared.pin("2.0")
    with (prepared.root / "wheels" / "tiny-2.0-py3-none-any.whl").open("ab") as wheel:
        wheel.write(b"something else")

    done = prepared.start()

    assert done.returncode == 69
    assert "not the one that the lock file names" in done.stderr.splitlines()[-1]


def test_debian_without_python3_venv_is_told_what_to_install(fresh: TinyProject) -> None:
    (fresh.root / "sitecustomize.py").write_text(WITHOUT_ENSUREPIP)

    done = fresh.start(PYTHONPATH=str(fresh.root))

    assert done.returncode == 78
    assert "sudo apt install python3." in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_folder_of_somebody_else_is_left_alone(fresh: TinyProject, tmp_path: Path) -> None:
    diary = tmp_path / "mine" / "diary"
    diary.parent.mkdir()
    diary.write_text("dear diary")

    done = fresh.start(LYCEUM_VENV=str(diary.parent))

    assert done.returncode == 1
    assert "not a Python environment" in done.stderr
    assert diary.read_text() == "dear diary"


@pytest.mark.parametrize("place", ["a file", "/proc/nowhere"])
def test_place_that_cannot_be_an_environment_is_named(fresh: TinyProject, place: str) -> None:
    path = Path(place) if place.startswith("/") else fresh.root / place
    if not path.is_absolute() or path.is_relative_to(fresh.root):
        path.touch()

    done = fresh.start(LYCEUM_VENV=str(path))

    assert done.returncode == 1
    assert str(path) in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.thorough
@pytest.mark.parametrize(
    "harm", ["stamp says unfinished", "python dangles", "python is another", "pyvenv.cfg is gone"]
)
def test_broken_environment_is_made_anew(prepared: TinyProject, harm: str) -> None:
    python = prepared.venv / "bin" / "python"
    match harm:
        case "stamp says unfinished":
            (prepared.venv / "lyceum-stamp").write_text("unfinished")
        case "python dangles":
            python.unlink()
            python.symlink_to("/nonexistent/python")
        case "python is another":
            settings = (prepared.venv / "pyvenv.cfg").read_text().replace("version = 3.", "version = 3.9")
            (prepared.venv / "pyvenv.cfg").write_text(settings)
        case _:
            (prepared.venv / "pyvenv.cfg").unlink()

    done = prepared.start()
    again = prepared.start()

    assert done.stdout.startswith("started 1.0 "), done.stderr
    assert (again.stderr, again.returncode) == ("", 0)


@pytest.mark.thorough
@pytest.mark.parametrize("seconds", [0.3, 1.5, 3.0])
def test_start_killed_midway_is_made_good_by_the_next(fresh: TinyProject, seconds: float) -> None:
    with subprocess.Popen(
        [BARE_PYTHON, "run_bot.py"], cwd=fresh.root, env=fresh.environ(), stderr=subprocess.DEVNULL
    ) as killed:
        time.sleep(seconds)
        killed.kill()  # its pip lives on and must not be disturbed by the next start

    done = fresh.start()

    assert done.stdout.startswith("started 1.0 "), done.stderr


@pytest.mark.thorough
def test_two_first_starts_at_once_take_turns(fresh: TinyProject) -> None:
    starts = [
        subprocess.Popen(
            [BARE_PYTHON, "run_bot.py"],
            cwd=fresh.root,
            env=fresh.environ(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said = [start.communicate(timeout=120) for start in starts]

    assert [start.returncode for start in starts] == [0, 0]
    assert sum("Preparing" in errors for _, errors in said) == 1
    assert all(out.startswith("started 1.0 ") for out, _ in said)


@pytest.mark.thorough
def test_path_with_a_space_and_another_alphabet(fresh: TinyProject, tmp_path: Path) -> None:
    moved = TinyProject(fresh.root.rename(tmp_path / "学园 one"))

    done = moved.start()

    assert done.stdout.startswith("started 1.0 "), done.stderr
    assert os.fspath(moved.venv) in done.stdout
