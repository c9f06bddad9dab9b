"""`run_bot.py course import PATH`: while Lyceum is not running, and refused while it is."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from bot.cli.course_import import import_from_disk
from bot.demo.people import words
from bot.errors import UserError
from sandbox.app import Sandbox
from tests.community import MONDAY, bot_in, settings
from tests.courses.packing import COURSE, packed


def on_disk(folder: Path) -> Path:
    """The small course as a folder."""
    made = folder / "knots"
    made.mkdir()
    for name, text in COURSE.items():
        (made / name).write_text(text, "utf-8")
    return made


async def test_a_folder_is_imported_and_found_after_the_start(tmp_path: Path) -> None:
    async with Sandbox(
        tmp_path / "sandbox", port=0, clock=datetime.fromisoformat(MONDAY), empty=False
    ) as world:
        async with bot_in(world.url, tmp_path):
            pass  # Lyceum was started once

        told = await import_from_disk(settings(tmp_path), on_disk(tmp_path), None)
        again = await import_from_disk(settings(tmp_path), on_disk_zip(tmp_path), None)

        assert (
            told == "Knots: The course is here. Members find it with /course browse. (2 lessons and 1 module)"
        )
        assert "Nothing to do" in again
        async with bot_in(world.url, tmp_path) as community:
            assert "Knots" in words((await community.slash("ann", "course browse"))["message"])


def on_disk_zip(folder: Path) -> Path:
    path = folder / "knots.zip"
    path.write_bytes(packed(COURSE))
    return path


async def test_while_lyceum_runs_it_says_what_to_do_instead(tmp_path: Path) -> None:
    async with (
        Sandbox(tmp_path / "sandbox", port=0, clock=datetime.fromisoformat(MONDAY), empty=False) as world,
        bot_in(world.url, tmp_path),
    ):
        with pytest.raises(UserError, match=r"Lyceum is running\. Import the course with /teach import"):
            await import_from_disk(settings(tmp_path), on_disk(tmp_path), None)


async def test_before_the_first_start_there_is_no_community(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="Start Lyceum once"):
        await import_from_disk(settings(tmp_path), on_disk(tmp_path), None)


async def test_with_discord_the_server_must_be_known_or_named(tmp_path: Path) -> None:
    live = settings(tmp_path, DISCORD__TOKEN="x")
    made = on_disk(tmp_path)

    with pytest.raises(UserError, match="No server is known here yet"):
        await import_from_disk(live, made, None)
    assert "The course is here" in await import_from_disk(live, made, 77)
    assert "Nothing to do" in await import_from_disk(live, made, None)  # one server: known from now on
    assert "The course is here" in await import_from_disk(live, made, 78)
    with pytest.raises(UserError, match="several servers: 77, 78"):
        await import_from_disk(live, made, None)


async def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is not there"):
        await import_from_disk(settings(tmp_path), tmp_path / "gone", None)
