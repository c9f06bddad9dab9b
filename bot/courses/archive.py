"""A course in a zip from an untrusted source. Nothing is ever unpacked to disk.

Sizes are counted while inflating, because an archive can state false ones.
"""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib

from bot.courses.course import at, quoted
from bot.courses.files import LARGEST_COURSE, MOST_FILES, Files, check_size, is_course_file
from bot.errors import UserError

RATIO = 100
_SMALL = 10_000  # bytes that any file may inflate to: the ratio of a tiny file says nothing
_LARGEST_INDEX = 512 * 1024  # bytes of the archive's own list of names
_DEEPEST = 12  # folders
_PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1


def zip_files(data: bytes) -> Files:
    """The files of a zip. UserError says what is wrong with it, naming the entry."""
    if len(data) > LARGEST_COURSE:
        raise UserError(
            "The course is larger than {n} MB. Split it into several courses.", n=LARGEST_COURSE >> 20
        )
    _check_index(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = _inflate(archive)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        struct.error,
        UnicodeDecodeError,
        OSError,
        ValueError,
    ):
        raise UserError("The zip is damaged. Make it anew and send it again.") from None
    return _without_top_folder(files)


def _check_index(data: bytes) -> None:
    """Refuse data that is not a zip, and an index so long that reading it alone would take too much memory."""
    end = data.rfind(b"PK\x05\x06")
    if not data.startswith(b"PK") or end < 0 or len(data) < end + 22:
        raise UserError("This is not a zip. Pack the course's folder into a .zip and send that.")
    (size,) = struct.unpack_from("<L", data, end + 12)
    if size > _LARGEST_INDEX or data[max(0, end - 20) : end].startswith(b"PK\x06\x07"):
        raise UserError("The course has more than {n} files. Split it into several courses.", n=MOST_FILES)


def _inflate(archive: zipfile.ZipFile) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    names: set[str] = set()
    room = LARGEST_COURSE
    for entry in archive.infolist():
        name = entry.orig_filename
        _check_entry(entry, name)
        if entry.is_dir():
            continue
        if name in names:
            raise UserError("{where}: the zip holds this file twice. Make it anew.", where=at(name))
        names.add(name)
        content = _content(archive, entry, len(names), room)
        room -= len(content)
        if is_course_file(name):
            files[name] = content
    return files


def _check_entry(entry: zipfile.ZipInfo, name: str) -> None:
    parts = name.removesuffix("/").split("/")
    unreadable = "\\" in name or not name.isprintable() or len(name) > 250 or len(parts) > _DEEPEST
    outside = (
        name.startswith("/") or re.match(r"[A-Za-z]:", name) or any(part in ("", ".", "..") for part in parts)
    )
    if unreadable or outside:
        raise UserError(
            "The zip holds a file with a name that leads elsewhere: {name}. Make it anew from the course's folder.",
            name=quoted(name),
        )
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise UserError("{where}: this is a link. Put the file itself there.", where=at(name))
    if entry.flag_bits & _ENCRYPTED:
        raise UserError("The zip is encrypted. Make it without a password.")
    if entry.compress_type not in _PLAIN:
        raise UserError(
            "{where}: the zip packs this file in an unusual way. Make it with ordinary compression.",
            where=at(name),
        )


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, number: int, room: int) -> bytes:
    most = max(_SMALL, RATIO * entry.compress_size)
    content = bytearray()
    check_size(entry.filename, number, 0, room)
    with archive.open(entry) as packed:
        while chunk := packed.read(64 * 1024):
            content += chunk
            check_size(entry.filename, number, len(content), room - len(content))
            if len(content) > most:
                raise UserError(
                    "{where}: this swells to more than {n} times its packed size, as a zip bomb does. Leave it out.",
                    where=at(entry.filename),
                    n=RATIO,
                )
    return bytes(content)


def _without_top_folder(files: dict[str, bytes]) -> Files:
    """Drop a single folder at the top: a zip is often made of the folder itself, not of its content."""
    while (
        files and all("/" in name for name in files) and len({name.partition("/")[0] for name in files}) == 1
    ):
        if "src/SUMMARY.md" in files:
            break
        files = {name.partition("/")[2]: content for name, content in files.items()}
    return files
