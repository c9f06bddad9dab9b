"""Small courses and zips of them, honest and not."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

COURSE = {
    "course.toml": 'title = "Knots"\n',
    "01-bowline.md": "---\ntitle: The bowline\n---\n# The bowline\n\nMake a loop.\n",
    "02-reef.md": "# The reef knot\n\nRight over left, left over right.\n",
}


def packed(files: Mapping[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these files."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, compression)
    return raw.getvalue()


def with_entry(entry: zipfile.ZipInfo, content: bytes = b"x") -> bytes:
    """An honest course and one entry made by hand."""
    raw = io.BytesIO(packed(COURSE))
    with zipfile.ZipFile(raw, "a") as archive:
        archive.writestr(entry, content)
    return raw.getvalue()
