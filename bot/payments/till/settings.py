"""`[payments.till]`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bot.section import Section


class TillSettings(Section):
    """The embedded till. It moves play money."""

    enabled: bool = True
    play_money: bool = False
    deliveries: Annotated[int, Field(ge=0, le=10)] = 1
    delay: Annotated[float, Field(ge=0, le=3600)] = 0.0
