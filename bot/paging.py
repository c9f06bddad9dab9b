"""Cards longer than a message: cut into pages, with *Back* and *Next*.

Whatever grows with data is put on its card whole, with a `Turn`; drawing shows the page that fits. A card without a
turn that is too long (a defect, or a direct message, in which no button of ours works) loses its end and not its sending.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.cards import (
    BYTE_LIMIT,
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
    size,
)
from bot.i18n import Language

LONGEST_HEADING = 300
"""A heading up to this length is repeated on each page."""
ELLIPSIS = "…"


def turning(t: Language, page: int, action: Callable[[int], str]) -> Turn:
    """The pages of a card in this language; `action(page)` is what a button to that page asks for."""
    return Turn(
        page=page,
        action=action,
        back=t("Back"),
        ahead=t("Next"),
        place=lambda number, pages: t("-# Page {page} of {pages}", page=number + 1, pages=pages),
    )


@dataclass(frozen=True)
class Weight:
    """What blocks take of a message: components, characters of text, bytes."""

    components: int = 0
    characters: int = 0
    bytes: int = 0

    def __add__(self, other: Weight) -> Weight:
        return Weight(
            self.components + other.components,
            self.characters + other.characters,
            self.bytes + other.bytes,
        )

    def within(self, limit: Weight) -> bool:
        """Is there room for this within `limit`?"""
        return (
            self.components <= limit.components
            and self.characters <= limit.characters
            and self.bytes <= limit.bytes
        )


def less(room: Weight, taken: Weight) -> Weight:
    """What is left of `room`."""
    return Weight(
        room.components - taken.components, room.characters - taken.characters, room.bytes - taken.bytes
    )


MESSAGE = Weight(COMPONENT_LIMIT - 1, TEXT_LIMIT, BYTE_LIMIT)
"""A message, without the container around the blocks."""
PAGE = Weight(COMPONENT_LIMIT - 5, TEXT_LIMIT - 200, BYTE_LIMIT - 600)
"""A page of several: its place, a row and two buttons stand on it too."""


def weight(block: Block) -> Weight:
    """What a block takes. Labels count as text too: the stricter of two ways to count."""
    match block:
        case Text(text):
            return _words(text)
        case Line(text, button):
            return Weight(1) + _words(text) + _button(button)
        case Row(buttons):
            return sum(map(_button, buttons), Weight(1, 0, OVERHEAD))
        case Select(action, placeholder, options):
            told = [placeholder, *(f"{one.label}{one.value}{one.description or ''}" for one in options)]
            return Weight(2, size(placeholder), len((action + "".join(told)).encode()) + OVERHEAD)
        case Picture(name, _, alt):
            return Weight(1, 0, len((name + alt).encode()) + OVERHEAD)
        case Attachment(name, _):
            return Weight(1, 0, len(name.encode()) + OVERHEAD)
        case Divider():
            return Weight(1, 0, OVERHEAD)


OVERHEAD = 12
"""Bytes that every component takes besides its words (discord-api-docs issue 8554)."""


def _words(text: str) -> Weight:
    return Weight(1, size(text), len(text.encode()) + OVERHEAD)


def _button(button: Button) -> Weight:
    label, target = button.label[:80], button.url or button.action or ""
    return Weight(1, size(label), len((label + target).encode()) + OVERHEAD)


def fit(card: Card) -> Card:
    """The card itself if it fits into a message, else the page of it that its turn names."""
    if total(card.blocks).within(MESSAGE):
        return replace(card, turn=None) if card.turn else card
    turn = card.turn
    if turn is None:
        return Card(_without_end(card.blocks), card.accent)
    pages = cut(card.blocks)
    page = max(0, min(turn.page, len(pages) - 1))
    buttons = (
        Button(turn.back, turn.action(page - 1), disabled=page == 0),
        Button(turn.ahead, turn.action(page + 1), disabled=page == len(pages) - 1),
    )
    return Card((*pages[page], Text(turn.place(page, len(pages))), Row(buttons)), card.accent)


def _without_end(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The first page of a card that cannot be turned, with the buttons at its end."""
    count = len(blocks)
    while count and isinstance(blocks[count - 1], Row):
        count -= 1
    buttons = blocks[count:]
    return (*cut(blocks[:count], less(PAGE, total(buttons)))[0], Text(ELLIPSIS), *buttons)


