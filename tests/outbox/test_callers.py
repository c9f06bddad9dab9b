"""Nobody posts past the outbox, and nobody looks a channel up by a setting of their own."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.community import ROOT

CALLS = {"post", "posted", "direct", "channel_named"}
"""What only bot/outbox asks of the chat server."""


def past_the_outbox(file: Path) -> list[str]:
    """Calls of these on anything named server."""
    return [
        f"{node.func.attr} in line {node.lineno}"
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CALLS
        and ast.unparse(node.func.value).endswith("server")
    ]


def test_only_the_outbox_posts() -> None:
    files = [*(ROOT / "bot").rglob("*.py"), *(ROOT / "cogs").rglob("*.py")]
    calling = {str(file.relative_to(ROOT)) for file in files if past_the_outbox(file)}

    assert calling == {"bot/outbox/service.py", "bot/outbox/channels.py"}


@pytest.mark.parametrize("call", sorted(CALLS))
def test_control_a_call_past_it_is_seen(tmp_path: Path, call: str) -> None:
    file = tmp_path / "some.py"
    file.write_text(f"async def tell(self): await self._server.{call}(1, 2)")

    assert past_the_outbox(file) == [f"{call} in line 1"]
