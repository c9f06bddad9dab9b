"""docs/cards.md shows every card that Lyceum can send, and only pictures that are there."""

from __future__ import annotations

import ast
import re

from bot.bootstrap.environment import ROOT

PAGE = ROOT / "docs" / "cards.md"


def all_cards() -> list[str]:
    """Every public function of a domain or of a cog that builds a card, as `domain.file.function`."""
    return [
        ".".join((*path.relative_to(ROOT).with_suffix("").parts[-2:], node.name))
        for folder in ("bot", "cogs")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if path.parent.name != "bot"  # bot/cards.py is the vocabulary
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
        and node.returns is not None
        and ast.unparse(node.returns) == "Card"
        and not node.name.startswith("_")
    ]


def test_every_card_is_shown() -> None:
    told = re.findall(r"^### `([\w.]+)`$", PAGE.read_text("utf-8"), re.MULTILINE)

    assert len(all_cards()) > 40
    assert sorted(told) == sorted(all_cards())


def test_every_picture_is_shown_and_small() -> None:
    shown = set(re.findall(r"\((cards/[\w-]+\.png)\)", PAGE.read_text("utf-8")))
    there = {f"cards/{path.name}": path.stat().st_size for path in (PAGE.parent / "cards").glob("*.png")}

    assert shown == set(there)
    assert max(there.values()) < 120_000
    assert sum(there.values()) < 2_000_000
