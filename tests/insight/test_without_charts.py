"""Where matplotlib is not installed, the week is told in words, and the card says what is missing."""

from __future__ import annotations

from pathlib import Path

from tests.pictures.without import run_without


async def test_the_weekly_post_goes_out_and_says_why_it_has_no_chart(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    folder.mkdir()

    printed = await run_without("matplotlib", "tests.insight.without_charts", str(tmp_path), folder=folder)

    assert "(50 + 100 + 30) / 100 = **1.80**" in printed
    assert "{'2026-W47': 'sent'}" in printed
    assert "-# The picture cannot be drawn: the Python package matplotlib is missing" in printed
    assert "-# 无法生成图片：运行 Lyceum 的机器上没有安装 Python 包 matplotlib。" in printed


async def test_control_with_it_there_is_a_chart(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    folder.mkdir()

    printed = await run_without("no_such", "tests.insight.without_charts", str(tmp_path), folder=folder)

    assert "{'2026-W47': 'sent'}" in printed
    assert "cannot be drawn" not in printed
