"""The arguments of `run_bot.py`."""

from __future__ import annotations

import argparse
from pathlib import Path


def parser() -> argparse.ArgumentParser:
    """The parser of all verbs and options."""
    parser = argparse.ArgumentParser(
        prog="run_bot.py",
        description="Lyceum: paid roles, courses, events and figures in Discord. Without a configuration it runs the demo community.",
    )
    parser.add_argument(
        "--check", action="store_true", help="look at everything that can be wrong, and say what to do"
    )
    parser.add_argument("--fresh", action="store_true", help="sandbox: forget the world and begin anew")
    parser.add_argument(
        "--empty", action="store_true", help="sandbox: a bare world instead of the demo community"
    )
    parser.add_argument("--clock", metavar="ISO", help="sandbox: the moment at which a new world starts")
    verbs = parser.add_subparsers(dest="verb")
    course = verbs.add_parser("course", help="courses on disk").add_subparsers(
        dest="course_verb", required=True
    )
    importing = course.add_parser("import", help="import a folder of Markdown (own form or mdBook)")
    importing.add_argument("path", type=Path)
    importing.add_argument("--guild", type=int, help="the server it belongs to, when Lyceum is in several")
    return parser
