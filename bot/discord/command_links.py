"""Commands that a card names, as links: Discord opens a command when its mention is pressed. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from bot.cards import Block, Line, Text

_CODE = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)
_NAMED = re.compile(r"(?<![\w/<.:])/(?P<name>[a-z]+(?: [a-z]+){0,2})")


def linked(blocks: Iterable[Block], ids: Mapping[str, int]) -> tuple[Block, ...]:
    """The blocks with a link in place of each command that they name. `ids`: the id of each command, by its whole name.

    What stands in code stays as it is, as does every name when no id is known yet.
    """
    return tuple(_linked_block(block, ids) if ids else block for block in blocks)


def _linked_block(block: Block, ids: Mapping[str, int]) -> Block:
    if isinstance(block, Text | Line) and "/" in block.text:
        parts = _CODE.split(block.text)
        return replace(
            block,
            text="".join(part if part.startswith("`") else _linked_text(part, ids) for part in parts),
        )
    return block


def _linked_text(text: str, ids: Mapping[str, int]) -> str:
    def link(match: re.Match[str]) -> str:
        words = match["name"].split(" ")
        for length in range(len(words), 0, -1):
            name = " ".join(words[:length])
            if name in ids:
                return f"</{name}:{ids[name]}>" + "".join(f" {word}" for word in words[length:])
        return match[0]

    return _NAMED.sub(link, text)
