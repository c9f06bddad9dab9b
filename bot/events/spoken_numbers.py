"""One form for what people type: widths, spaces, case, and Chinese numerals before a unit of time. Pure."""

from __future__ import annotations

import re
import unicodedata

_DIGITS = {character: number for number, character in enumerate("零一二三四五六七八九")} | {"两": 2}
_NUMERAL = re.compile(r"(?<![周期拜])[零一二两三四五六七八九十]{1,3}(?=点|分|天|月|日|号|周|个|小时|刻)")


def tidy(text: str) -> str:
    """The text in lower case, with plain digits and single spaces; 十二点 becomes 12点."""
    plain = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip().lower()
    return _NUMERAL.sub(lambda numeral: str(_number(numeral[0])), plain)


def _number(numeral: str) -> int:
    """What a numeral up to 九十九 says."""
    tens, ten, ones = numeral.rpartition("十")
    return (_DIGITS.get(tens, 1) * 10 if ten else 0) + _DIGITS.get(ones, 0)
