"""QR codes as a phone sees them."""

from __future__ import annotations

import pytest
from PIL import Image, ImageFilter

from bot.pictures import qr
from tests.pictures.codes import pixels, scanned


@pytest.mark.parametrize(
    "content",
    [
        "https://pay.example/c/0123456789abcdef",
        "BCD\n002\n1\nSCT\n\nBäckerei Müller & Söhne\nDE89370400440532013000\nEUR12.30\n\n\n42",
        "收款：扫码付款",
        "weixin://wxpay/bizpayurl?pr=AbCdEf12",
        "7",
    ],
)
def test_what_is_drawn_can_be_scanned(content: str) -> None:
    code = scanned(qr.png(content))

    assert code.bytes == content.encode()
    assert code.ec_level == "M"


def test_a_blurred_photograph_of_it_can_be_scanned() -> None:
    drawn = pixels(qr.png("https://pay.example/" + "x" * 200))
    photograph = drawn.resize((330, 330), Image.Resampling.BILINEAR).rotate(7, fillcolor=255)
    blurred = photograph.filter(ImageFilter.GaussianBlur(0.8))

    import zxingcpp

    [code] = zxingcpp.read_barcodes(blurred)

    assert code.text == "https://pay.example/" + "x" * 200


@pytest.mark.parametrize("length", [1, 30, 331, 2331])
def test_it_is_large_enough_and_has_a_quiet_zone_of_four_modules(length: int) -> None:
    picture = pixels(qr.png("x" * length))

    dark = picture.point(lambda shade: 255 - shade).getbbox()

    assert dark is not None
    assert picture.width == picture.height >= 300
    [margin] = {dark[0], dark[1], picture.width - dark[2], picture.height - dark[3]}
    finder = next(x for x in range(margin, picture.width) if picture.getpixel((x, margin)) == 255) - margin
    assert margin * 7 == finder * 4  # the corner's square is 7 modules wide


def test_what_is_too_long_says_so() -> None:
    with pytest.raises(qr.TooLong, match="2332 bytes"):
        qr.png("x" * 2332)
