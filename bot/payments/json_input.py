"""Reading JSON from outside strictly: every value is of the expected type, form and size, or InvalidWebhook is raised."""

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
    """The JSON object in `body`, without floats, NaN, duplicate keys, lone surrogates or endless nesting.

    With `fractions`, numbers such as a tax rate of 19.0 are allowed and read as None.
    """
    try:
        parsed = json.loads(
            body.decode("utf-8"),
            parse_float=_drop if fractions else _refuse,
            parse_constant=_refuse,
            object_pairs_hook=_without_duplicates,
        )
    except (ValueError, RecursionError) as error:
        raise InvalidWebhook("not the JSON we expect") from error
    if type(parsed) is not dict:
        raise InvalidWebhook("not an object")
    return parsed  # pyright: ignore[reportUnknownVariableType]


def part(source: Object, key: str) -> Object:
    """The object under `key`."""
    value = source.get(key)
    if type(value) is not dict:
        raise InvalidWebhook(f"{key} is not an object")
    return value  # pyright: ignore[reportUnknownVariableType]


def name(source: Object, key: str) -> str:
    """A provider's id or kind: 1 to 120 plain characters."""
    value = source.get(key)
    if type(value) is not str or not _NAME.fullmatch(value):
        raise InvalidWebhook(f"{key} is not a name")
    return value


def money(source: Object) -> Money:
    """`amount`, an integer above zero (never 500.0, "500" or True), and `currency`, three capital letters."""
    amount, currency = source.get("amount"), source.get("currency")
    if type(amount) is not int or not 0 < amount <= LARGEST_AMOUNT:
        raise InvalidWebhook("amount is not an amount")
    if type(currency) is not str or not _CURRENCY.fullmatch(currency):
        raise InvalidWebhook("currency is not a currency")
    return Money(amount, currency)


def moment(source: Object, key: str) -> datetime:
    """An ISO 8601 time with its zone."""
    try:
        value = datetime.fromisoformat(source.get(key, ""))
        if value.tzinfo is not None:
            return value.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        pass
    raise InvalidWebhook(f"{key} is not a time")


def ids(source: Object, key: str) -> tuple[int, int]:
    """Our reference "guild-order" as the two ids."""
    guild, _, order = name(source, key).partition("-")
    if not (
        _NUMBER.fullmatch(guild)
        and _NUMBER.fullmatch(order)
        and int(guild) <= LARGEST_ID
        and int(order) <= LARGEST_ID
    ):
        raise InvalidWebhook(f"{key} is not a reference of ours")
    return int(guild), int(order)


def _drop(_: str) -> None:
    return None


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text[:20]} is no number of ours")


def _without_duplicates(pairs: list[tuple[str, Any]]) -> Object:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key came twice")
    return result
