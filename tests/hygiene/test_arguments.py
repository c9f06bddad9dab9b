"""Nobody has to count arguments: what takes many is given them by name."""

from __future__ import annotations

import pytest

from tests.hygiene.arguments import long_calls, long_signatures, sources
from tests.hygiene.tree import place, text_of

MANY = "a: int; b: int; c: int; d: int; e: int; f: int; g: int"


def test_no_call_gives_many_arguments_by_position() -> None:
    assert [(place(file), *call) for file in sources() for call in long_calls(text_of(file))] == []


def test_what_takes_many_arguments_takes_them_by_name() -> None:
    found = [(place(file), *taker) for file in sources() for taker in long_signatures(text_of(file))]

    assert found == []


@pytest.mark.parametrize(
    "call, found",
    [
        ("book(1, 2, 3, 4, 5, 6, 7)", 0),
        ("book(1, 2, 3, 4, 5, 6, 7, 8)", 1),
        ("shop.book(1, 2, 3, 4, 5, 6, 7, 8)", 1),
        ("book(a=1, b=2, c=3, d=4, e=5, f=6, g=7, h=8)", 0),
        ("sa.select(1, 2, 3, 4, 5, 6, 7, 8)", 0),
    ],
)
def test_control_a_long_call_is_seen(call: str, found: int) -> None:
    assert len(list(long_calls(call))) == found


@pytest.mark.parametrize(
    "code, found",
    [
        (f"@dataclass(frozen=True)\nclass Order: {MANY}", 1),
        (f"@dataclass\nclass Order: {MANY}", 1),
        (f"@dataclass(frozen=True, kw_only=True)\nclass Order: {MANY}", 0),
        (f"class Columns: {MANY}", 0),
        ("class Shop:\n def __init__(self, a, b, c, d, e, f): ...", 0),
        ("class Shop:\n def __init__(self, a, b, c, d, e, f, g): ...", 1),
        ("class Shop:\n def __init__(self, *, a, b, c, d, e, f, g): ...", 0),
        ("@app_commands.command(name='edit')\nasync def edit(self, a, b, c, d, e, f, g): ...", 0),
    ],
)
def test_control_a_long_signature_is_seen(code: str, found: int) -> None:
    assert len(list(long_signatures(code))) == found