def total(blocks: Sequence[Block]) -> Weight:
    """What all these blocks take."""
    return sum(map(weight, blocks), Weight())


def fitting(blocks: Sequence[Block], room: Weight) -> int:
    """How many of the first blocks have room there; at least one."""
    taken = Weight()
    for count, block in enumerate(blocks):
        taken += weight(block)
        if not taken.within(room):
            return max(1, count)
    return len(blocks)


def cut(blocks: Sequence[Block], room: Weight = PAGE) -> list[tuple[Block, ...]]:
    """The blocks on pages. Buttons and pictures stay with the text before them; a heading stands on each page."""
    heading = _heading(blocks)
    if heading is not None:
        blocks = blocks[1:]
        room = less(room, weight(heading))
    pages: list[list[Block]] = [[]]
    for unit in _units(blocks, room):
        if pages[-1] and not total([*pages[-1], *unit]).within(room):
            pages.append([])
        pages[-1] += unit
    whole = [_without_edges(page) for page in pages]
    first: tuple[Block, ...] = () if heading is None else (heading,)
    return [(*first, *page) for page in whole if page]


def _heading(blocks: Sequence[Block]) -> Text | None:
    """The heading of the whole card: the first block, if it is one, and there is no other."""
    headings = [block for block in blocks if isinstance(block, Text) and _is_heading(block)]
    return headings[0] if len(headings) == 1 and blocks[0] is headings[0] else None


def _is_heading(block: Block) -> bool:
    return (
        isinstance(block, Text)
        and block.text.startswith("#")
        and "\n" not in block.text
        and size(block.text) <= LONGEST_HEADING
    )


def _units(blocks: Sequence[Block], room: Weight) -> Iterator[list[Block]]:
    """Blocks that stay together, each unit within `room`: a heading with what follows, buttons with what they are about."""
    unit: list[Block] = []
    for block in _small(blocks, room):
        apart = isinstance(block, Text | Line | Divider) and not (unit and _is_heading(unit[-1]))
        if unit and (apart or not total([*unit, block]).within(room)):
            yield unit
            unit = []
        unit.append(block)
    if unit:
        yield unit


def _small(blocks: Sequence[Block], room: Weight) -> Iterator[Block]:
    """The blocks, with text that is long cut at its lines, so that pages can be filled."""
    most = min(room.characters, room.bytes // 3) // 2
    for block in blocks:
        match block:
            case Text(text) if size(text) > most:
                yield from map(Text, _pieces(text, most))
            case Line(text, button) if size(text) > most:
                yield Line(_cut(text, most), button)
            case _:
                yield block


def _pieces(text: str, most: int) -> Iterator[str]:
    piece = ""
    for line in text.split("\n"):
        longer = f"{piece}\n{line}" if piece else line
        if piece and size(longer) > most:
            yield piece
            longer = line
        piece = _cut(longer, most)
    if piece:
        yield piece


def _cut(text: str, most: int) -> str:
    """The text, with an ellipsis for what is too long; never between a backslash and what it escapes."""
    if size(text) <= most:
        return text
    kept = text[: most - 1]
    while size(kept) >= most:
        kept = kept[:-1]
    escapes = len(kept) - len(kept.rstrip("\\"))
    return (kept[:-1] if escapes % 2 else kept) + ELLIPSIS


def _without_edges(page: list[Block]) -> list[Block]:
    while page and isinstance(page[0], Divider):
        page = page[1:]
    while page and isinstance(page[-1], Divider):
        page = page[:-1]
    return page
