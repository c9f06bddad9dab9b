"""Reading JSON from outside so that nothing but what we expect comes through (reliability.md, E13)."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any, NoReturn

from bot.money import Money
from bot.payments.port import InvalidWebhook

LARGEST_AMOUNT = 10**12
LARGEST_ID = 2**63 - 1
_NAME = re.compile(r"[A-Za-z0-9._:-]{1,120}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_NUMBER = re.compile(r"[1-9][0-9]{0,18}")

Object = dict[str, Any]


def read(body: bytes, *, fractions: bool = False) -> Object:
    """The JSON object in `body`. No floats, NaN, doubled keys, lone surrogates or bottomless nesting.

    With `fractions`, numbers such as a tax rate of 19.0 may stand in it; they are read as nothing.
    """
    try:
        found = json.loads(
            body.decode("utf-8"),
            parse_float=_nothing if fractions else _refuse,
            parse_constant=_refuse,
            object_pairs_hook=_without_doubles,
        )
    except (ValueError, RecursionError) as error:
        raise InvalidWebhook("not the JSON we expect") from error
    if type(found) is not dict:
        raise InvalidWebhook("not an object")
    return found  # pyright: ignore[reportUnknownVariableType]


def part(found: Object, key: str) -> Object:
    """The object under `key`."""
    value = found.get(key)
    if type(value) is not dict:
        raise InvalidWebhook(f"{key} is not an object")
    return value  # pyright: ignore[reportUnknownVariableType]


def name(found: Object, key: str) -> str:
    """A provider's id or kind: 1 to 120 plain characters."""
    value = found.get(key)
    if type(value) is not str or not _NAME.fullmatch(value):
        raise InvalidWebhook(f"{key} is not a name")
    return value


def money(found: Object) -> Money:
    """`amount`, an integer above zero (never 500.0, "500" or True), and `currency`, three capital letters."""
    amount, currency = found.get("amount"), found.get("currency")
    if type(amount) is not int or not 0 < amount <= LARGEST_AMOUNT:
        raise InvalidWebhook("amount is not an amount")
    if type(currency) is not str or not _CURRENCY.fullmatch(currency):
        raise InvalidWebhook("currency is not a currency")
    return Money(amount, currency)


def moment(found: Object, key: str) -> datetime:
    """An ISO 8601 time with its zone."""
    try:
        value = datetime.fromisoformat(found.get(key, ""))
        if value.tzinfo is not None:
            return value.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        pass
    raise InvalidWebhook(f"{key} is not a time")


def ids(found: Object, key: str) -> tuple[int, int]:
    """Our reference "guild-order" as the two ids."""
    guild, _, order = name(found, key).partition("-")
    if not (
        _NUMBER.fullmatch(guild)
        and _NUMBER.fullmatch(order)
        and int(guild) <= LARGEST_ID
        and int(order) <= LARGEST_ID
    ):
        raise InvalidWebhook(f"{key} is not a reference of ours")
    return int(guild), int(order)


def _nothing(_: str) -> None:
    return None


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text[:20]} is no number of ours")


def _without_doubles(pairs: list[tuple[str, Any]]) -> Object:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key came twice")
    return found
