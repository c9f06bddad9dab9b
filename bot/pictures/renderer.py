"""Draws outside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Renderer:
    """Draws in a thread, one picture at a time: matplotlib's fonts are shared and not thread-safe."""

    def __init__(self) -> None:
        self._drawing = asyncio.Lock()

    async def png(self, draw: Callable[[], bytes]) -> bytes:
        """The picture that the blocking function `draw` returns. Raises PictureUnavailable as it does."""
        async with self._drawing:
            return await asyncio.to_thread(draw)
