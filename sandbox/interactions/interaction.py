"""An interaction and its progress."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field, fields
from enum import IntEnum, StrEnum
from typing import Any

from sandbox.wire import Json


class Kind(IntEnum):
    """The kind of act that began an interaction."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class Callback(IntEnum):
    """The type of the application's first answer."""

    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


class State(StrEnum):
    """The state of an interaction as the person sees it."""

    ANSWERED = "answered"
    UPDATED = "updated"
    MODAL = "modal"
    THINKING = "thinking"
    NO_RESPONSE = "no_response"


@dataclass(kw_only=True)
class Interaction:
    """`shown` is the first visible answer: a message, but no deferred one that is still empty. Deadlines run on real time."""

    id: str
    token: str
    application_id: str
    kind: int
    user_id: str
    channel_id: str
    metadata: Json
    name: str | None = None  # of the command
    source: str | None = None  # the message whose component was used
    began: float = field(default_factory=time.time)
    expired: bool = False  # no answer came within the first deadline
    response: int | None = None
    original: str | None = None
    shown: str | None = None
    followups: list[str] = field(default_factory=list[str])
    modal: Json | None = None
    submitted: bool = False
    choices: list[Json] | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def settled(self) -> bool:
        """Is there an answer to see, or none to wait for?"""
        if self.response is None:
            return self.expired
        return bool(self.shown) or self.response not in (Callback.DEFERRED_MESSAGE, Callback.DEFERRED_UPDATE)

    @property
    def state(self) -> State:
        """The state that the person sees now."""
        if self.response is None:
            return State.NO_RESPONSE
        if self.response == Callback.MODAL:
            return State.MODAL
        if self.response in (Callback.UPDATE, Callback.DEFERRED_UPDATE):
            return State.UPDATED if self.shown in (None, self.source) else State.ANSWERED
        if self.response == Callback.DEFERRED_MESSAGE and not self.shown:
            return State.THINKING
        return State.ANSWERED

    def show(self, message_id: str) -> None:
        """Note a visible answer; the first one counts."""
        self.shown = self.shown or message_id
        self.changed.set()

    def as_json(self) -> Json:
        """The fields that are stored."""
        kept = [f.name for f in fields(self) if f.name != "changed"]
        return {name: getattr(self, name) for name in kept}

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Interaction:
        """The interaction from its stored fields."""
        return cls(**body)
