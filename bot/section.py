"""The base of settings sections, shared by `bot/settings.py` and packages with sections of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

from pydantic import BaseModel, ConfigDict, SecretStr


class Section(BaseModel):
    """A part of the settings; a misspelt key is an error."""

    model_config = ConfigDict(extra="forbid")


def secrets_of(part: object) -> Iterator[str]:
    """The value of every SecretStr in the settings or in a part of them, in lists too; empty ones are left out."""
    if isinstance(part, SecretStr):
        if part.get_secret_value():
            yield part.get_secret_value()
        return
    inner: Iterable[object] = ()
    if isinstance(part, BaseModel):
        inner = [getattr(part, name) for name in type(part).model_fields]
    elif isinstance(part, dict):
        inner = cast("dict[object, object]", part).values()
    elif isinstance(part, list | tuple | set | frozenset):
        inner = cast("Iterable[object]", part)
    for value in inner:
        yield from secrets_of(value)
