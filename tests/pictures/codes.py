"""QR codes read back from their pictures by a decoder that knows nothing of how they were drawn."""

from __future__ import annotations

import io

import zxingcpp
from PIL import Image


def scanned(png: bytes) -> zxingcpp.Barcode:
    """The one code in the picture."""
    [code] = zxingcpp.read_barcodes(pixels(png))
    return code


def pixels(png: bytes) -> Image.Image:
    """The picture in shades of grey."""
    with Image.open(io.BytesIO(png)) as picture:
        return picture.convert("L")
