"""QR codes as PNG, by segno, which is imported on first use."""

from __future__ import annotations

import io

QUIET_ZONE = 4  # modules; ISO/IEC 18004 asks for as many around the code
SMALLEST = 400  # pixels; a phone reads it from a screen at arm's length
LARGEST_CONTENT = 2331  # bytes; what version 40 holds at error correction M


class CannotDraw(Exception):
    """The content is too long for a QR code, or segno is not installed."""


def png(content: str) -> bytes:
    """The content as UTF-8 in a black and white PNG, error correction M, at least 400 pixels wide."""
    if len(content.encode()) > LARGEST_CONTENT:
        raise CannotDraw(f"{len(content.encode())} bytes are too many for a QR code")
    try:
        import segno  # 20 ms that the start need not wait for
    except ImportError as error:
        raise CannotDraw("segno is not installed") from error
    code = segno.make_qr(content, error="m", encoding="utf-8", boost_error=False)
    modules, _ = code.symbol_size(border=QUIET_ZONE)
    drawn = io.BytesIO()
    code.save(drawn, kind="png", scale=-(-SMALLEST // modules), border=QUIET_ZONE)
    return drawn.getvalue()
