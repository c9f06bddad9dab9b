"""Fonts for the words in a picture: matplotlib brings DejaVu, Chinese characters need an installed font."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.i18n import SOURCE, Language
from bot.pictures.unavailable import needs

LATIN = "DejaVu Sans"
CHINESE_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "PingFang SC",
)
CHINESE_FILES = ("notosanscjk", "notosanssc", "sourcehansans", "wqy-microhei", "pingfang")


class Fonts:
    """Chinese fonts to look for, by their names and by the beginnings of their file names."""

    def __init__(
        self, names: Sequence[str] = CHINESE_FONTS, file_prefixes: Sequence[str] = CHINESE_FILES
    ) -> None:
        self._names = tuple(names)
        self._file_prefixes = tuple(file_prefixes)

    def drawable(self, t: Language) -> tuple[Language, tuple[str, ...]]:
        """The language and the font families that can write it; English where no installed font can. Blocking."""
        if t.code == SOURCE:
            return t, (LATIN,)
        chinese = self._chinese()
        return (t, (LATIN, chinese)) if chinese else (Language(SOURCE, {}, t.zone), (LATIN,))

    @needs("matplotlib")
    def _chinese(self) -> str | None:
        """An installed font with Chinese characters, even if matplotlib has not listed it yet."""
        from matplotlib import font_manager

        fonts: Any = font_manager  # its types are partly unknown
        for _ in range(2):
            known = {font.name for font in fonts.fontManager.ttflist}
            for name in self._names:
                if name in known:
                    return name
            for file in fonts.findSystemFonts():
                if Path(file).name.casefold().startswith(self._file_prefixes):
                    fonts.fontManager.addfont(file)
        return None
