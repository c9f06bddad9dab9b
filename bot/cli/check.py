"""`run_bot.py --check`: look at everything that can be wrong, and say what to do."""

from __future__ import annotations

from bot.demo import sandbox_process
from bot.discord import doctor
from bot.settings import Settings


async def check(settings: Settings) -> int:
    """Ask the doctor, about the sandbox when nothing is configured; returns its exit code."""
    if not settings.sandboxed:
        return await doctor.check(settings)
    there = sandbox_process.find_or_start(settings.folder, settings.sandbox.port, arguments=[])
    return await doctor.check(settings, there.url)
