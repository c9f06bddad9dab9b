"""A chart is a picture of the data it was given, drawn beside the event loop."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import pytest

from bot.pictures.charts import Bars, Chart, ChartLine, draw
from bot.pictures.renderer import Renderer

PNG = b"\x89PNG\r\n\x1a\n"


def chart(**other: Any) -> Chart:
    content: dict[str, Any] = {
        "title": "Loaves",
        "places": ("Mon", "Tue"),
        "bars": (Bars("white", (1.0, 2.0)), Bars("rye", (0.5, 0.0))),
        "families": ("DejaVu Sans",),
    }
    return Chart(**content | other)


def test_the_same_content_gives_the_same_bytes() -> None:
    assert draw(chart()).startswith(PNG)
    assert draw(chart()) == draw(chart())
    assert draw(chart()) != draw(chart(bars=(Bars("white", (1.0, 2.0)), Bars("rye", (0.5, 0.1)))))


def test_a_line_may_be_broken() -> None:
    assert draw(chart(line=ChartLine("all", (1.5, None), ("1.5", "")))).startswith(PNG)


@pytest.mark.parametrize(
    ("other", "highest"),
    [
        ({}, 2.0),
        ({"line": ChartLine("all", (4.0, None), ("4", ""))}, 4.0),
        ({"bars": (Bars("white", (0.0, 0.0)),)}, 0.1),
        ({"bars": ()}, 0.1),
    ],
)
def test_the_axis_reaches_above_everything(other: dict[str, Any], highest: float) -> None:
    assert chart(**other).highest == highest


def test_a_layer_without_a_height_for_each_place_is_refused() -> None:
    with pytest.raises(ValueError, match="one height per place"):
        chart(bars=(Bars("white", (1.0,)),))


async def test_it_is_drawn_beside_the_event_loop() -> None:
    drawing = asyncio.create_task(Renderer().png(partial(draw, chart())))
    turns = 0
    while not drawing.done():
        await asyncio.sleep(0.005)
        turns += 1

    assert (await drawing).startswith(PNG)
    assert turns > 3
