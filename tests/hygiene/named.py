"""Every name that a person may meet: commands, settings, kinds of work, the doctor's findings."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from discord import app_commands
from discord.ext import commands

from bot.app import build
from bot.bootstrap.environment import ROOT
from bot.clock import SystemClock
from bot.db import Database
from bot.settings import Settings, load, settings_paths


def all_commands() -> list[str]:
    """Qualified names of all slash commands ("membership buy") and names of context menus, from the classes."""
    pages = [path.stem for path in (ROOT / "cogs").glob("*.py") if path.stem != "__init__"]
    return sorted({name for page in pages for name in _of_page(f"cogs.{page}")})


def all_settings() -> list[str]:
    """Dotted names."""
    return [dotted for dotted, _ in settings_paths(Settings)]


async def all_kinds_of_work(folder: Path) -> list[str]:
    """What the worker of a whole Lyceum has handlers for."""
    db = Database(folder / "lyceum.db")
    try:
        return sorted(build(load({"LYCEUM_DATA": str(folder)}, folder), db, SystemClock()).worker.handlers)
    finally:
        await db.close()


def all_findings() -> list[str]:
    """Ids of what the doctor can find ("no-server") and of what stops a piece of work until the owner acts."""
    said = {name for name in _strings("bot/discord/doctor.py") if re.fullmatch(r"[a-z]+(-[a-z]+)+", name)}
    raised = {name for file in (ROOT / "bot").glob("**/*.py") for name in _findings(file)}
    return sorted(said | raised)


def _findings(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        match node:
            case ast.Call(func=ast.Name("NeedsAction" | "Finding"), args=[ast.Constant(str(finding)), *_]):
                yield finding
            case _:
                pass


def _of_page(module: str) -> Iterator[str]:
    for value in vars(importlib.import_module(module)).values():
        if isinstance(value, type) and issubclass(value, commands.Cog) and value.__module__ == module:
            page: Any = value
            grouped = page.__cog_is_app_commands_group__
            prefix = f"{_plain(page.__cog_group_name__)} " if grouped else ""
            for command in page.__cog_app_commands__:
                yield from _leaves(prefix, command)
    for node in ast.walk(ast.parse((ROOT / f"{module.replace('.', '/')}.py").read_text("utf-8"))):
        match node:
            case ast.Call(func=ast.Attribute(attr="ContextMenu"), keywords=named):
                yield from (text for key in named if key.arg == "name" for text in _texts(key.value))
            case _:
                pass


def _leaves(prefix: str, command: Any) -> Iterator[str]:
    name = f"{prefix}{_plain(command.name)}"
    if isinstance(command, app_commands.Group):
        for inner in command.commands:
            yield from _leaves(f"{name} ", inner)
    else:
        yield name


def _plain(name: Any) -> str:
    return str(getattr(name, "message", name))


def _strings(file: str) -> Iterator[str]:
    yield from _texts(ast.parse((ROOT / file).read_text("utf-8")))


def _texts(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
