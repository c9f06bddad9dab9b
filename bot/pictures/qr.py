"""QR codes as PNG, by segno, which is imported on first use."""

from __future__ import annotations

import io

from bot.pictures.unavailable import needs

QUIET_ZONE = 4  # modules; ISO/IEC 18004 asks for as many around the code
SMALLEST = 400  # pixels; a phone reads it from a screen at arm's length
LARGEST_CONTENT = 2331  # bytes; what version 40 holds at error correction M


class TooLong(ValueError):
    """The content does not fit into a QR code."""


@needs("segno")
def png(content: str) -> bytes:
    """The content as UTF-8 in a black and white PNG, error correction M, at least 400 pixels wide.

    Raises TooLong or PictureUnavailable.
    """
    if len(content.encode()) > LARGEST_CONTENT:
        raise TooLong(f"{len(content.encode())} bytes are too many for a QR code")
    import segno  # takes 20 ms, which the start need not spend

    code = segno.make_qr(content, error="m", encoding="utf-8", boost_error=False)
    modules, _ = code.symbol_size(border=QUIET_ZONE)
    buffer = io.BytesIO()
    code.save(buffer, kind="png", scale=-(-SMALLEST // modules), border=QUIET_ZONE)
    return buffer.getvalue()
