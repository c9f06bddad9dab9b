"""A drawing library may be missing: on small machines people do not install the large ones."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from bot.errors import UserError

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class PictureUnavailable(UserError):
    """The picture cannot be drawn on this machine; the sentence says what to install.

    A card with more than the picture shows the sentence in the picture's place.
    """


def needs(library: str) -> Callable[[Callable[Arguments, Result]], Callable[Arguments, Result]]:
    """Mark a function that imports this library: it raises PictureUnavailable where the import fails."""

    def marked(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
        @functools.wraps(function)
        def call(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
            try:
                return function(*args, **kwargs)
            except ImportError as error:
                raise unavailable(library) from error

        return call

    return marked


def unavailable(library: str) -> PictureUnavailable:
    """What to raise when the library cannot be imported."""
    return PictureUnavailable(
        "The picture cannot be drawn: the Python package {library} is missing on Lyceum's machine. "
        "Install it there and restart Lyceum.",
        library=library,
    )
