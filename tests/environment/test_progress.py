"""What a person sees while packages are installed, from what pip really says."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest

from bot.bootstrap.progress import PipOutput, Progress, explain

PIP = """\
Ignoring audioop-lts: markers 'python_full_version >= "3.13"' don't match your environment
Collecting aiohttp==3.14.5 (from -r requirements.lock (line 4))
  Using cached aiohttp-3.14.5-cp311-cp311-manylinux_2_17_x86_64.whl (1.7 MB)
Requirement already satisfied: discord-py==2.7.1 in ./.venv/lib/python3.11/site-packages (from -r one.lock)
Collecting babel==2.18.0 (from -r requirements.lock (line 210))
Installing collected packages: babel, aiohttp
Successfully installed aiohttp-3.14.5 babel-2.18.0
""".splitlines()

RETRY = (
    "WARNING: Retrying (Retry(total=4, connect=None, read=None, redirect=None, status=None)) after "
    "connection broken by 'NewConnectionError('<HTTPConnection object>: Failed to establish a new connection: "
    "[Errno 111] Connection refused')': /simple/aiohappyeyeballs/"
)
NOT_FOUND = "ERROR: No matching distribution found for aiohappyeyeballs==2.7.1"


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def hear(progress: Progress, lines: Sequence[str], installed: Sequence[str] = ()) -> None:
    talk = PipOutput(total=4)
    for line in lines:
        talk.hear(line)
        if step := talk.step(installed):
            progress.step(step)


def test_log_file_gets_a_few_plain_lines() -> None:
    stream = io.StringIO()

    hear(Progress(stream, every=2), PIP)

    assert stream.getvalue().splitlines() == [
        "Installing packages ... 1/3 aiohttp",
        "Installing packages ... 2/3 discord-py",
        "Unpacking packages ... 0/2",
    ]


def test_terminal_gets_one_line_that_moves() -> None:
    stream = Terminal()
    progress = Progress(stream)

    hear(progress, PIP, installed=["babel"])
    progress.say("Ready.")

    moving, _, rest = stream.getvalue().partition("\n")
    seen = [text.rstrip() for text in moving.split("\r")]
    assert seen[-1] == "Unpacking packages ... 1/2"
    assert "Installing packages ... 2/3 discord-py" in seen
    assert rest == "Ready.\n"


def test_silent_index_is_told_while_waiting() -> None:
    stream = io.StringIO()

    hear(Progress(stream), [RETRY, RETRY])

    assert stream.getvalue() == "The package index does not answer, trying again ...\n"


@pytest.mark.parametrize(
    "lines, word",
    [
        ([RETRY, NOT_FOUND], "no package index answers"),
        ([NOT_FOUND], "has no aiohappyeyeballs==2.7.1"),
        (
            ["ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE."],
            "not the one that the lock",
        ),
        (
            ["ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"],
            "disk is full",
        ),
        ([RETRY.replace("NewConnectionError", "SSLError"), NOT_FOUND], "certificate"),
        ([RETRY.replace("NewConnectionError", "ProxyError"), NOT_FOUND], "proxy"),
    ],
)
def test_failure_is_explained_in_one_sentence(lines: list[str], word: str) -> None:
    sentence = explain(lines)

    assert sentence
    assert word in sentence
    assert "start again" in sentence
    assert "\n" not in sentence


def test_failure_of_unknown_kind_is_not_guessed_at() -> None:
    assert explain(["ERROR: Failed building wheel for greenlet"]) is None
