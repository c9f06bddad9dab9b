"""Cards that are longer than a message: every page fits, and nothing is lost."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards import (
    COMPONENT_LIMIT,
    TEXT_LIMIT,
    Attachment,
    Block,
    Button,
    Card,
    Divider,
    Line,
    Picture,
    Row,
    Select,
    Text,
    Turn,
    card,
    size,
)
from bot.discord.components import view
from bot.paging import ELLIPSIS, cut, fit, total

DISCORDS_BYTES = 10_170
"""discord-api-docs issue 8554: more than that is answered with 500."""


def turn(page: int) -> Turn:
    return Turn(
        page, lambda to: f"some.page:{to}", "Back", "Next", lambda number, pages: f"{number + 1}/{pages}"
    )


def drawn(shown: Card) -> tuple[int, int, int]:
    """(components, characters, bytes) of the message as discord.py sends it."""
    components = characters = bytes_ = 0

    def walk(items: list[dict[str, Any]]) -> None:
        nonlocal components, characters, bytes_
        for item in items:
            components += 1
            bytes_ += 12
            for key in ("content", "label", "custom_id", "url"):
                bytes_ += len(str(item.get(key) or "").encode())
            characters += size(str(item.get("content") or ""))
            walk(item.get("components") or [])
            if item.get("accessory"):
                walk([item["accessory"]])

    walk(view(shown, {}).to_components())  # type: ignore[no-untyped-call] # discord.py's own
    return components, characters, bytes_


LETTERS = st.sampled_from(["a", "界", "🎓", "\\*", " ", "\n", "word "])


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Texts of every length that hold more than space."""
    letters = st.lists(LETTERS, min_size=1, max_size=8).filter(lambda some: bool("".join(some).strip()))
    return draw(st.sampled_from(["", "# ", "x"])) + "".join(draw(letters)) * draw(st.integers(1, 500))


TEXTS = texts()


@st.composite
def cards(draw: st.DrawFn) -> list[Block]:
    """Blocks of every kind in any order."""
    blocks: list[Block] = []
    for number in range(draw(st.integers(1, 12))):
        button = Button(draw(st.sampled_from(["Buy", "购买" * 30])), f"some.thing:{number}")
        rows = tuple(Button("Buy", f"some.row:{number}.{place}") for place in range(draw(st.integers(1, 5))))
        blocks.append(
            draw(
                st.one_of(
                    st.builds(Text, TEXTS),
                    st.builds(Line, TEXTS, st.just(button)),
                    st.just(Row(rows)),
                    st.just(Divider()),
                )
            )
        )
    return blocks


@settings(max_examples=15, deadline=None)
@given(cards())
def test_every_page_fits_into_a_message(blocks: list[Block]) -> None:
    for page in range(len(cut(blocks))):
        components, characters, bytes_ = drawn(fit(Card(tuple(blocks), turn=turn(page))))
        assert components <= COMPONENT_LIMIT
        assert characters <= TEXT_LIMIT
        assert bytes_ <= DISCORDS_BYTES


@settings(max_examples=15, deadline=None)
@given(cards())
def test_no_button_and_no_page_is_lost(blocks: list[Block]) -> None:
    shown = [block for page in cut(blocks) for block in page]

    def buttons(of: list[Block]) -> list[Button]:
        return [
            button
            for block in of
            for button in (
                block.buttons if isinstance(block, Row) else [block.button] if isinstance(block, Line) else []
            )
        ]

    assert buttons(shown) == buttons(blocks)


def test_lines_are_cut_between_pages_and_none_is_lost() -> None:
    lines = [f"- line {number} " + "界" * 40 for number in range(300)]

    pages = cut(card("## All of them", "\n".join(lines)).blocks)

    assert len(pages) > 2
    assert all(page[0] == Text("## All of them") for page in pages)
    shown = [
        line
        for page in pages
        for block in page[1:]
        if isinstance(block, Text)
        for line in block.text.split("\n")
    ]
    assert shown == lines


def test_buttons_stay_with_what_they_are_about() -> None:
    blocks = [
        part
        for number in range(40)
        for part in (f"**Plan {number}**", Row((Button("Buy", f"some.buy:{number}"),)))
    ]

    for page in cut(card("## Shop", *blocks).blocks):
        kinds = [type(block) for block in page[1:]]
        assert kinds == [Text, Row] * (len(kinds) // 2)


def test_a_card_that_fits_has_no_pages() -> None:
    short = card("## Title", "text", turn=turn(3))
    assert fit(short) == card("## Title", "text")


def test_a_page_that_does_not_exist_becomes_the_nearest() -> None:
    long = "\n".join(f"line {number}" for number in range(2000))
    last = len(cut(card(long).blocks)) - 1
    for asked, shown in ((-1, 0), (99, last)):
        *_, place, row = fit(card(long, turn=turn(asked))).blocks
        assert place == Text(f"{shown + 1}/{last + 1}")
        assert isinstance(row, Row)
        assert [button.disabled for button in row.buttons] == [shown == 0, shown == last]


def test_a_long_card_without_a_turn_is_sent_without_its_end() -> None:
    shown = fit(card("x" * 5000))
    assert shown.blocks[-1] == Text(ELLIPSIS)
    assert total(shown.blocks).characters < TEXT_LIMIT


def test_a_cut_never_leaves_half_an_escape() -> None:
    [page, *_] = cut(card("\\*" * 5000).blocks)
    assert isinstance(page[0], Text)
    assert page[0].text.removesuffix(ELLIPSIS).count("\\") * 2 == len(page[0].text.removesuffix(ELLIPSIS))


def test_pictures_files_and_lists_are_counted_too() -> None:
    blocks = (
        Text("look"),
        Picture("a.png", b"", "what it shows"),
        Attachment("b.csv", b""),
        Select("pick.one", "Which?", ()),
    )
    assert total(blocks).components == 5
