"""The pictures of the documentation: which steps of the tour they show, and how they are kept small."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from tests.community import ROOT

DOCS = ROOT / "docs"
COLOURS = 96
AFTER = {
    "en-US": {6: "tour-buying", 16: "tour-meeting"},
    "zh-CN": {12: "tour-learning-zh"},
}
"""The picture that is taken after a step of the walk in that language."""


def write(png: bytes, path: Path) -> None:
    """Write a picture small: a page needs few colours."""
    path.parent.mkdir(exist_ok=True)
    image = Image.open(io.BytesIO(png)).convert("RGB")
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
