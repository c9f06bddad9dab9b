"""What the log never shows."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any, cast, get_args, get_origin

from pydantic import BaseModel, SecretStr

from bot.logs import Mask
from bot.section import secrets_of
from bot.settings import Settings


def filled(model: type[BaseModel], names: Iterator[str]) -> BaseModel:
    """These settings with a secret wherever their types have room for one, each of its own."""
    values: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        values[name] = _filled(field.annotation, field.default, names)
    return model.model_construct(**values)


def _filled(type_: Any, default: Any, names: Iterator[str]) -> Any:
    if type_ is SecretStr:
        return SecretStr(next(names))
    if isinstance(type_, type) and issubclass(type_, BaseModel):
        return filled(type_, names)
    if not _mentions_a_secret(type_):
        return default
    inner = [one for one in get_args(type_) if _mentions_a_secret(one)]
    origin: Any = get_origin(type_)
    if origin in (list, tuple, set, frozenset):
        return cast("Any", origin)([_filled(inner[0], None, names), _filled(inner[0], None, names)])
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"one": _filled(inner[0], None, names)}
    return _filled(inner[0], None, names)  # a union, or Annotated


def _mentions_a_secret(type_: Any) -> bool:
    if isinstance(type_, type) and issubclass(type_, BaseModel):
        return True
    return type_ is SecretStr or any(_mentions_a_secret(one) for one in get_args(type_))


def test_no_secret_of_the_settings_is_shown() -> None:
    given: list[str] = []
    names = (given.append(f"hush-{n}-") or f"hush-{n}-" for n in itertools.count())  # type: ignore[func-returns-value] # noted on the way
    settings = filled(Settings, names)

    line = Mask(secrets_of(settings))(None, "info", {"event": " ".join(given)})

    assert len(given) >= 4, "Discord's token, Stripe's key and two webhook secrets at least"
    assert line["event"] == " ".join(["***"] * len(given))


def test_secrets_are_found_in_lists_and_tables_of_sections() -> None:
    class Provider(BaseModel):
        key: SecretStr
        others: dict[str, list[SecretStr]] = {}

    class Payments(BaseModel):
        providers: dict[str, Provider]
        spare: tuple[Provider, ...] = ()
        name: str = "no secret"

    one = Provider(key=SecretStr("first"), others={"old": [SecretStr("second")]})
    payments = Payments(providers={"bank": one}, spare=(Provider(key=SecretStr("third")),))

    assert list(secrets_of(payments)) == ["first", "second", "third"]
