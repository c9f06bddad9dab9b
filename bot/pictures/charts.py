"""Charts: stacked bars with a line over them, in the colours of a Discord card.

matplotlib is imported on first use; it takes up to three seconds.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.pictures.unavailable import needs

# Okabe and Ito's colours, which colour-blind people can tell apart, on Discord's dark grey.
GROUND, INK, FAINT = "#2b2d31", "#f2f3f5", "#80848e"
COLOURS = ("#56b4e9", "#e69f00", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7")
LEAST_HEIGHT = 0.1
"""The axis is at least so high, so that a chart of zeros does not look like a chart of something."""


@dataclass(frozen=True)
class Bars:
    """One layer of the stacked bars: one height per place."""

    label: str
    heights: tuple[float, ...]


@dataclass(frozen=True)
class ChartLine:
    """A line over the bars: one height per place, None where the line is broken, and the word at each point."""

    label: str
    heights: tuple[float | None, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A chart's content; equal content gives equal bytes. `places` are the labels of the x axis, left to right."""

    title: str
    places: tuple[str, ...]
    bars: tuple[Bars, ...]
    line: ChartLine | None = None
    families: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.bars) > len(COLOURS):
            raise ValueError(f"a chart has at most {len(COLOURS)} layers of bars")
        layers = [layer.heights for layer in self.bars] + ([self.line.heights] if self.line else [])
        if any(len(heights) != len(self.places) for heights in layers):
            raise ValueError("every layer needs one height per place")

    @property
    def highest(self) -> float:
        """The height of the highest point or stack."""
        stacks = [sum(heights) for heights in zip(*(layer.heights for layer in self.bars), strict=True)]
        points = [height or 0.0 for height in self.line.heights] if self.line else []
        tops: list[float] = [LEAST_HEIGHT, *stacks, *points]
        return max(tops)


@needs("matplotlib")
def draw(chart: Chart) -> bytes:
    """The chart as PNG. Blocking: half a second, the first time up to three."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure: Any = Figure(figsize=(8, 4), dpi=150, facecolor=GROUND, layout="constrained")
    FigureCanvasAgg(figure)
    axes: Any = figure.add_subplot(facecolor=GROUND)
    _bars(axes, chart.bars, len(chart.places))
    if chart.line is not None:
        _line(axes, chart.line, list(chart.families))
    axes.set_ylim(0, 1.2 * chart.highest)
    _frame(axes, chart, list(chart.families))
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", facecolor=GROUND, metadata={"Software": None})
    return buffer.getvalue()


def _bars(axes: Any, layers: Sequence[Bars], places: int) -> None:
    bottoms = [0.0] * places
    for layer, colour in zip(layers, COLOURS, strict=False):
        axes.bar(
            range(places),
            layer.heights,
            0.68,
            bottoms,
            color=colour,
            label=layer.label,
            edgecolor=GROUND,
            linewidth=0.8,
        )
        bottoms = [bottom + height for bottom, height in zip(bottoms, layer.heights, strict=True)]


def _line(axes: Any, line: ChartLine, families: list[str]) -> None:
    from matplotlib.patheffects import withStroke

    heights = [float("nan") if height is None else height for height in line.heights]  # nan breaks the line
    axes.plot(
        range(len(heights)), heights, color=INK, marker="o", markersize=4, linewidth=1.4, label=line.label
    )
    for place, (height, word) in enumerate(zip(line.heights, line.words, strict=True)):
        if height is not None:
            axes.annotate(
                word,
                (place, height),
                (0, 7),
                textcoords="offset points",
                ha="center",
                color=INK,
                fontsize=9,
                family=families,
                path_effects=[withStroke(linewidth=3, foreground=GROUND)],
            )


def _frame(axes: Any, chart: Chart, families: list[str]) -> None:
    axes.set_xticks(range(len(chart.places)), chart.places, color=INK, fontsize=9, family=families)
    axes.set_xlim(-0.6, len(chart.places) - 0.4)
    axes.set_title(chart.title, color=INK, fontsize=11, loc="left", family=families)
    axes.tick_params(colors=FAINT, labelcolor=INK, labelsize=9, length=0)
    axes.yaxis.grid(visible=True, color=FAINT, alpha=0.25, linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(FAINT)
    axes.legend(
        loc="upper center",
        bbox_to_anchor=(0.5, -0.08),
        ncols=4,
        frameon=False,
        labelcolor=INK,
        prop={"family": families, "size": 9},
    )
