"""Being asked to stop: at any time, the start included."""

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
        """From here on these signals ask the running task to stop."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 # we run in one
        for number in signals:
            asyncio.get_running_loop().add_signal_handler(number, self._ask, task)

    def _ask(self, task: asyncio.Task[object]) -> None:
        """The first time, let everything end in order; before we are ready, give the start up."""
        if not self.asked.is_set():
            self.asked.set()
            if not self.ready:
                task.cancel()

    async def wait(self, deaf: asyncio.Event) -> None:
        """Wait to be asked. ConfigurationError (75) when Discord's connection ended for good meanwhile."""
        waits = [asyncio.create_task(event.wait()) for event in (self.asked, deaf)]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        if not self.asked.is_set():
            raise ConfigurationError(
                "The connection to Discord ended and cannot be taken up again. The log says why; start Lyceum again.",
                exit_code=75,
            )
