"""Stopping by a signal, at any time, also during the start."""

from __future__ import annotations

import asyncio
import signal

from bot.errors import ConfigurationError


class Stop:
    """Whether Lyceum was asked to stop, and whether it is `ready`."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.ready = False

    def listen(self, *signals: signal.Signals) -> None:
        """From now on these signals ask Lyceum to stop; the current task is cancelled if it is still starting."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 # we run in one
        for number in signals:
            asyncio.get_running_loop().add_signal_handler(number, self._ask, task)

    def _ask(self, task: asyncio.Task[object]) -> None:
        """Set `asked` at the first signal; cancel the start if it is not finished."""
        if not self.asked.is_set():
            self.asked.set()
            if not self.ready:
                task.cancel()

    async def wait(self, gateway_lost: asyncio.Event) -> None:
        """Wait until asked to stop. ConfigurationError (75) when the connection to Discord ends for good first."""
        waits = [asyncio.create_task(event.wait()) for event in (self.asked, gateway_lost)]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        if not self.asked.is_set():
            raise ConfigurationError(
                "The connection to Discord ended and cannot be taken up again. The log says why; start Lyceum again.",
                exit_code=75,
            )
