"""Whether an environment will do is decided by names of files alone, in milliseconds."""

from __future__ import annotations

import ast
import sys
import time
from pathlib import Path

import pytest

from bot.bootstrap import environment

RUN, DEV = "requirements.lock", "requirements-dev.lock"
HERE = sys.version_info[:2]


def lay_down(folder: Path, lock: str, *, stamp: str = "", version: tuple[int, int] = HERE) -> Path:
    """An environment that has every package of `lock` by name, and none of their content."""
    site = folder / "lib" / f"python{version[0]}.{version[1]}" / "site-packages"
    site.mkdir(parents=True)
    for name, release in environment.pinned_packages(lock).items():
        (site / f"{name.replace('-', '_')}-{release}.dist-info").mkdir()
    (folder / "bin").mkdir()
    (folder / "bin" / "python").symlink_to(sys.executable)
    (folder / "pyvenv.cfg").write_text(f"home = /usr/bin\nversion = {version[0]}.{version[1]}.7\n")
    if stamp:
        (folder / environment.STAMP).write_text(stamp + "\n")
    return folder


@pytest.mark.parametrize("os_name, version", [("posix", (3, 8)), ("posix", (3, 10)), ("nt", (3, 12))])
def test_what_can_never_run_gets_one_sentence(os_name: str, version: tuple[int, int]) -> None:
    sentence = environment.refusal(version, os_name)

    assert sentence
    assert ("WSL" in sentence) == (os_name == "nt")
    assert (f"this is 3.{version[1]}" in sentence) == (os_name == "posix")


def test_python_3_11_and_newer_are_welcome() -> None:
    assert [environment.refusal((3, minor), "posix") for minor in (11, 12, 13, 14)] == [None] * 4


@pytest.mark.parametrize(
    "file",
    [
        "bot/bootstrap/environment.py",
        "bot/bootstrap/launch.py",
        "bot/bootstrap/__init__.py",
        "bot/__init__.py",
        "tests/__init__.py",
        "tests/__main__.py",
    ],
)
def test_an_old_python_can_read_what_it_needs_to_be_told_its_age(file: str) -> None:
    source = (environment.ROOT / file).read_text("utf-8")

    ast.parse(source, feature_version=(3, 8))


def test_run_bot_asks_for_its_environment_before_it_imports_anything_new() -> None:
    source = (environment.ROOT / "run_bot.py").read_text("utf-8")

    modules = [name for node in ast.parse(source).body if (name := _module(node))]

    assert set(modules[: modules.index("bot.bootstrap.launch")]) <= {"__future__", "sys", "time"}
    ast.parse(source, feature_version=(3, 8))


def _module(node: ast.stmt) -> str:
    match node:
        case ast.ImportFrom(module=str(name)):
            return name
        case ast.Import(names=[ast.alias(name=name), *_]):
            return name
        case _:
            return ""


@pytest.mark.parametrize(
    "laid, asked, expected", [(RUN, RUN, True), (DEV, RUN, True), (DEV, DEV, True), (RUN, DEV, False)]
)
def test_the_tests_environment_serves_the_bot_too(
    tmp_path: Path, laid: str, asked: str, expected: bool
) -> None:
    folder = lay_down(tmp_path / "env", laid, stamp=environment.stamp_text(laid, HERE))

    assert environment.is_complete(folder, asked) is expected


def test_changed_lock_counts_even_if_pyproject_is_content(tmp_path: Path) -> None:
    folder = lay_down(tmp_path / "env", RUN, stamp=f"{RUN} {'0' * 64} {HERE[0]}.{HERE[1]}")

    assert not environment.is_complete(folder, RUN)


def test_under_uv_pyproject_is_what_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = lay_down(tmp_path / "env", RUN, stamp=f"{RUN} {'0' * 64} {HERE[0]}.{HERE[1]}")
    monkeypatch.setenv("UV_RUN_RECURSION_DEPTH", "1")

    assert environment.is_complete(folder, RUN)


def test_other_python_in_the_same_folder_does_not_do(tmp_path: Path) -> None:
    folder = lay_down(tmp_path / "env", RUN, stamp=environment.stamp_text(RUN, HERE))

    assert not environment.is_complete(folder, RUN, (HERE[0], HERE[1] + 1))


def test_python_that_is_too_old_does_not_do(tmp_path: Path) -> None:
    folder = lay_down(tmp_path / "env", RUN, version=(3, 9))

    assert not environment.is_complete(folder, RUN)


def test_half_made_environment_does_not_do(tmp_path: Path) -> None:
    folder = lay_down(tmp_path / "env", RUN, stamp=environment.UNFINISHED)

    assert not environment.is_complete(folder, RUN)


def test_missing_package_does_not_do(tmp_path: Path) -> None:
    folder = lay_down(tmp_path / "env", RUN, stamp=environment.stamp_text(RUN, HERE))
    next(folder.glob("lib/*/site-packages/aiohttp-*")).rmdir()

    assert not environment.is_complete(folder, RUN)


@pytest.mark.parametrize(
    "have, wanted, expected",
    [
        ("2.7.1", "discord.py>=2.7.1,<2.8", True),
        ("2.8.0", "discord.py>=2.7.1,<2.8", False),
        ("2.10", "discord.py>=2.9", True),
        ("2.8rc1", "discord.py<2.8", False),
        ("1", "discord.py", True),
        ("1", "something-else", False),
    ],
)
def test_versions_are_compared_as_numbers(have: str, wanted: str, expected: bool) -> None:
    assert environment._meets({"discord-py": have}, wanted) is expected


def test_a_good_environment_is_seen_in_milliseconds(tmp_path: Path) -> None:
    folder = lay_down(tmp_path / "env", DEV, stamp=environment.stamp_text(DEV, HERE))

    took: list[float] = []
    for _ in range(5):
        began = time.perf_counter()
        assert environment.is_complete(folder, RUN)
        took.append(time.perf_counter() - began)

    assert min(took) < 0.03
