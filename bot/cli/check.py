"""`run_bot.py --check`: run the doctor."""

from __future__ import annotations

from bot.demo import sandbox_process
from bot.discord import doctor
from bot.settings import Settings


async def check(settings: Settings) -> int:
    """Run the doctor, with the sandbox when nothing is configured; returns its exit code."""
    if not settings.sandboxed:
        return await doctor.check(settings)
    sandbox = sandbox_process.find_or_start(settings.folder, settings.sandbox.port, arguments=[])
    return await doctor.check(settings, sandbox.url)
